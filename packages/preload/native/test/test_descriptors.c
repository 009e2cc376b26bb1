/* test_descriptors.c: which descriptors of this process are redirected sockets, whatever becomes of their numbers. */
#include "base/real.h"
#include "check.h"
#include "names_network.h"
#include "state/fd_table.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FAR_OFF = 900, THREADS = 4, ROUNDS = 200 };

static struct sw_network *network;

/* A Unix socket and its record, which the table has not heard of. */
static int stranger(struct sw_record **record) {
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    *record = sw_record_create(network, sw_cookie_of(fd));
    if (fd < 0 || *record == NULL)
        abort();
    return fd;
}

static int made(struct sw_record **record) {
    int fd = stranger(record);
    CHECK(sw_fd_set(fd, network, *record));
    return fd;
}

static void close_both(int fd, struct sw_record *record) {
    sw_fd_forget(fd);
    sw_record_free(network, record);
    close(fd);
}

static bool names(int fd, const struct sw_record *record) {
    struct sw_socket hinted, found;
    return sw_fd_hint(fd, &hinted) && hinted.record == record && sw_fd_socket(fd, &found) && found.record == record && found.fd == fd &&
           found.network == network;
}

static void a_descriptor_names_its_socket_until_it_is_forgotten(void) {
    struct sw_record *record;
    struct sw_socket found;
    int fd = made(&record);
    CHECK(sw_fd_may_be_ours(fd));
    CHECK(names(fd, record));
    CHECK_INT(sw_fd_sockets_open(), 1);
    CHECK_INT(atomic_load(&network->sockets), 1);
    close_both(fd, record);
    CHECK(!sw_fd_may_be_ours(fd));
    CHECK(!sw_fd_hint(fd, &found));
    CHECK_INT(sw_fd_sockets_open(), 0);
    CHECK_INT(atomic_load(&network->sockets), 0);
}

static void numbers_that_are_none_name_nothing(void) {
    struct sw_socket found;
    struct sw_record *record;
    int fd = stranger(&record);
    CHECK(!sw_fd_hint(-1, &found));
    CHECK(!sw_fd_hint(INT_MAX, &found));
    CHECK(!sw_fd_set(-1, network, record));
    CHECK(!sw_fd_set(INT_MAX, network, record));
    CHECK_INT(sw_fd_next(INT_MAX), -1);
    close_both(fd, record);
}

static void a_socket_that_came_another_way_is_found_by_its_cookie(void) {
    struct sw_record *record;
    struct sw_socket found;
    int fd = stranger(&record);
    CHECK(!sw_fd_hint(fd, &found));
    CHECK(sw_fd_socket(fd, &found));
    CHECK(found.record == record);
    CHECK(sw_fd_hint(fd, &found));
    close_both(fd, record);
}

static void a_socket_of_the_program_is_none_of_ours(void) {
    struct sw_socket found;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), file = open("/dev/null", O_RDONLY);
    CHECK(!sw_fd_socket(fd, &found));
    CHECK(!sw_fd_socket(file, &found));
    close(fd);
    close(file);
}

static void a_number_that_was_closed_behind_our_back_is_not_taken_for_what_has_it_now(void) {
    struct sw_record *record;
    struct sw_socket found;
    int fd = made(&record);
    close(fd);
    CHECK_INT(socket(AF_UNIX, SOCK_STREAM, 0), fd);
    CHECK(sw_fd_hint(fd, &found));
    CHECK(!sw_fd_socket(fd, &found));
    CHECK(!sw_fd_hint(fd, &found));
    CHECK_INT(sw_fd_sockets_open(), 0);
    close_both(fd, record);
}

static void a_record_that_another_socket_has_now_is_not_named_any_more(void) {
    struct sw_record *record;
    struct sw_socket found;
    int fd = made(&record);
    sw_record_free(network, record);
    CHECK(!sw_fd_hint(fd, &found));
    CHECK(!sw_fd_socket(fd, &found));
    close(fd);
}

