/* test_addresses.c: where addresses lead on a network, and how programs get to see them. */
#include "check.h"
#include "sockets/address.h"
#include "state_in_memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

enum { OWN = 11 };

static struct sw_address address_of(const char *ip, uint16_t port) {
    struct sw_address address = {.port = port, .family = strchr(ip, ':') == NULL ? AF_INET : AF_INET6};
    CHECK_INT(inet_pton(address.family, ip, address.bytes), 1);
    return address;
}

static struct sw_site site_of(enum sw_ipv4_network ipv4_network, const char *ip) {
    struct sw_network *network = state_in_memory(ipv4_network);
    struct sw_address address = address_of(ip, 80);
    struct sw_site site = sw_address_site(network, OWN, &address);
    forget_state(network);
    return site;
}

static void hosts_are_the_last_byte_of_an_address(void) {
    CHECK_INT(site_of(SW_NETWORK_127, "127.0.0.1").scope, SW_SCOPE_HOST);
    CHECK_INT(site_of(SW_NETWORK_127, "127.0.0.100").interface, 100);
    CHECK_INT(site_of(SW_NETWORK_127, "127.0.0.254").interface, 254);
    CHECK_INT(site_of(SW_NETWORK_10_53_57, "10.53.57.12").scope, SW_SCOPE_HOST);
    CHECK_INT(site_of(SW_NETWORK_10_53_57, "10.53.57.12").interface, 12);
    CHECK_INT(site_of(SW_NETWORK_127, "fd00::5357:5f0a").interface, 10);
    CHECK_INT(site_of(SW_NETWORK_127, "fd00::5357:5f0a").wire_family, 6);
    CHECK_INT(site_of(SW_NETWORK_127, "::ffff:127.0.0.9").interface, 9);
    CHECK_INT(site_of(SW_NETWORK_127, "::ffff:127.0.0.9").wire_family, 4);
}

static void loopback_is_the_own_hosts(void) {
    CHECK_INT(site_of(SW_NETWORK_10_53_57, "127.0.0.1").scope, SW_SCOPE_LOOPBACK);
    CHECK_INT(site_of(SW_NETWORK_10_53_57, "127.0.0.1").interface, OWN);
    CHECK_INT(site_of(SW_NETWORK_10_53_57, "127.0.1.2").loopback_address, 0x7f000102);
    CHECK_INT(site_of(SW_NETWORK_127, "127.0.1.2").loopback_address, 0x7f000102);
    CHECK_INT(site_of(SW_NETWORK_10_53_57, "::1").scope, SW_SCOPE_LOOPBACK);
    CHECK_INT(site_of(SW_NETWORK_127, "::1").scope, SW_SCOPE_LOOPBACK);
    CHECK_INT(site_of(SW_NETWORK_127, "::1").interface, OWN);
}

static void other_addresses_lead_elsewhere(void) {
    CHECK_INT(site_of(SW_NETWORK_127, "0.0.0.0").scope, SW_SCOPE_WILDCARD);
    CHECK_INT(site_of(SW_NETWORK_127, "::").scope, SW_SCOPE_WILDCARD);
    CHECK_INT(site_of(SW_NETWORK_127, "127.0.0.255").scope, SW_SCOPE_BROADCAST);
    CHECK_INT(site_of(SW_NETWORK_127, "127.255.255.255").scope, SW_SCOPE_BROADCAST);
    CHECK_INT(site_of(SW_NETWORK_127, "255.255.255.255").scope, SW_SCOPE_BROADCAST);
    CHECK_INT(site_of(SW_NETWORK_10_53_57, "10.255.255.255").scope, SW_SCOPE_BROADCAST);
    CHECK_INT(site_of(SW_NETWORK_127, "239.1.2.3").scope, SW_SCOPE_MULTICAST);
    CHECK_INT(site_of(SW_NETWORK_127, "ff02::1").scope, SW_SCOPE_MULTICAST);
    CHECK_INT(site_of(SW_NETWORK_127, "192.0.2.1").scope, SW_SCOPE_OUTSIDE);
    CHECK_INT(site_of(SW_NETWORK_127, "10.53.57.1").scope, SW_SCOPE_OUTSIDE);
    CHECK_INT(site_of(SW_NETWORK_10_53_57, "10.53.57.0").scope, SW_SCOPE_OUTSIDE);
    CHECK_INT(site_of(SW_NETWORK_127, "2001:db8::1").scope, SW_SCOPE_OUTSIDE);
    CHECK_INT(site_of(SW_NETWORK_127, "fd00::5357:5f00").scope, SW_SCOPE_OUTSIDE);
}

