/* bind_conflicts_udp.c: which UDP sockets may share a port. */
#include "bind_conflicts.h"

int main(void) {
    compare(SOCK_DGRAM, 0, 0, "bound");
    compare(SOCK_DGRAM, REUSEADDR, REUSEADDR, "SO_REUSEADDR on both");
    compare(SOCK_DGRAM, REUSEADDR, 0, "SO_REUSEADDR on the first");
    compare(SOCK_DGRAM, 0, REUSEADDR, "SO_REUSEADDR on the second");
    compare(SOCK_DGRAM, REUSEPORT, REUSEPORT, "SO_REUSEPORT on both");
    compare(SOCK_DGRAM, REUSEPORT, 0, "SO_REUSEPORT on the first");
    compare(SOCK_DGRAM, REUSEPORT, REUSEADDR, "SO_REUSEPORT on the first, SO_REUSEADDR on the second");
}
