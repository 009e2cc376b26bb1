/* names_hints.c: hints that make sense, and hints that do not. */
#include "names_list.h"

static void every_kind(const char *service) {
    static const int TYPES[] = {0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_DCCP, SOCK_RDM, 77};
    static const int PROTOCOLS[] = {0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_UDPLITE, IPPROTO_DCCP, IPPROTO_ICMP, 200};
    for (size_t type = 0; type < sizeof TYPES / sizeof *TYPES; type++)
        for (size_t protocol = 0; protocol < sizeof PROTOCOLS / sizeof *PROTOCOLS; protocol++)
            list("127.0.0.1", service,
                 &(struct addrinfo){.ai_socktype = TYPES[type], .ai_protocol = PROTOCOLS[protocol]});
}

int main(void) {
    every_kind("80");
    every_kind("domain");
    every_kind("http");
    every_kind("nosuchservice");
    every_kind(NULL);

    for (int bit = 0; bit < 31; bit++)
        if ((1 << bit) != AI_ADDRCONFIG)
            list("127.0.0.1", "80", &(struct addrinfo){.ai_flags = 1 << bit, .ai_socktype = SOCK_STREAM});
    static const int FAMILIES[] = {AF_UNIX, AF_PACKET, 77, -1};
    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++)
        list("127.0.0.1", "80", &(struct addrinfo){.ai_family = FAMILIES[i]});
    list(NULL, NULL, NULL);
    list(NULL, NULL, &(struct addrinfo){.ai_flags = 1 << 20});

    static const char *const SERVICES[] = {"0",   "1",  "65535", "65536", "-1",   "99999999999", " 80", "80 ",
                                           "+80", "0x50", "080",   "www",   "HTTP", "https",       "tftp"};
    for (size_t i = 0; i < sizeof SERVICES / sizeof *SERVICES; i++) {
        list("127.0.0.1", SERVICES[i], &(struct addrinfo){.ai_socktype = SOCK_STREAM});
        list("127.0.0.1", SERVICES[i], &(struct addrinfo){.ai_socktype = SOCK_DGRAM});
        list("127.0.0.1", SERVICES[i], &(struct addrinfo){.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV});
    }
}
