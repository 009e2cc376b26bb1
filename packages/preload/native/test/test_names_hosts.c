/* test_names_hosts.c: the hosts files: their format, and reading them again when they change. */
#include "check.h"
#include "names/hosts.h"
#include "names/hosts_text.h"
#include "names_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static struct sw_place here(void) {
    struct sw_place place = {0};
    CHECK(sw_place_now(&place));
    return place;
}

static struct sw_host by_name(const char *name) {
    struct sw_place place = here();
    struct sw_host host = {0};
    sw_hosts_by_name(&place, sw_span_of(name), &host);
    return host;
}

static const char *address(const struct sw_host *host, unsigned which) {
    static char text[INET6_ADDRSTRLEN];
    if (which >= host->address_count)
        return "none";
    return inet_ntop(host->addresses[which].family, host->addresses[which].bytes, text, sizeof text);
}

static struct sw_host in_text(const char *text, const char *name) {
    struct sw_host host = {0};
    sw_hosts_text_by_name(sw_span_of(text), sw_span_of(name), &host);
    return host;
}

static void takes_the_names_of_a_line_and_leaves_its_comment(void) {
    struct sw_host host = in_text("10.53.57.11\tweb  www.example.org # not this\n", "www.example.org");
    CHECK_INT(host.address_count, 1);
    CHECK_TEXT(address(&host, 0), "10.53.57.11");
    CHECK_INT(host.name_count, 2);
    CHECK_TEXT(sw_host_canonical_name(&host), "web");
    CHECK_INT(in_text("10.53.57.11 web # not\n", "not").address_count, 0);
    CHECK_INT(in_text("10.53.57.11 web#not\n", "web").address_count, 1);
    CHECK_INT(in_text("#10.53.57.11 web\n", "web").address_count, 0);
}

static void compares_names_without_case_and_last_dot(void) {
    CHECK_INT(in_text("10.53.57.11 Web.Example.ORG\n", "wEB.eXAMPLE.org.").address_count, 1);
    CHECK_INT(in_text("10.53.57.11 web.\n", "web").address_count, 1);
    CHECK_INT(in_text("10.53.57.11 web\n", "web..").address_count, 0);
    CHECK_INT(in_text("10.53.57.11 web\n", "we").address_count, 0);
    CHECK_INT(in_text("10.53.57.11 web\n", "webs").address_count, 0);
}

static void collects_the_addresses_of_all_lines_in_their_order(void) {
    struct sw_host host = in_text("10.53.57.12 web\nfd00::5357:5f0b web\n10.53.57.11 web\n10.53.57.12 web\n", "web");
    CHECK_INT(host.address_count, 3);
    CHECK_TEXT(address(&host, 0), "10.53.57.12");
    CHECK_TEXT(address(&host, 1), "fd00::5357:5f0b");
    CHECK_TEXT(address(&host, 2), "10.53.57.11");
}

static void reads_lines_with_carriage_returns_and_a_last_line_without_newline(void) {
    CHECK_INT(in_text("10.53.57.11 web\r\n10.53.57.12 db", "web").address_count, 1);
    CHECK_INT(in_text("10.53.57.11 web\r\n10.53.57.12 db", "db").address_count, 1);
}

static void skips_damaged_lines_and_keeps_the_others(void) {
    static const char *const DAMAGED[] = {
        "10.53.57.300 web", "10.53.57 web", "web 10.53.57.11", "10.53.57.11", "fd00:::1 web", "10.53.57.11%lo web", "",
        "::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::: web",
    };
    for (size_t i = 0; i < sizeof DAMAGED / sizeof *DAMAGED; i++) {
        char text[256];
        snprintf(text, sizeof text, "%s\n10.53.57.12 db\n", DAMAGED[i]);
        CHECK_INT(in_text(text, "web").address_count, 0);
        CHECK_INT(in_text(text, "db").address_count, 1);
    }
    struct sw_host host = {0};
    static const char WITH_NUL[] = "10.53.57.11 w\0eb\n10.53.57.12 db\n";
    CHECK(sw_hosts_text_by_name((struct sw_span){WITH_NUL, sizeof WITH_NUL - 1}, sw_span_of("db"), &host));
    CHECK(!sw_hosts_text_by_name((struct sw_span){WITH_NUL, sizeof WITH_NUL - 1}, sw_span_of("w"), &host));
}

