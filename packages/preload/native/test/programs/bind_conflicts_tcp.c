/* bind_conflicts_tcp.c: which TCP sockets may share a port. */
#include "bind_conflicts.h"

int main(void) {
    compare(SOCK_STREAM, 0, 0, "bound");
    compare(SOCK_STREAM, LISTENING, 0, "the first listens");
    compare(SOCK_STREAM, REUSEADDR, REUSEADDR, "SO_REUSEADDR on both");
    compare(SOCK_STREAM, REUSEADDR | LISTENING, REUSEADDR, "SO_REUSEADDR on both, the first listens");
    compare(SOCK_STREAM, REUSEADDR, REUSEADDR | LISTENING, "SO_REUSEADDR on both, the second listens");
    compare(SOCK_STREAM, REUSEADDR, 0, "SO_REUSEADDR on the first");
    compare(SOCK_STREAM, 0, REUSEADDR, "SO_REUSEADDR on the second");
    compare(SOCK_STREAM, REUSEPORT, REUSEPORT, "SO_REUSEPORT on both");
    compare(SOCK_STREAM, REUSEPORT | LISTENING, REUSEPORT | LISTENING, "SO_REUSEPORT on both, both listen");
    compare(SOCK_STREAM, REUSEPORT, 0, "SO_REUSEPORT on the first");
    compare(SOCK_STREAM, 0, REUSEPORT, "SO_REUSEPORT on the second");
    compare(SOCK_STREAM, REUSEPORT, REUSEADDR, "SO_REUSEPORT on the first, SO_REUSEADDR on the second");
    compare(SOCK_STREAM, REUSEPORT | REUSEADDR, REUSEADDR, "both options on the first, SO_REUSEADDR on the second");
}
