/* udp_timestamps.c: when a datagram arrived. */
#include "show_control.h"
#include <linux/sockios.h>
#include <sys/time.h>

int main(void) {
    int receiver = udp_on(AF_INET, 7000);
    int sender = udp_on(AF_INET, 7001);
    OPTION(receiver, SOL_SOCKET, SO_TIMESTAMP);
    CALL(set_int(receiver, SOL_SOCKET, SO_TIMESTAMP, 1));
    OPTION(receiver, SOL_SOCKET, SO_TIMESTAMP);
    MUST(sendto(sender, "one", 3, 0, AT4("127.0.0.1", 7000)));
    show_message(receiver, 0, 256);
    CALL(set_int(receiver, SOL_SOCKET, SO_TIMESTAMPNS, 1));
    OPTION(receiver, SOL_SOCKET, SO_TIMESTAMP);
    OPTION(receiver, SOL_SOCKET, SO_TIMESTAMPNS);
    MUST(sendto(sender, "two", 3, 0, AT4("127.0.0.1", 7000)));
    show_message(receiver, 0, 256);
    CALL(set_int(receiver, SOL_SOCKET, SO_TIMESTAMPNS, 0));
    MUST(sendto(sender, "three", 5, 0, AT4("127.0.0.1", 7000)));
    show_message(receiver, 0, 256);

    struct timeval time = {0};
    int fresh = udp_on(AF_INET, 7002);
    CALL(ioctl(fresh, SIOCGSTAMP, &time));
    MUST(sendto(sender, "four", 4, 0, AT4("127.0.0.1", 7002)));
    RECV(fresh, 10, 0);
    CALL(ioctl(fresh, SIOCGSTAMP, &time));
    say("of this century: %d", time.tv_sec > 946684800);
}