static void skips_a_line_that_is_too_long(void) {
    static char text[SW_LINE_SIZE_MAX + 100];
    int head = snprintf(text, sizeof text, "10.53.57.11 web ");
    memset(text + head, 'x', SW_LINE_SIZE_MAX);
    strcpy(text + head + SW_LINE_SIZE_MAX, "\n10.53.57.12 db\n");
    CHECK_INT(in_text(text, "web").address_count, 0);
    CHECK_INT(in_text(text, "db").address_count, 1);
}

static void survives_text_cut_at_every_byte(void) {
    static const char TEXT[] = "10.53.57.11 web www # c\nfd00::5357:5f0b web\n10.53.57.12 db\n";
    for (size_t size = 0; size < sizeof TEXT; size++) {
        /* Allocated to size, so that a sanitizer sees a byte too many. */
        char *cut = malloc(size + 1);
        memcpy(cut, TEXT, size);
        struct sw_host host = {0};
        bool found = sw_hosts_text_by_name((struct sw_span){cut, size}, sw_span_of("www"), &host);
        CHECK_INT(found, size >= strlen("10.53.57.11 web www"));
        free(cut);
    }
}

static void keeps_no_more_than_there_is_room_for(void) {
    static char text[200 * 40];
    size_t used = 0;
    for (int i = 0; i < 200; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "10.53.%d.1 many alias-number-%d\n", i, i);
    struct sw_host host = in_text(text, "many");
    CHECK_INT(host.address_count, SW_HOST_ADDRESSES_MAX);
    CHECK(host.names_used <= SW_HOST_NAMES_SIZE);
    const char *name = host.names;
    for (unsigned i = 1; i < host.name_count; i++)
        name = sw_host_name_after(name);
    CHECK(sw_host_name_after(name) == host.names + host.names_used);
}

static void sees_what_is_appended_at_once(void) {
    struct sw_place place = here();
    CHECK_INT(by_name("late").address_count, 0);
    CHECK(!sw_hosts_knows_interface(&place, 99));
    network_append_hosts("10.53.57.99 late\n");
    CHECK_INT(by_name("late").address_count, 1);
    CHECK(sw_hosts_knows_interface(&place, 99));
}

static void sees_a_file_of_the_same_size_that_replaces_another(void) {
    network_set_hosts("10.53.57.21 one\n");
    CHECK_INT(by_name("one").address_count, 1);
    network_set_hosts("10.53.57.21 two\n");
    CHECK_INT(by_name("one").address_count, 0);
    CHECK_INT(by_name("two").address_count, 1);
}

/* As far as the file's size and time can tell, nothing changes. */
static void sees_a_rewrite_in_place_within_one_tick_of_the_clock(void) {
    struct timespec tick[2];
    clock_gettime(CLOCK_REALTIME, &tick[0]);
    tick[0].tv_sec += 3600; /* so that the tick is not over however slow this test is */
    tick[1] = tick[0];
    char text[] = "10.53.57.21 a\n";
    network_set_hosts(text);
    for (char name = 'b'; name <= 'z'; name++) {
        char wanted[] = {name, '\0'};
        text[12] = name;
        network_write(network_hosts, text, 0);
        CHECK_INT(utimensat(AT_FDCWD, network_hosts, tick, 0), 0);
        CHECK_INT(by_name(wanted).address_count, 1);
    }
}

static void does_without_a_hosts_file(void) {
    struct sw_place place = here();
    unlink(network_hosts);
    CHECK_INT(by_name("web").address_count, 0);
    CHECK(!sw_hosts_knows_interface(&place, 11));
    char name[SW_HOST_NAME_SIZE];
    CHECK(!sw_hosts_name_of_interface(&place, 11, name));
}

