/* udp_probe.c: MSG_PROBE asks for the way alone, and the urgent mark is one of TCP's. */
#include "harness.h"

#include <linux/sockios.h>

enum { PROBE = 0x10 }; /* MSG_PROBE, which libc's headers lack */

static void show_probe(int family) {
    int receiver = udp_on(family, 7000), sender = (int)MUST(socket(family, SOCK_DGRAM, 0));
    int outside = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    say("%s", family == AF_INET ? "IPv4" : "IPv6");
    CALL(sendto(sender, "probe", 5, PROBE, LOCAL(family, 7000)));
    CALL(sendto(sender, NULL, 0, PROBE, LOCAL(family, 7000)));
    CALL(sendto(sender, "probe", 5, PROBE | MSG_CONFIRM, LOCAL(family, 7000)));
    CALL(recv(receiver, (char[8]){0}, 8, MSG_DONTWAIT));
    CALL(sendto(sender, "confirm", 7, MSG_CONFIRM, LOCAL(family, 7000)));
    RECV(receiver, 10, 0);
    CALL(sendto(outside, "probe", 5, PROBE, AT4("192.0.2.1", 7000)));
    CALL(connect(sender, LOCAL(family, 7000)));
    CALL(send(sender, "probe", 5, PROBE));
    CALL(send(sender, "data", 4, 0));
    RECV(receiver, 10, 0);
    MUST(close(outside));
    MUST(close(sender));
    MUST(close(receiver));
}

int main(void) {
    show_probe(AF_INET);
    show_probe(AF_INET6);
    int fd = udp_on(AF_INET, 7000), value = 7;
    CALL(sockatmark(fd));
    CALL(ioctl(fd, SIOCATMARK, &value));
    CALL(value);
}
