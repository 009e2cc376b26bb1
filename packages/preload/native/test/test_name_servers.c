/* test_name_servers.c: which addresses a resolv.conf names. */
#include "check.h"
#include "names/name_servers.h"

#include <arpa/inet.h>

static bool names(const char *file, const char *address) {
    uint8_t bytes[SW_IPV6_SIZE];
    int family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
    CHECK_INT(inet_pton(family, address, bytes), 1);
    struct sw_ip ip = sw_ip_of_bytes(family, bytes);
    return sw_names_server(sw_span_of(file), &ip);
}

static void finds_every_server(void) {
    const char *file = "search corp.example\nnameserver 10.0.0.1\n\tnameserver\t10.0.0.2 \nnameserver 2001:db8::53\nnameserver 10.0.0.3";
    CHECK(names(file, "10.0.0.1"));
    CHECK(names(file, "10.0.0.2"));
    CHECK(names(file, "10.0.0.3"));
    CHECK(names(file, "2001:db8::53"));
    CHECK(names(file, "::ffff:10.0.0.2"));
    CHECK(!names(file, "10.0.0.4"));
    CHECK(!names(file, "127.0.0.1"));
}

static void passes_over_what_is_no_server(void) {
    const char *file = "# nameserver 10.0.0.1\n;nameserver 10.0.0.2\nnameservers 10.0.0.3\nnameserver 10.0.0\nnameserver\n"
                       "options nameserver 10.0.0.4\nnameserver 10.0.0.5 # the only one\n";
    for (int last = 1; last <= 4; last++)
        CHECK(!names(file, (char[]){'1', '0', '.', '0', '.', '0', '.', (char)('0' + last), '\0'}));
    CHECK(names(file, "10.0.0.5"));
}

static void knows_servers_on_a_link(void) {
    CHECK(names("nameserver fe80::1%eth0\n", "fe80::1"));
}

static void takes_the_own_machine_where_no_server_is_named(void) {
    CHECK(names("", "127.0.0.1"));
    CHECK(names("search example\n", "127.0.0.1"));
    CHECK(!names("", "127.0.0.53"));
    CHECK(!names("nameserver ::1\n", "127.0.0.1"));
}

int main(void) {
    RUN(finds_every_server);
    RUN(passes_over_what_is_no_server);
    RUN(knows_servers_on_a_link);
    RUN(takes_the_own_machine_where_no_server_is_named);
    return check_result();
}
