/* test_names_lookup.c: names and addresses through the functions of libc that the library puts itself in front of. */
#include "check.h"
#include "names_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>

int __gethostname_chk(char *name, size_t size, size_t room);

/* The addresses of `name` in order, "10.53.57.11 fd00::5357:5f0b", or the error's number. */
static const char *addresses_for(const char *name, const struct addrinfo *hints) {
    static char text[1024];
    struct addrinfo *list = NULL;
    int result = getaddrinfo(name, "80", hints, &list);
    if (result != 0) {
        snprintf(text, sizeof text, "%d", result);
        return text;
    }
    size_t used = 0;
    text[0] = '\0';
    for (struct addrinfo *entry = list; entry != NULL; entry = entry->ai_next) {
        char address[INET6_ADDRSTRLEN];
        getnameinfo(entry->ai_addr, entry->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used == 0 ? "" : " ", address);
    }
    freeaddrinfo(list);
    return text;
}

static const char *addresses(const char *name, int family, int flags) {
    return addresses_for(name,
                         &(struct addrinfo){.ai_family = family, .ai_flags = flags, .ai_socktype = SOCK_STREAM});
}

static const char *error_text(int result) {
    static char text[12];
    snprintf(text, sizeof text, "%d", result);
    return text;
}

static const char *name_of(const char *ip, int flags) {
    static char name[NI_MAXHOST];
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    if (getaddrinfo(ip, "80", &hints, &list) != 0)
        return "not numeric";
    int result = getnameinfo(list->ai_addr, list->ai_addrlen, name, sizeof name, NULL, 0, flags);
    freeaddrinfo(list);
    return result == 0 ? name : error_text(result);
}

static const char *own_name(void) {
    static char name[256];
    return gethostname(name, sizeof name) == 0 ? name : "failed";
}

static void gives_a_host_its_ipv4_address_before_its_ipv6_one(void) {
    CHECK_TEXT(addresses("web", AF_UNSPEC, 0), "10.53.57.11 fd00::5357:5f0b");
    CHECK_TEXT(addresses("WEB.example.ORG.", AF_UNSPEC, 0), "10.53.57.11");
    CHECK_TEXT(addresses("web", AF_INET, 0), "10.53.57.11");
    CHECK_TEXT(addresses("web", AF_INET6, 0), "fd00::5357:5f0b");
    CHECK_TEXT(addresses("web", AF_UNSPEC, AI_ADDRCONFIG), "10.53.57.11 fd00::5357:5f0b");
}

static void keeps_equal_addresses_in_the_order_of_the_file(void) {
    network_append_hosts("10.53.57.43 pool\n10.53.57.41 pool\n10.53.57.42 pool\n");
    CHECK_TEXT(addresses("pool", AF_UNSPEC, 0), "10.53.57.43 10.53.57.41 10.53.57.42");
}

static void puts_addresses_that_cannot_be_reached_last(void) {
    network_append_hosts("192.0.2.1 mixed\n2001:db8::1 mixed\nfd00::5357:5f0b mixed\n");
    CHECK_TEXT(addresses("mixed", AF_UNSPEC, 0), "fd00::5357:5f0b 2001:db8::1 192.0.2.1");
}

static void maps_ipv4_addresses_when_asked_to(void) {
    CHECK_TEXT(addresses("four", AF_INET6, AI_V4MAPPED), "::ffff:10.53.57.12");
    CHECK_TEXT(addresses("web", AF_INET6, AI_V4MAPPED), "fd00::5357:5f0b");
    CHECK_TEXT(addresses("web", AF_INET6, AI_V4MAPPED | AI_ALL), "::ffff:10.53.57.11 fd00::5357:5f0b");
    CHECK_TEXT(addresses("web", AF_INET6, AI_ALL), "fd00::5357:5f0b");
}

static void tells_an_unknown_name_from_one_without_such_an_address(void) {
    CHECK_TEXT(addresses("nobody.example.org", AF_UNSPEC, 0), error_text(EAI_NONAME));
    CHECK_TEXT(addresses("", AF_UNSPEC, 0), error_text(EAI_NONAME));
    CHECK_TEXT(addresses("four", AF_INET6, 0), error_text(EAI_NODATA));
    CHECK_TEXT(addresses("six", AF_INET, 0), error_text(EAI_NODATA));
    CHECK_TEXT(addresses("web", AF_UNSPEC, AI_NUMERICHOST), error_text(EAI_NONAME));
    CHECK(gethostbyname("nobody.example.org") == NULL);
    CHECK_INT(h_errno, HOST_NOT_FOUND);
    CHECK(gethostbyname2("four", AF_INET6) == NULL);
    CHECK_INT(h_errno, NO_DATA);
}