static void a_program_gets_at_most_what_it_has_room_for(void) {
    struct sw_address address = address_of("127.0.0.1", 7);
    for (socklen_t room = 0; room <= sizeof(struct sockaddr_in) + 4; room++) {
        unsigned char buffer[64];
        memset(buffer, 0xEE, sizeof buffer);
        socklen_t length = room;
        sw_address_write(&address, AF_INET, (struct sockaddr *)buffer, &length);
        CHECK_INT(length, sizeof(struct sockaddr_in));
        for (size_t i = room; i < sizeof buffer; i++)
            CHECK_INT(buffer[i], 0xEE);
    }
    struct sockaddr_in six_in_four;
    socklen_t length = sizeof six_in_four;
    address = address_of("fd00::5357:5f0a", 7);
    sw_address_write(&address, AF_INET6, (struct sockaddr *)&six_in_four, &length);
    CHECK_INT(length, sizeof(struct sockaddr_in6));
}

static void what_is_written_reads_the_same(void) {
    static const char *const addresses[] = {"127.0.0.1", "10.53.57.254", "0.0.0.0", "::1", "fd00::5357:5f0a", "::"};
    for (unsigned i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct sw_address address = address_of(addresses[i], 4711);
        struct sockaddr_storage sockaddr;
        socklen_t length = sizeof sockaddr;
        struct sw_address again = {0};
        sw_address_write(&address, address.family, (struct sockaddr *)&sockaddr, &length);
        CHECK_INT(sw_address_read(address.family, (struct sockaddr *)&sockaddr, length, &again), 0);
        CHECK(sw_address_equal(&address, &again));
    }
}

static void short_and_foreign_addresses_are_refused(void) {
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sw_address address;
    CHECK_INT(sw_address_read(AF_INET, (struct sockaddr *)&four, sizeof four, &address), 0);
    CHECK_INT(sw_address_read(AF_INET, (struct sockaddr *)&four, sizeof four - 1, &address), -EINVAL);
    CHECK_INT(sw_address_read(AF_INET6, (struct sockaddr *)&four, sizeof four, &address), -EINVAL);
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    CHECK_INT(sw_address_read(AF_INET, (struct sockaddr *)&six, sizeof six, &address), -EAFNOSUPPORT);
    CHECK_INT(sw_address_read(AF_INET6, (struct sockaddr *)&six, 24, &address), 0);
    CHECK_INT(sw_address_read(AF_INET6, (struct sockaddr *)&six, 23, &address), -EINVAL);
}

static void mapped_and_plain_addresses_are_the_same_place(void) {
    struct sw_address plain = address_of("127.0.0.1", 80);
    struct sw_address mapped = address_of("::ffff:127.0.0.1", 80);
    struct sw_address other_port = address_of("127.0.0.1", 81);
    CHECK(sw_address_is_mapped(&mapped));
    CHECK(!sw_address_is_mapped(&plain));
    CHECK(sw_address_equal(&plain, &mapped));
    CHECK(!sw_address_equal(&plain, &other_port));
    CHECK(sw_address_same_host(&plain, &other_port));
}

int main(void) {
    RUN(hosts_are_the_last_byte_of_an_address);
    RUN(loopback_is_the_own_hosts);
    RUN(other_addresses_lead_elsewhere);
    RUN(a_program_gets_at_most_what_it_has_room_for);
    RUN(what_is_written_reads_the_same);
    RUN(short_and_foreign_addresses_are_refused);
    RUN(mapped_and_plain_addresses_are_the_same_place);
    return check_result();
}
