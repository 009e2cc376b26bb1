/* bind_no_port.c: IP_BIND_ADDRESS_NO_PORT, and one local port for connections to different peers. */
#include "harness.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

int main(void) {
    int one = listener_on(AF_INET, 7000), two = listener_on(AF_INET, 7001);
    (void)one;
    (void)two;
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1));
    CALL(bind(fd, AT4("127.0.0.1", 0)));
    NAMES(fd);
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    NAMES(fd);
    int six = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(set_int(six, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1));
    CALL(bind(six, AT6("::1", 0)));
    NAMES(six);
    int udp = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(set_int(udp, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1));
    CALL(bind(udp, AT4("127.0.0.1", 0)));
    NAMES(udp);
    CALL(sendto(udp, "x", 1, 0, AT4("127.0.0.1", 9)));
    NAMES(udp);
    int listening = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(set_int(listening, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1));
    CALL(bind(listening, AT4("0.0.0.0", 0)));
    NAMES(listening);
    CALL(listen(listening, 1));
    NAMES(listening);
    int chosen = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(set_int(chosen, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1));
    CALL(bind(chosen, AT4("127.0.0.1", 7009)));
    NAMES(chosen);
    say("one local port, two peers");
    int a = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), b = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), c = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(set_int(a, SOL_SOCKET, SO_REUSEADDR, 1));
    MUST(set_int(b, SOL_SOCKET, SO_REUSEADDR, 1));
    MUST(set_int(c, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(a, AT4("127.0.0.1", 7005)));
    CALL(bind(b, AT4("127.0.0.1", 7005)));
    CALL(bind(c, AT4("127.0.0.1", 7005)));
    CALL(connect(a, AT4("127.0.0.1", 7000)));
    CALL(connect(b, AT4("127.0.0.1", 7001)));
    CALL(connect(c, AT4("127.0.0.1", 7000)));
    NAMES(a);
    NAMES(b);
    NAMES(c);
    CALL(listen(c, 1));
    int accepted = (int)MUST(accept(two, NULL, NULL));
    CALL(write(b, "two", 3));
    RECV(accepted, 10, 0);
    NAMES(accepted);
    int again = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(again, AT4("127.0.0.1", 7005)));
    CALL(bind(again, AT4("127.0.0.2", 7005)));
    say("an accepted connection keeps the port of its listener");
    close(one);
    close(two);
    int relisten = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(relisten, AT4("127.0.0.1", 7001)));
    CALL(set_int(relisten, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(relisten, AT4("127.0.0.1", 7001)));
    CALL(listen(relisten, 1));
    CALL(write(accepted, "still", 5));
    RECV(b, 10, 0);
}