static void does_not_ask_the_hosts_file_of_the_machine(void) {
    struct utsname machine;
    network_move_to("10.53.57.0", "10");
    unsetenv("SOCKET_WRAPPER_DIR");
    CHECK_INT(uname(&machine), 0);
    network_move_to("10.53.57.0", "10");
    CHECK_TEXT(addresses(machine.nodename, AF_UNSPEC, 0), error_text(EAI_NONAME));
}

static void gives_the_canonical_name_once(void) {
    struct addrinfo *list;
    CHECK_INT(getaddrinfo("www", "80", &(struct addrinfo){.ai_flags = AI_CANONNAME}, &list), 0);
    CHECK_TEXT(list->ai_canonname, "web");
    CHECK(list->ai_next != NULL && list->ai_next->ai_canonname == NULL);
    freeaddrinfo(list);
}

static void is_its_own_localhost_in_a_network_of_its_own(void) {
    static const char *const NAMES[] = {"localhost", "LOCALHOST.", "localhost.localdomain", "a.b.localhost", "web.localhost."};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        CHECK_TEXT(addresses(NAMES[i], AF_UNSPEC, 0), "::1 127.0.0.1");
    CHECK_TEXT(addresses("ip6-localhost", AF_UNSPEC, 0), "::1");
    CHECK_TEXT(addresses(".localhost", AF_UNSPEC, 0), error_text(EAI_NONAME));
    CHECK_TEXT(addresses("notlocalhost", AF_UNSPEC, 0), error_text(EAI_NONAME));
    CHECK_TEXT(name_of("127.0.0.1", 0), "localhost");
    CHECK_TEXT(name_of("::1", 0), "localhost");
    CHECK_TEXT(name_of("127.0.0.2", 0), "127.0.0.2");
}

static void is_host_one_at_127_0_0_1_where_that_is_the_network(void) {
    network_set_hosts("127.0.0.1 first\n127.0.0.5 web\n");
    network_move_to("127.0.0.0", "5");
    CHECK_TEXT(addresses("localhost", AF_UNSPEC, 0), "::1 127.0.0.5");
    CHECK_TEXT(addresses(NULL, AF_INET, 0), "127.0.0.5");
    CHECK_TEXT(name_of("127.0.0.1", 0), "first");
    CHECK_TEXT(name_of("127.0.0.5", 0), "web");
    network_move_to("127.0.0.0", "1");
    CHECK_TEXT(addresses("localhost", AF_UNSPEC, 0), "::1 127.0.0.1");
    network_set_hosts("127.0.0.5 web\n");
    CHECK_TEXT(name_of("127.0.0.1", 0), "localhost");
}

static void names_addresses_of_hosts_mapped_ones_too(void) {
    CHECK_TEXT(name_of("10.53.57.11", 0), "web");
    CHECK_TEXT(name_of("fd00::5357:5f0b", NI_NAMEREQD), "web");
    CHECK_TEXT(name_of("::ffff:10.53.57.11", NI_NAMEREQD), "web");
    CHECK_TEXT(name_of("10.53.57.99", 0), "10.53.57.99");
    CHECK_TEXT(name_of("10.53.57.99", NI_NAMEREQD), error_text(EAI_NONAME));
    CHECK_TEXT(name_of("10.53.57.11", NI_NUMERICHOST), "10.53.57.11");
}

static void leaves_the_own_domain_out_when_asked_to(void) {
    network_set_hosts("10.53.57.10 test.example.org\n10.53.57.11 web.example.org\n10.53.57.12 web.other.org\n");
    CHECK_TEXT(name_of("10.53.57.11", NI_NOFQDN), "web");
    CHECK_TEXT(name_of("10.53.57.12", NI_NOFQDN), "web.other.org");
    CHECK_TEXT(name_of("10.53.57.11", 0), "web.example.org");
}

