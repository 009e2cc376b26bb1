/* flow.h: connections of which is known what was sent over them. Whatever fails ends the program. */
#ifndef TRAFFIC_FLOW_H
#define TRAFFIC_FLOW_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { CHUNK = 64 * 1024 };

struct flow {
    uint64_t bytes;
    uint32_t crc;
};

struct pair {
    int client, server;
    struct flow up, down;
};

long must(const char *what, long result);
#define MUST(call) must(#call, (long)(call))

/* Before the first count(). */
void prepare_crc(void);
void count(struct flow *flow, const uint8_t *data, size_t size);

/* Bytes that differ at every place, so that a lost or doubled one shows. */
void fill(uint8_t *data, size_t size, uint64_t seed);

struct sockaddr_in local(uint16_t port);
struct sockaddr_in own_address(int fd);

/* A listener, which writes down where. */
int listener(struct sockaddr_in *address);
int connected(const struct sockaddr_in *address);
struct pair pair(void);

/* Prints what the pair has sent; `port` is the client's. */
void tell(const struct pair *pair, int port);

void send_all(int fd, struct flow *flow, const uint8_t *data, size_t size);
size_t receive_exactly(int fd, size_t size);

/* Reads up to the end. */
void drain(int fd);

/* Waits for a child that must have ended well. */
void join(pid_t child);

#endif
