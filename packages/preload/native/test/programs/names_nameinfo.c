/* names_nameinfo.c: addresses and ports as text. */
#include "names_list.h"

static void name(const struct sockaddr *address, socklen_t length, size_t host_size, size_t service_size, int flags) {
    char host[256] = "?";
    char service[256] = "?";
    int result = getnameinfo(address, length, host, (socklen_t)host_size, service, (socklen_t)service_size, flags);
    say("%s, length %d, room %d and %d, flags 0x%x: %s, host %s, service %s", address_text(address, length), (int)length,
        (int)host_size, (int)service_size, flags, outcome_name(result), result == 0 ? host : "-", result == 0 ? service : "-");
}

static const struct sockaddr *scoped(const char *ip, unsigned scope) {
    static struct sockaddr_in6 address;
    memcpy(&address, address6(ip, 80), sizeof address);
    address.sin6_scope_id = scope;
    return (struct sockaddr *)&address;
}

int main(void) {
    static const int FLAGS[] = {0, NI_NUMERICSERV, NI_DGRAM, NI_NAMEREQD, NI_DGRAM | NI_NUMERICSERV, NI_NOFQDN};
    static const int PORTS[] = {80, 53, 443, 69, 514, 1, 0, 65535};
    for (size_t flags = 0; flags < sizeof FLAGS / sizeof *FLAGS; flags++)
        for (size_t port = 0; port < sizeof PORTS / sizeof *PORTS; port++) {
            name(AT4("127.0.0.1", PORTS[port]), 256, 256, FLAGS[flags]);
            name(AT6("fd00::1", PORTS[port]), 256, 256, FLAGS[flags] | NI_NUMERICHOST);
        }
    for (size_t size = 0; size <= 12; size++) {
        name(AT4("127.0.0.1", 65535), size, 256, NI_NUMERICHOST | NI_NUMERICSERV);
        name(AT4("127.0.0.1", 65535), 256, size, NI_NUMERICHOST | NI_NUMERICSERV);
        name(AT4("127.0.0.1", 80), size, size, 0);
    }
    static const unsigned SCOPES[] = {0, 1, 77, 4294967295u};
    static const char *const SCOPED[] = {"fe80::1", "ff02::1", "::1", "fd00::1", "::ffff:127.0.0.1"};
    for (size_t ip = 0; ip < sizeof SCOPED / sizeof *SCOPED; ip++)
        for (size_t scope = 0; scope < sizeof SCOPES / sizeof *SCOPES; scope++)
            name(scoped(SCOPED[ip], SCOPES[scope]), sizeof(struct sockaddr_in6), 256, 256, NI_NUMERICHOST);

    for (int bit = 0; bit < 31; bit++)
        name(AT4("127.0.0.1", 80), 256, 256, 1 << bit);
    for (socklen_t length = 0; length <= 28; length++) {
        name(address4("127.0.0.1", 80), length, 256, 256, NI_NUMERICHOST);
        name(address6("::1", 80), length, 256, 256, NI_NUMERICHOST);
    }
    struct sockaddr_un unix_address = {.sun_family = AF_UNIX, .sun_path = "/a/path"};
    struct sockaddr other = {.sa_family = 77};
    char host[256];
    char service[256];
    int result = getnameinfo((struct sockaddr *)&unix_address, sizeof unix_address, host, sizeof host, service, sizeof service,
                             NI_NUMERICHOST);
    say("a Unix socket: %s, host %s, service %s", outcome_name(result), host, service);
    say("another family: %s", outcome_name(getnameinfo(&other, sizeof other, host, sizeof host, NULL, 0, 0)));
    say("no address: %s", outcome_name(getnameinfo(NULL, 16, host, sizeof host, NULL, 0, 0)));
    say("nothing wanted: %s", outcome_name(getnameinfo(AT4("127.0.0.1", 80), NULL, 0, NULL, 0, 0)));
    say("a name wanted for nothing: %s", outcome_name(getnameinfo(AT4("127.0.0.1", 80), NULL, 0, NULL, 0, NI_NAMEREQD)));
}