static void is_called_what_the_hosts_file_calls_its_interface(void) {
    struct utsname machine;
    CHECK_TEXT(own_name(), "test");
    CHECK_INT(uname(&machine), 0);
    CHECK_TEXT(machine.nodename, "test");
    network_move_to("10.53.57.0", "11");
    CHECK_TEXT(own_name(), "web");
    CHECK_INT(uname(&machine), 0);
    CHECK_TEXT(machine.nodename, "web");
    CHECK_INT(gethostid(), 0x350a0b39);
    setenv("NSS_WRAPPER_HOSTNAME", "given.example.org", 1);
    CHECK_TEXT(own_name(), "given.example.org");
    CHECK_TEXT(addresses("given.example.org", AF_UNSPEC, 0), "10.53.57.11 fd00::5357:5f0b");
}

static void finds_itself_by_the_name_of_the_machine_when_the_network_has_none_for_it(void) {
    network_move_to("10.53.57.0", "77");
    char name[256];
    CHECK_INT(gethostname(name, sizeof name), 0);
    CHECK_TEXT(addresses(name, AF_UNSPEC, 0), "10.53.57.77 fd00::5357:5f4d");
    CHECK_TEXT(name_of("10.53.57.77", 0), name);
}

static void cuts_a_host_name_that_does_not_fit(void) {
    char name[8] = "0123456";
    errno = 0;
    CHECK_INT(gethostname(name, 3), -1);
    CHECK_INT(errno, ENAMETOOLONG);
    CHECK(memcmp(name, "tes3", 4) == 0);
    CHECK_INT(gethostname(name, 5), 0);
    CHECK_TEXT(name, "test");
    CHECK_INT(__gethostname_chk(name, 5, sizeof name), 0);
}

static void fills_a_hostent_of_each_family_with_aliases(void) {
    struct hostent *entry = gethostbyname("www");
    CHECK(entry != NULL);
    CHECK_TEXT(entry->h_name, "web");
    CHECK_TEXT(entry->h_aliases[0], "Web.Example.org");
    CHECK_TEXT(entry->h_aliases[1], "www");
    CHECK(entry->h_aliases[2] == NULL);
    CHECK(memcmp(entry->h_addr_list[0], "\x0a\x35\x39\x0b", 4) == 0);
    CHECK(entry->h_addr_list[1] == NULL);
    entry = gethostbyname2("web", AF_INET6);
    CHECK_INT(entry->h_length, 16);
    CHECK_INT((unsigned char)entry->h_addr_list[0][15], 0x0b);
    entry = gethostbyaddr("\x0a\x35\x39\x0b", 4, AF_INET);
    CHECK(entry != NULL);
    CHECK_TEXT(entry->h_name, "web");
    CHECK(gethostbyaddr("\x0a\x35\x39\x63", 4, AF_INET) == NULL);
    CHECK_INT(h_errno, HOST_NOT_FOUND);
}

static void asks_for_a_larger_buffer_until_it_is_large_enough(void) {
    struct hostent entry;
    struct hostent *found;
    int host_errno;
    size_t size = 0;
    int result;
    do {
        char *buffer = malloc(size + 1); /* to size, so that a sanitizer sees a byte too many; and not aligned */
        result = gethostbyname_r("www", &entry, buffer + 1, size, &found, &host_errno);
        if (result == 0) {
            CHECK_TEXT(found->h_aliases[1], "www");
            CHECK_INT((uintptr_t)found->h_aliases % sizeof(char *), 0);
            CHECK_INT((uintptr_t)found->h_addr_list % sizeof(char *), 0);
        } else {
            CHECK(result == ERANGE && found == NULL && host_errno == -1);
        }
        free(buffer);
    } while (result != 0 && ++size < 1000);
    CHECK(size > 20 && size < 200);
}

static void walks_the_hosts_with_gethostent(void) {
    int lines = 0;
    sethostent(1);
    for (struct hostent *entry = gethostent(); entry != NULL; entry = gethostent()) {
        if (lines == 0)
            CHECK_TEXT(entry->h_name, "test");
        lines++;
    }
    endhostent();
    CHECK_INT(lines, 6);
    CHECK(gethostent() != NULL);
    endhostent();
}

static void leaves_errno_alone_when_it_answers(void) {
    errno = ELOOP;
    addresses("web", AF_UNSPEC, 0);
    addresses("nobody", AF_UNSPEC, 0);
    name_of("10.53.57.11", 0);
    own_name();
    gethostbyname("web");
    struct utsname machine;
    uname(&machine);
    CHECK_INT(errno, ELOOP);
}

