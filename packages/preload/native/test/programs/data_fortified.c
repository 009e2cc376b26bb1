/* data_fortified.c: the calls that -D_FORTIFY_SOURCE=2 turns into others: their buffers have sizes that the compiler
 * knows and lengths that it does not. */
#include "harness.h"

int main(int argc, char **argv) {
    (void)argv;
    char buffer[32] = "";
    size_t length = sizeof buffer - (size_t)argc;
    struct sockaddr_in from;
    socklen_t from_length = sizeof from;

    struct pair pair = tcp_pair(AF_INET);
    MUST(write(pair.client, "onetwo", 6));
    settle(pair.server, POLLIN);
    show_bytes("recv", buffer, recv(pair.server, buffer, length - 28, 0));
    show_bytes("read", buffer, read(pair.server, buffer, length - 30));
    show_bytes("recvfrom", buffer,
               recvfrom(pair.server, buffer, length, 0, (struct sockaddr *)&from, &from_length));
    say("address length %u", from_length);

    int receiver = udp_on(AF_INET, 7000);
    int sender = udp_on(AF_INET, 7001);
    MUST(sendto(sender, "datagram", 8, 0, AT4("127.0.0.1", 7000)));
    from_length = sizeof from;
    show_bytes("recvfrom", buffer, recvfrom(receiver, buffer, length, 0, (struct sockaddr *)&from, &from_length));
    say("from %s", address_text(&from, from_length));

    struct pollfd polled[4] = {{.fd = receiver, .events = POLLIN | POLLOUT}};
    CALL(poll(polled, (nfds_t)argc, 0));
    say("%s", event_names((unsigned)polled[0].revents));
}
