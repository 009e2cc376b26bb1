/* udp_error_queue.c: IP_RECVERR tells an unconnected sender too. */
#include "show_control.h"
#include <linux/errqueue.h>

int main(void) {
    int sender = udp_on(AF_INET, 7001);
    OPTION(sender, IPPROTO_IP, IP_RECVERR);
    show_message(sender, MSG_ERRQUEUE | MSG_DONTWAIT, 256);
    CALL(set_int(sender, IPPROTO_IP, IP_RECVERR, 1));
    OPTION(sender, IPPROTO_IP, IP_RECVERR);
    CALL(sendto(sender, "lost", 4, 0, AT4("127.0.0.1", 7000)));
    settle(sender, POLLERR);
    POLL(sender);
    show_message(sender, MSG_ERRQUEUE, 256);
    show_message(sender, MSG_ERRQUEUE | MSG_DONTWAIT, 256);
    CALL(sendto(sender, "next", 4, 0, AT4("127.0.0.1", 7000)));
}
