/* udp_source_choice.c: a server on all addresses that answers from the address it was asked at, by IP_PKTINFO.
 *
 * It needs a loopback of many addresses. */
#include "show_control.h"

static ssize_t send_from(int fd, const char *text, const char *source, int family, const struct sockaddr *to, socklen_t length) {
    char control[CMSG_SPACE(sizeof(struct in6_pktinfo))] = {0};
    struct iovec part = {(char *)text, strlen(text)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = (void *)to, .msg_namelen = length, .msg_control = control};
    struct cmsghdr *header = (struct cmsghdr *)control;
    if (family == AF_INET) {
        struct in_pktinfo info = {.ipi_spec_dst.s_addr = inet_addr(source)};
        *header = (struct cmsghdr){.cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO, .cmsg_len = CMSG_LEN(sizeof info)};
        memcpy(CMSG_DATA(header), &info, sizeof info);
        message.msg_controllen = CMSG_SPACE(sizeof info);
    } else {
        struct in6_pktinfo info = {0};
        inet_pton(AF_INET6, source, &info.ipi6_addr);
        *header = (struct cmsghdr){.cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO, .cmsg_len = CMSG_LEN(sizeof info)};
        memcpy(CMSG_DATA(header), &info, sizeof info);
        message.msg_controllen = CMSG_SPACE(sizeof info);
    }
    return sendmsg(fd, &message, 0);
}

int main(void) {
    int server = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(bind(server, AT4("0.0.0.0", 7000)));
    MUST(set_int(server, IPPROTO_IP, IP_PKTINFO, 1));
    int client = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(bind(client, AT4("127.0.0.1", 7001)));
    say("not connected");
    CALL(sendto(client, "question", 8, 0, AT4("127.0.0.2", 7000)));
    show_message(server, 0, 256);
    CALL(send_from(server, "first", "127.0.0.2", AF_INET, AT4("127.0.0.1", 7001)));
    RECVFROM(client, 20, 0);
    CALL(send_from(server, "second", "127.0.0.3", AF_INET, AT4("127.0.0.1", 7001)));
    CALL(sendto(server, "third", 5, 0, AT4("127.0.0.1", 7001)));
    RECVFROM(client, 20, 0);
    RECVFROM(client, 20, 0);
    CALL(send_from(server, "any", "0.0.0.0", AF_INET, AT4("127.0.0.1", 7001)));
    RECVFROM(client, 20, 0);
    CALL(send_from(server, "foreign", "192.0.2.1", AF_INET, AT4("127.0.0.1", 7001)));
    CALL(recv(client, (char[8]){0}, 8, MSG_DONTWAIT));

    say("connected: what comes from elsewhere is not for it");
    CALL(connect(client, AT4("127.0.0.2", 7000)));
    CALL(send(client, "question", 8, 0));
    show_message(server, 0, 256);
    CALL(sendto(server, "from elsewhere", 14, 0, AT4("127.0.0.1", 7001)));
    RECV(client, 20, MSG_DONTWAIT);
    CALL(send_from(server, "from where it was asked", "127.0.0.2", AF_INET, AT4("127.0.0.1", 7001)));
    RECV(client, 40, 0);

    say("a bound server may choose another of its addresses");
    int bound = udp_on(AF_INET, 7003), other = udp_on(AF_INET, 7004);
    CALL(send_from(bound, "x", "127.0.0.9", AF_INET, AT4("127.0.0.1", 7004)));
    RECVFROM(other, 5, MSG_DONTWAIT);

    say("both families");
    int dual = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(bind(dual, AT6("::", 7005)));
    CALL(send_from(dual, "mapped", "::ffff:127.0.0.5", AF_INET6, AT6("::ffff:127.0.0.1", 7004)));
    RECVFROM(other, 20, MSG_DONTWAIT);
    CALL(send_from(dual, "mapped", "127.0.0.6", AF_INET, AT6("::ffff:127.0.0.1", 7004)));
    RECVFROM(other, 20, MSG_DONTWAIT);
    int six = udp_on(AF_INET6, 7006);
    CALL(send_from(dual, "six", "::1", AF_INET6, AT6("::1", 7006)));
    RECVFROM(six, 20, MSG_DONTWAIT);
    CALL(send_from(dual, "foreign", "2001:db8::1", AF_INET6, AT6("::1", 7006)));
    RECVFROM(six, 20, MSG_DONTWAIT);

    say("asked at many addresses");
    for (int i = 1; i < 30; i++) {
        char address[16];
        snprintf(address, sizeof address, "127.0.0.%d", i % 3 + 1);
        MUST(sendto(bound, address, strlen(address), 0, AT4(address, 7000)));
    }
    for (int i = 1; i < 30; i++)
        show_message(server, 0, 256);
    say("many wait");
    int asked = udp_on(AF_INET, 7007);
    for (int i = 0; i < 30; i++) {
        char source[16];
        snprintf(source, sizeof source, "127.0.0.%d", 1 + i % 3);
        MUST(send_from(server, source, source, AF_INET, AT4("127.0.0.1", 7007)));
    }
    for (int i = 0; i < 30; i++)
        RECVFROM(asked, 20, 0);
}