static void frees_what_libc_made_before_the_network_was_there(void) {
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_CANONNAME};
    struct addrinfo *of_libc;
    struct addrinfo *ours;
    unsetenv("SOCKET_WRAPPER_DIR");
    CHECK_INT(getaddrinfo("127.0.0.1", NULL, &hints, &of_libc), 0);
    network_move_to("10.53.57.0", "10");
    CHECK_INT(getaddrinfo("127.0.0.1", NULL, &hints, &ours), 0);
    freeaddrinfo(of_libc);
    unsetenv("SOCKET_WRAPPER_DIR");
    freeaddrinfo(ours);
    freeaddrinfo(NULL);
}

#ifdef __GLIBC__
static void answers_getaddrinfo_a_before_it_returns(void) {
    struct gaicb known = {.ar_name = "web", .ar_service = "80"};
    struct gaicb unknown = {.ar_name = "nobody"};
    struct gaicb *requests[] = {&known, NULL, &unknown};
    CHECK_INT(getaddrinfo_a(GAI_WAIT, requests, 3, NULL), 0);
    CHECK_INT(gai_error(&known), 0);
    CHECK_INT(gai_error(&unknown), EAI_NONAME);
    CHECK(known.ar_result != NULL);
    freeaddrinfo(known.ar_result);

    sigset_t signals;
    siginfo_t info;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_ptr = &known};
    CHECK_INT(getaddrinfo_a(GAI_NOWAIT, requests, 1, &event), 0);
    CHECK_INT(sigtimedwait(&signals, &info, &(struct timespec){.tv_sec = 30}), SIGUSR1);
    CHECK_INT(info.si_code, SI_ASYNCNL);
    CHECK(info.si_value.sival_ptr == &known);
    CHECK_INT(gai_suspend((const struct gaicb *const *)requests, 1, NULL), EAI_ALLDONE);
    freeaddrinfo(known.ar_result);
    CHECK_INT(getaddrinfo_a(77, requests, 1, NULL), EAI_SYSTEM);
}
#endif

/* Each on the network as it was made. */
#define RUN_ON_NETWORK(test)                                                                       \
    do {                                                                                           \
        network_make();                                                                            \
        RUN(test);                                                                                 \
        network_remove();                                                                          \
    } while (0)

int main(void) {
    RUN_ON_NETWORK(gives_a_host_its_ipv4_address_before_its_ipv6_one);
    RUN_ON_NETWORK(keeps_equal_addresses_in_the_order_of_the_file);
    RUN_ON_NETWORK(puts_addresses_that_cannot_be_reached_last);
    RUN_ON_NETWORK(maps_ipv4_addresses_when_asked_to);
    RUN_ON_NETWORK(tells_an_unknown_name_from_one_without_such_an_address);
    RUN_ON_NETWORK(does_not_ask_the_hosts_file_of_the_machine);
    RUN_ON_NETWORK(gives_the_canonical_name_once);
    RUN_ON_NETWORK(is_its_own_localhost_in_a_network_of_its_own);
    RUN_ON_NETWORK(is_host_one_at_127_0_0_1_where_that_is_the_network);
    RUN_ON_NETWORK(names_addresses_of_hosts_mapped_ones_too);
    RUN_ON_NETWORK(leaves_the_own_domain_out_when_asked_to);
    RUN_ON_NETWORK(is_called_what_the_hosts_file_calls_its_interface);
    RUN_ON_NETWORK(finds_itself_by_the_name_of_the_machine_when_the_network_has_none_for_it);
    RUN_ON_NETWORK(cuts_a_host_name_that_does_not_fit);
    RUN_ON_NETWORK(fills_a_hostent_of_each_family_with_aliases);
    RUN_ON_NETWORK(asks_for_a_larger_buffer_until_it_is_large_enough);
    RUN_ON_NETWORK(walks_the_hosts_with_gethostent);
    RUN_ON_NETWORK(leaves_errno_alone_when_it_answers);
    RUN_ON_NETWORK(frees_what_libc_made_before_the_network_was_there);
#ifdef __GLIBC__
    RUN_ON_NETWORK(answers_getaddrinfo_a_before_it_returns);
#endif
    return check_result();
}
