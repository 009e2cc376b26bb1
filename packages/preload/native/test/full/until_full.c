/* until_full.c: uses sockets until the file system has no room for more of them, and then goes on with those that it has. Prints which errors it
 * met; a signal would be the library's fault. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROUNDS = 40, PORT = 7000, BURST = 300, UNUSED_PORT = 9 };

static bool was_met[200];

/* Whether a call has succeeded; it says so by a value that is not negative. */
static bool has(long result) {
    if (result < 0)
        was_met[errno] = true;
    return result >= 0;
}

static struct sockaddr_in at(int port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static bool talk(int client, int listener) {
    char text[10];
    struct sockaddr_in address = at(PORT);
    if (!has(connect(client, (struct sockaddr *)&address, sizeof address)))
        return false;
    int server = accept(listener, NULL, NULL);
    return has(server) && has(write(client, "hello", 5)) && has(read(server, text, sizeof text));
}

static bool receive(int receiver, int port) {
    struct sockaddr_in address = at(port);
    struct ip_mreq group = {.imr_multiaddr.s_addr = htonl(0xe0000105), .imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    if (!has(bind(receiver, (struct sockaddr *)&address, sizeof address)))
        return false;
    bool joined = has(setsockopt(receiver, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
    /* More than the queue of a Unix socket holds: the rest waits in a file, or is dropped. */
    for (int i = 0; i < BURST; i++)
        has(sendto(receiver, "datagram", 8, MSG_DONTWAIT, (struct sockaddr *)&address, sizeof address));
    return joined;
}

int main(void) {
    struct sockaddr_in address = at(PORT), nobody = at(UNUSED_PORT);
    int listener = socket(AF_INET, SOCK_STREAM, 0), last = socket(AF_INET, SOCK_STREAM, 0), whole = 0;
    if (has(listener) && has(bind(listener, (struct sockaddr *)&address, sizeof address)))
        has(listen(listener, ROUNDS));
    for (int i = 0; i < ROUNDS; i++) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (!has(client) || !talk(client, listener))
            continue;
        int receiver = socket(AF_INET, SOCK_DGRAM, 0);
        whole += has(receiver) && receive(receiver, PORT + 1 + 37 * i);
    }
    /* Nobody has ever looked at that place of the table. */
    if (last >= 0 && connect(last, (struct sockaddr *)&nobody, sizeof nobody) != -1)
        return 1;
    printf("%s", whole == ROUNDS ? "all" : "some");
    for (unsigned i = 0; i < sizeof was_met / sizeof *was_met; i++)
        if (was_met[i])
            printf(" %s", strerrorname_np((int)i));
    printf("\n");
    return 0;
}