static void a_copy_names_the_same_socket(void) {
    struct sw_record *record;
    struct sw_socket found;
    int fd = made(&record), copy = dup(fd);
    CHECK_INT(sw_fd_count(record, 10), 1);
    sw_fd_copy(fd, copy);
    CHECK(names(copy, record));
    CHECK(sw_record_has(record, SW_DUPLICATED));
    CHECK_INT(sw_fd_count(record, 10), 2);
    CHECK_INT(sw_fd_count(record, 1), 1);
    sw_fd_copy(fd, fd);
    CHECK_INT(sw_fd_sockets_open(), 2);

    /* dup2(2) of a file over it. */
    int file = open("/dev/null", O_RDONLY);
    sw_fd_copy(file, copy);
    CHECK(!sw_fd_hint(copy, &found));
    CHECK_INT(sw_fd_sockets_open(), 1);
    close(file);
    close(copy);
    close_both(fd, record);
}

static int visited[8];
static int visits;

static void visit(struct sw_socket *socket) {
    if (visits < 8)
        visited[visits] = socket->fd;
    visits++;
}

static void all_are_visited_from_the_lowest_on(void) {
    struct sw_record *low, *high;
    int first = made(&low), second = stranger(&high);
    int far = fcntl(second, F_DUPFD_CLOEXEC, FAR_OFF);
    close(second);
    CHECK(far >= FAR_OFF);
    CHECK(sw_fd_set(far, network, high));
    CHECK(sw_fd_may_be_ours(far));
    CHECK_INT(sw_fd_next(0), first);
    CHECK_INT(sw_fd_next(first + 1), far);
    CHECK_INT(sw_fd_next(far + 1), -1);
    visits = 0;
    sw_fd_each(visit);
    CHECK_INT(visits, 2);
    CHECK_INT(visited[0], first);
    CHECK_INT(visited[1], far);
    close_both(first, low);
    close_both(far, high);
}

static void *come_and_go(void *given) {
    struct sw_record *record = given;
    for (int i = 0; i < ROUNDS; i++) {
        struct sw_socket found;
        int fd = 100 + i % 8;
        sw_fd_set(fd, network, record);
        if (sw_fd_hint(fd, &found) && found.fd != fd)
            abort();
        sw_fd_forget(fd);
    }
    return NULL;
}

static void threads_that_use_the_same_numbers_lose_no_count(void) {
    struct sw_record *records[THREADS];
    int fds[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        fds[i] = stranger(&records[i]);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, come_and_go, records[i]);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(sw_fd_next(0), -1);
    CHECK_INT(sw_fd_sockets_open(), 0);
    CHECK_INT(atomic_load(&network->sockets), 0);
    for (int i = 0; i < THREADS; i++)
        close_both(fds[i], records[i]);
}

static void what_a_program_was_started_with_is_adopted(void) {
    struct sw_record *record;
    struct sw_socket found;
    int fd = stranger(&record);
    sw_fd_adopt_inherited();
    CHECK(sw_fd_hint(fd, &found) && found.record == record);
    CHECK(sw_record_has(record, SW_SHARED));
    CHECK_INT(sw_fd_sockets_open(), 1);
    close_both(fd, record);
}

int main(void) {
    sw_real_load();
    network_make();
    if (sw_network_current(&network) != 0)
        return 2;
    RUN(a_descriptor_names_its_socket_until_it_is_forgotten);
    RUN(numbers_that_are_none_name_nothing);
    RUN(a_socket_that_came_another_way_is_found_by_its_cookie);
    RUN(a_socket_of_the_program_is_none_of_ours);
    RUN(a_number_that_was_closed_behind_our_back_is_not_taken_for_what_has_it_now);
    RUN(a_record_that_another_socket_has_now_is_not_named_any_more);
    RUN(a_copy_names_the_same_socket);
    RUN(all_are_visited_from_the_lowest_on);
    RUN(threads_that_use_the_same_numbers_lose_no_count);
    RUN(what_a_program_was_started_with_is_adopted);
    network_remove();
    return check_result();
}