static void does_not_wait_for_a_hosts_file_that_is_a_pipe(void) {
    struct sw_place place = here();
    unlink(network_hosts);
    CHECK_INT(mkfifo(network_hosts, 0600), 0);
    CHECK_INT(by_name("web").address_count, 0);
    CHECK(!sw_hosts_knows_interface(&place, 11));
}

static void asks_the_file_of_nss_wrapper_for_what_the_network_does_not_know(void) {
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/more", network_directory);
    network_set_hosts("10.53.57.11 web\n");
    network_write(path, "10.53.57.31 more # comment\n10.53.57.32 web\n", O_TRUNC);
    setenv("NSS_WRAPPER_HOSTS", path, 1);
    struct sw_place place = here();
    struct sw_host more = by_name("more");
    struct sw_host web = by_name("web");
    CHECK_TEXT(address(&more, 0), "10.53.57.31");
    CHECK_INT(web.address_count, 1);
    CHECK_TEXT(address(&web, 0), "10.53.57.11");
    CHECK(sw_hosts_knows_interface(&place, 31));
    unsetenv("NSS_WRAPPER_HOSTS");
    CHECK_INT(by_name("more").address_count, 0);
    unlink(path);
}

static void knows_which_interface_ids_have_a_host(void) {
    network_set_hosts("10.53.57.11 web\nfd00::5357:5f0d six\n127.0.0.20 other-network\n10.53.58.21 elsewhere\n");
    struct sw_place place = here();
    CHECK(sw_hosts_knows_interface(&place, 11));
    CHECK(sw_hosts_knows_interface(&place, 13));
    CHECK(!sw_hosts_knows_interface(&place, 20));
    CHECK(!sw_hosts_knows_interface(&place, 21));
    char name[SW_HOST_NAME_SIZE];
    CHECK(sw_hosts_name_of_interface(&place, 13, name));
    CHECK_TEXT(name, "six");
    network_move_to("127.0.0.0", "20");
    place = here();
    CHECK(sw_hosts_knows_interface(&place, 20));
    CHECK(!sw_hosts_knows_interface(&place, 11));
    network_move_to("10.53.57.0", "10");
}

/* Both readers, the one with a cache and the one that streams, must agree at every position of a line relative to the buffer. */
static void finds_an_interface_behind_lines_of_every_length(void) {
    static char text[3 * SW_LINE_SIZE_MAX];
    struct sw_place place = here();
    for (int length = SW_LINE_SIZE_MAX - 40; length < SW_LINE_SIZE_MAX + 40; length++) {
        char *end = text;
        end += sprintf(end, "10.53.57.50 first\n10.53.57.51 ");
        memset(end, 'x', (size_t)length - 12);
        end += length - 12;
        strcpy(end, "\n10.53.57.52 last\n");
        network_set_hosts(text);
        bool fits = length <= SW_LINE_SIZE_MAX;
        if (sw_hosts_knows_interface(&place, 51) != fits || !sw_hosts_knows_interface(&place, 50) ||
            !sw_hosts_knows_interface(&place, 52)) {
            CHECK_INT(length, -1);
            break;
        }
        CHECK_INT(by_name("last").address_count, 1);
    }
}

static void ignores_an_address_inside_a_line_that_is_too_long(void) {
    static char text[4 * SW_LINE_SIZE_MAX];
    struct sw_place place = here();
    memset(text, 'x', 3 * SW_LINE_SIZE_MAX);
    strcpy(text + 3 * SW_LINE_SIZE_MAX, " 10.53.57.60 inside\n10.53.57.61 after\n");
    network_set_hosts(text);
    CHECK(!sw_hosts_knows_interface(&place, 60));
    CHECK(sw_hosts_knows_interface(&place, 61));
}

static void leaves_errno_and_descriptors_alone(void) {
    struct sw_place place = here();
    int before = dup(0);
    close(before);
    network_set_hosts("10.53.57.11 web\n");
    errno = ELOOP;
    by_name("web");
    by_name("nobody");
    sw_hosts_knows_interface(&place, 11);
    unlink(network_hosts);
    by_name("web");
    sw_hosts_knows_interface(&place, 11);
    CHECK_INT(errno, ELOOP);
    int after = dup(0);
    close(after);
    CHECK_INT(after, before);
}

