/* udp_send_control.c: control messages that go with a datagram to be sent. */
#include "show_control.h"

static void send_with(int fd, const struct sockaddr *to, socklen_t to_length, int level, int type, const void *data,
                      size_t size, const char *text) {
    union {
        char room[256];
        struct cmsghdr align;
    } control = {.room = {0}};
    struct iovec part = {(char *)text, strlen(text)};
    struct msghdr message = {.msg_name = (void *)to,
                             .msg_namelen = to_length,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), data, size);
    ssize_t sent = sendmsg(fd, &message, 0);
    say("sendmsg with %s = %zd %s", text, sent, sent == -1 ? error_name(errno) : "");
}

int main(void) {
    int receiver = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(bind(receiver, AT4("127.0.0.1", 7000)));
    MUST(set_int(receiver, IPPROTO_IP, IP_RECVTTL, 1));
    MUST(set_int(receiver, IPPROTO_IP, IP_RECVTOS, 1));
    int sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    int value = 2;
    send_with(sender, AT4("127.0.0.1", 7000), IPPROTO_IP, IP_TOS, &value, sizeof value, "IP_TOS");
    show_message(receiver, 0, 256);
    unsigned char byte = 0x2e;
    send_with(sender, AT4("127.0.0.1", 7000), IPPROTO_IP, IP_TOS, &byte, sizeof byte, "IP_TOS of a byte");
    show_message(receiver, 0, 256);
    value = 5;
    send_with(sender, AT4("127.0.0.1", 7000), IPPROTO_IP, IP_TTL, &value, sizeof value, "IP_TTL");
    show_message(receiver, 0, 256);
    value = 0;
    send_with(sender, AT4("127.0.0.1", 7000), IPPROTO_IP, IP_TTL, &value, sizeof value, "IP_TTL of 0");
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK)};
    send_with(sender, AT4("127.0.0.1", 7000), IPPROTO_IP, IP_PKTINFO, &info, sizeof info, "IP_PKTINFO");
    show_message(receiver, 0, 256);
    info.ipi_spec_dst.s_addr = 0;
    info.ipi_ifindex = 4711;
    send_with(sender, AT4("127.0.0.1", 7000), IPPROTO_IP, IP_PKTINFO, &info, sizeof info, "a foreign interface");
    send_with(sender, AT4("127.0.0.1", 7000), IPPROTO_IP, 250, &value, sizeof value, "an unknown type");
    send_with(sender, AT4("127.0.0.1", 7000), 250, 1, &value, sizeof value, "an unknown level");
    value = STDOUT_FILENO;
    send_with(sender, AT4("127.0.0.1", 7000), SOL_SOCKET, SCM_RIGHTS, &value, sizeof value, "SCM_RIGHTS");
    show_message(receiver, MSG_DONTWAIT, 256);

    say("IPv6");
    int receiver6 = udp_on(AF_INET6, 7001);
    MUST(set_int(receiver6, IPPROTO_IPV6, IPV6_RECVTCLASS, 1));
    MUST(set_int(receiver6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
    int sender6 = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    value = 3;
    send_with(sender6, AT6("::1", 7001), IPPROTO_IPV6, IPV6_TCLASS, &value, sizeof value, "IPV6_TCLASS");
    show_message(receiver6, 0, 256);
    send_with(sender6, AT6("::1", 7001), IPPROTO_IPV6, IPV6_HOPLIMIT, &value, sizeof value, "IPV6_HOPLIMIT");
    show_message(receiver6, 0, 256);
}
