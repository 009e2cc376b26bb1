/* getaddrinfo(3) and freeaddrinfo(3) of the host that the command line names. */
#include "bench.h"

#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static const char *host;

static void step(void) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int error = getaddrinfo(host, "80", &hints, &found);
    if (error != 0) {
        fprintf(stderr, "getaddrinfo %s: %s\n", host, gai_strerror(error));
        exit(1);
    }
    freeaddrinfo(found);
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    host = argc > 2 ? argv[2] : "localhost";
    bench_measure(step);
}