static void walks_the_lines_of_all_files(void) {
    network_set_hosts("10.53.57.11 web www\nbroken\nfd00::5357:5f0b web\n");
    struct sw_place place = here();
    struct sw_host host = {0};
    CHECK(sw_hosts_entry_at(&place, 1, &host));
    CHECK_TEXT(address(&host, 0), "fd00::5357:5f0b");
    host = (struct sw_host){0};
    CHECK(!sw_hosts_entry_at(&place, 2, &host));
}

static atomic_bool stop;

static void *keep_looking(void *failures) {
    while (!atomic_load(&stop)) {
        struct sw_place place;
        struct sw_host host = {0};
        if (!sw_place_now(&place) || !sw_hosts_by_name(&place, sw_span_of("web"), &host) || host.address_count != 1)
            atomic_fetch_add((atomic_int *)failures, 1);
    }
    return NULL;
}

enum { THREADS = 3, ROUNDS = 60, FORKS = 600 };

static void start_looking(pthread_t threads[static THREADS], atomic_int *failures) {
    network_set_hosts("10.53.57.11 web\n");
    atomic_store(&stop, false);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, keep_looking, failures), 0);
}

static void stop_looking(const pthread_t threads[static THREADS]) {
    atomic_store(&stop, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void answers_threads_while_the_file_grows(void) {
    atomic_int failures = 0;
    pthread_t threads[THREADS];
    start_looking(threads, &failures);
    for (int i = 0; i < ROUNDS; i++) {
        network_append_hosts("10.53.57.12 db\n");
        CHECK_INT(by_name("db").address_count, 1);
    }
    stop_looking(threads);
    CHECK_INT(failures, 0);
}

/* ThreadSanitizer's own allocator does not survive a fork with threads. */
#ifndef __SANITIZE_THREAD__
static void answers_a_child_that_was_forked_while_threads_were_looking(void) {
    atomic_int failures = 0;
    pthread_t threads[THREADS];
    start_looking(threads, &failures);
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(60); /* a lock that nobody gives back would hold the child for ever */
            _exit(by_name("web").address_count == 1 ? 0 : 1);
        }
        int status = -1;
        waitpid(child, &status, 0);
        CHECK_INT(status, 0);
    }
    stop_looking(threads);
    CHECK_INT(failures, 0);
}
#endif

int main(void) {
    network_make();
    RUN(takes_the_names_of_a_line_and_leaves_its_comment);
    RUN(compares_names_without_case_and_last_dot);
    RUN(collects_the_addresses_of_all_lines_in_their_order);
    RUN(reads_lines_with_carriage_returns_and_a_last_line_without_newline);
    RUN(skips_damaged_lines_and_keeps_the_others);
    RUN(skips_a_line_that_is_too_long);
    RUN(survives_text_cut_at_every_byte);
    RUN(keeps_no_more_than_there_is_room_for);
    RUN(sees_what_is_appended_at_once);
    RUN(sees_a_file_of_the_same_size_that_replaces_another);
    RUN(sees_a_rewrite_in_place_within_one_tick_of_the_clock);
    RUN(does_without_a_hosts_file);
    RUN(does_not_wait_for_a_hosts_file_that_is_a_pipe);
    RUN(asks_the_file_of_nss_wrapper_for_what_the_network_does_not_know);
    RUN(knows_which_interface_ids_have_a_host);
    RUN(finds_an_interface_behind_lines_of_every_length);
    RUN(ignores_an_address_inside_a_line_that_is_too_long);
    RUN(leaves_errno_and_descriptors_alone);
    RUN(walks_the_lines_of_all_files);
    RUN(answers_threads_while_the_file_grows);
#ifndef __SANITIZE_THREAD__
    RUN(answers_a_child_that_was_forked_while_threads_were_looking);
#endif
    network_remove();
    return check_result();
}
