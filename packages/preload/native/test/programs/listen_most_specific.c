/* listen_most_specific.c: of sockets that share a port, one bound to the address that is meant comes before those bound to all, and of these
 * one of IPv4 before one of IPv6 that serves both. */
#include "harness.h"

enum { SOCKETS = 9, SENDERS = 24 };

struct place {
    int family;
    const char *ip;
};

/* Opened in front of the one in the middle, and behind it. */
static const struct place EVERYWHERE[] = {{AF_INET, "0.0.0.0"}, {AF_INET, "0.0.0.0"}, {AF_INET6, "::"}, {AF_INET6, "::"}};

static int open_at(int type, struct place place) {
    int fd = (int)MUST(socket(place.family, type | SOCK_NONBLOCK, 0));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1));
    if (place.family == AF_INET)
        MUST(bind(fd, AT4(place.ip, 7000)));
    else
        MUST(bind(fd, AT6(place.ip, 7000)));
    if (type == SOCK_STREAM)
        MUST(listen(fd, SENDERS));
    return fd;
}

static void send_to(int type, int family) {
    int client = (int)MUST(socket(family, type, 0));
    MUST(connect(client, LOCAL(family, 7000)));
    MUST(send(client, "a", 1, 0));
}

static int taken_from(int type, int fd) {
    int count = 0;
    char byte;
    while (type == SOCK_STREAM ? accept(fd, NULL, NULL) != -1 : recv(fd, &byte, 1, 0) == 1)
        count++;
    return count;
}

/* What the one in the middle gets, and those on all addresses of either family. */
static void share(int type, const struct place *middle, int family) {
    int sockets[SOCKETS], count = 0;
    for (int i = 0; i < 4; i++)
        sockets[count++] = open_at(type, EVERYWHERE[i]);
    if (middle != NULL)
        sockets[count++] = open_at(type, *middle);
    for (int i = 0; i < 4; i++)
        sockets[count++] = open_at(type, EVERYWHERE[i]);
    for (int i = 0; i < SENDERS; i++)
        send_to(type, family);
    int own = 0, ipv4 = 0, ipv6 = 0;
    for (int i = 0; i < count; i++) {
        int taken = taken_from(type, sockets[i]);
        bool is_middle = middle != NULL && i == 4;
        const struct place *place = &EVERYWHERE[i < 4 ? i : (i - (middle != NULL)) % 4];
        *(is_middle ? &own : place->family == AF_INET ? &ipv4 : &ipv6) += taken;
        MUST(close(sockets[i]));
    }
    say("%s over %s, %s in the middle: it got %d, those of IPv4 %d, of IPv6 %d", type == SOCK_STREAM ? "TCP" : "UDP",
        family == AF_INET ? "IPv4" : "IPv6", middle != NULL ? middle->ip : "nobody", own, ipv4, ipv6);
}

int main(void) {
    static const int TYPES[] = {SOCK_DGRAM, SOCK_STREAM};
    for (int i = 0; i < 2; i++) {
        share(TYPES[i], &(struct place){AF_INET, "127.0.0.1"}, AF_INET);
        share(TYPES[i], &(struct place){AF_INET6, "::1"}, AF_INET6);
        share(TYPES[i], &(struct place){AF_INET6, "::ffff:127.0.0.1"}, AF_INET);
        share(TYPES[i], NULL, AF_INET);
        share(TYPES[i], NULL, AF_INET6);
    }
}
