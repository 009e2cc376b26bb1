/* talk.c: one exchange between two programs, without options, so that it runs under any library.
 *
 *     talk serve tcp|udp IP PORT          answers the first message with "echo: …", after "ready" on stdout
 *     talk ask   tcp|udp IP PORT TEXT     sends TEXT and prints the answer
 *
 * Both print the address at the other end. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct place {
    struct sockaddr_storage address;
    socklen_t length;
};

static long must(const char *what, long result) {
    if (result >= 0)
        return result;
    perror(what);
    exit(1);
}

static struct place place_of(const char *ip, const char *port) {
    struct place place = {.length = sizeof(struct sockaddr_in)};
    struct sockaddr_in *four = (struct sockaddr_in *)&place.address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&place.address;
    if (inet_pton(AF_INET, ip, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)atoi(port));
        return place;
    }
    must(ip, inet_pton(AF_INET6, ip, &six->sin6_addr) == 1 ? 0 : -1);
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)atoi(port));
    place.length = sizeof *six;
    return place;
}

static void print_place(const char *what, const struct place *place) {
    char ip[INET6_ADDRSTRLEN];
    const void *address = place->address.ss_family == AF_INET
                              ? (const void *)&((const struct sockaddr_in *)&place->address)->sin_addr
                              : (const void *)&((const struct sockaddr_in6 *)&place->address)->sin6_addr;
    printf("%s %s\n", what, inet_ntop(place->address.ss_family, address, ip, sizeof ip));
    fflush(stdout);
}

static void serve(int type, const struct place *own) {
    int fd = (int)must("socket", socket(own->address.ss_family, type, 0));
    must("bind", bind(fd, (const struct sockaddr *)&own->address, own->length));
    struct place peer = {.length = sizeof peer.address};
    char text[1000] = "echo: ";
    size_t prefix = strlen(text);
    if (type == SOCK_STREAM)
        must("listen", listen(fd, 5));
    printf("ready\n");
    fflush(stdout);
    if (type == SOCK_STREAM) {
        fd = (int)must("accept", accept(fd, (struct sockaddr *)&peer.address, &peer.length));
        size_t length = (size_t)must("recv", recv(fd, text + prefix, sizeof text - prefix, 0));
        must("send", send(fd, text, prefix + length, 0));
    } else {
        size_t length = (size_t)must("recvfrom", recvfrom(fd, text + prefix, sizeof text - prefix, 0,
                                                          (struct sockaddr *)&peer.address, &peer.length));
        must("sendto", sendto(fd, text, prefix + length, 0, (struct sockaddr *)&peer.address, peer.length));
    }
    print_place("from", &peer);
}

static void ask(int type, const struct place *peer, const char *text) {
    int fd = (int)must("socket", socket(peer->address.ss_family, type, 0));
    must("connect", connect(fd, (const struct sockaddr *)&peer->address, peer->length));
    must("send", send(fd, text, strlen(text), 0));
    char answer[1000];
    int length = (int)must("recv", recv(fd, answer, sizeof answer, 0));
    printf("%.*s\n", length, answer);
    struct place named = {.length = sizeof named.address};
    must("getpeername", getpeername(fd, (struct sockaddr *)&named.address, &named.length));
    print_place("from", &named);
}

int main(int argc, char **argv) {
    bool serves = argc == 5 && strcmp(argv[1], "serve") == 0;
    if (!serves && (argc != 6 || strcmp(argv[1], "ask") != 0)) {
        fprintf(stderr, "usage: talk serve tcp|udp IP PORT\n       talk ask tcp|udp IP PORT TEXT\n");
        return 2;
    }
    int type = strcmp(argv[2], "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM;
    struct place place = place_of(argv[3], argv[4]);
    if (serves)
        serve(type, &place);
    else
        ask(type, &place, argv[5]);
}
