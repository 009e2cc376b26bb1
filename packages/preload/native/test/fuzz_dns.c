/* fuzz_dns.c: a libFuzzer target: whatever a program sends to a name server, what comes back is a whole reply to its question, or nothing.
 * The same bytes are read as a resolv.conf, too. */
#include "base/real.h"
#include "names/dns.h"
#include "names/name_servers.h"
#include "names/place.h"

#include <arpa/nameser.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_SIZE = 12, RECORD_SIZE = 10, POINTER = 0xc0 };

static void must(bool condition) {
    if (!condition)
        abort();
}

static unsigned u16(const uint8_t *bytes) {
    return (unsigned)bytes[0] << 8 | bytes[1];
}

/* Steps over a name without pointers, or a pointer alone. */
static size_t name_size(const uint8_t *bytes, size_t left) {
    size_t at = 0;
    if (left >= 2 && (bytes[0] & POINTER) == POINTER)
        return 2;
    while (at < left && bytes[at] != 0) {
        must(bytes[at] <= 63);
        at += 1u + bytes[at];
    }
    must(at < left);
    return at + 1;
}

/* All that the header promises is there, and nothing behind it. */
static void check_reply(const uint8_t *query, const uint8_t *reply, size_t size) {
    must(size >= HEADER_SIZE && size <= SW_DNS_REPLY_SIZE_MAX);
    must(u16(reply) == u16(query) && (reply[2] & 0x80) != 0);
    must(u16(reply + 4) == 1 && u16(reply + 8) == 0 && u16(reply + 10) == 0);
    size_t at = HEADER_SIZE + name_size(reply + HEADER_SIZE, size - HEADER_SIZE) + 4;
    must(at <= size && memcmp(reply + HEADER_SIZE, query + HEADER_SIZE, at - HEADER_SIZE) == 0);
    for (unsigned left = u16(reply + 6); left > 0; left--) {
        must(at < size);
        at += name_size(reply + at, size - at);
        must(size - at >= RECORD_SIZE);
        size_t data = u16(reply + at + 8);
        at += RECORD_SIZE;
        must(size - at >= data);
        at += data;
    }
    must(at == size);
}

/* A host with more addresses than a reply has room for, and one with a long name. */
static void write_hosts(void) {
    static char text[8192];
    int fd = open("hosts", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    size_t size = 0;
    for (int i = 0; i < 100; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "10.1.%d.%d many\nfd00::%x many\n", i / 250, i % 250, i + 1);
    size += (size_t)snprintf(text + size, sizeof text - size, "10.53.57.11 web www\n10.53.57.12 ");
    for (int i = 0; i < 62; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "abc.");
    size += (size_t)snprintf(text + size, sizeof text - size, "long\n10.53.57.13 a..b\n");
    must(fd >= 0 && write(fd, text, size) == (ssize_t)size);
    close(fd);
}

/* In buffers of their own sizes, so that the sanitizer sees a byte too many. Whether there was a reply. */
static bool ask(const uint8_t *message, size_t size) {
    static const struct sw_place place = {".", SW_NETWORK_10_53_57, 11};
    uint8_t *query = malloc(size), *reply = malloc(SW_DNS_REPLY_SIZE_MAX);
    must(reply != NULL && (query != NULL || size == 0));
    if (size > 0)
        memcpy(query, message, size);
    enum sw_dns_outcome outcome;
    int reply_size = sw_dns_answer(&place, query, size, reply, &outcome);
    if (reply_size >= 0)
        check_reply(query, reply, (size_t)reply_size);
    free(query);
    free(reply);
    return reply_size >= 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool is_ready;
    if (!is_ready) {
        sw_real_load();
        write_hosts();
        is_ready = true;
    }

    const struct sw_ip ip = {.family = AF_INET, .bytes = {10, 0, 0, 1}};
    sw_names_server((struct sw_span){(const char *)data, size}, &ip);

    ask(data, size);

    /* The same behind a header that is as it should be. */
    uint8_t query[HEADER_SIZE + 300] = {[2] = 1, [5] = 1};
    size_t rest = size < sizeof query - HEADER_SIZE ? size : sizeof query - HEADER_SIZE;
    if (rest > 0)
        memcpy(query + HEADER_SIZE, data, rest);
    ask(query, HEADER_SIZE + rest);

    /* The same as a name that libc's resolver is asked for. */
    char name[300];
    size_t length = size < sizeof name - 1 ? size : sizeof name - 1;
    if (length > 0)
        memcpy(name, data, length);
    name[length] = '\0';
    uint8_t asked[SW_DNS_QUERY_SIZE_MAX];
    int asked_size = sw_dns_write_query(name, ns_c_in, ns_t_any, asked);
    must(asked_size <= SW_DNS_QUERY_SIZE_MAX);
    must(asked_size < 0 || ask(asked, (size_t)asked_size));
    return 0;
}
