/* test_spill.c: datagrams that a Unix socket has no room for: all of them, whole, in order, up to the receive buffer's end. */
#include "bound_datagram.h"
#include "check.h"
#include "sockets/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

enum { THREADS = 4, EACH = 100, LARGE = 65507 };

static struct sw_network *network;

static struct sw_sender sender_with(uint16_t port) {
    return (struct sw_sender){.name = {.udp = true, .wire_family = 4, .interface = 12, .port = port}, .ttl = 64, .tos = 8};
}

static void put(struct sw_socket *socket, uint16_t port, const void *data, size_t size) {
    struct sw_sender sender = sender_with(port);
    struct iovec part = {(void *)data, size};
    sw_spill_put(network, socket->record, &sender, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1});
}

static char taken[LARGE];
static struct sw_sender taken_from;
static int taken_flags;

static ssize_t take_some(struct sw_socket *socket, size_t room, bool peek) {
    struct iovec part = {taken, room};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    memset(taken, 0, sizeof taken);
    ssize_t size = sw_spill_take(network, socket->record, &taken_from, &message, peek);
    taken_flags = message.msg_flags;
    return size;
}

static ssize_t take(struct sw_socket *socket) {
    return take_some(socket, sizeof taken, false);
}

static bool is_readable(const struct sw_socket *socket) {
    struct pollfd state = {.fd = socket->fd, .events = POLLIN};
    return poll(&state, 1, 0) == 1;
}

/* Takes what is in the Unix socket: how many tokens and other datagrams. */
static int empty(const struct sw_socket *socket) {
    int count = 0;
    while (recv(socket->fd, &(char[8]){0}, 8, MSG_DONTWAIT) >= 0)
        count++;
    return count;
}

static void datagrams_come_in_order_with_their_senders(void) {
    struct sw_socket socket = bind_datagram(network, 7000);
    CHECK_INT(take(&socket), -EAGAIN);
    put(&socket, 1, "one", 3);
    put(&socket, 2, "", 0);
    put(&socket, 3, "three", 5);
    CHECK_INT(take(&socket), 3);
    CHECK_TEXT(taken, "one");
    CHECK_INT(taken_from.name.port, 1);
    CHECK_INT(taken_from.ttl, 64);
    CHECK_INT(taken_from.tos, 8);
    CHECK_INT(take(&socket), 0);
    CHECK_INT(taken_from.name.port, 2);
    CHECK_INT(take(&socket), 5);
    CHECK_TEXT(taken, "three");
    CHECK_INT(take(&socket), -EAGAIN);
    close_datagram(&socket);
}

static void looking_takes_nothing_and_little_room_cuts(void) {
    struct sw_socket socket = bind_datagram(network, 7000);
    put(&socket, 1, "datagram", 8);
    CHECK_INT(take_some(&socket, 4, true), 8);
    CHECK_TEXT(taken, "data");
    CHECK_INT(taken_flags, MSG_TRUNC);
    CHECK_INT(take_some(&socket, 8, true), 8);
    CHECK_INT(taken_flags, 0);
    CHECK_INT(take_some(&socket, 0, false), 8);
    CHECK_INT(taken_flags, MSG_TRUNC);
    CHECK_INT(take(&socket), -EAGAIN);
    close_datagram(&socket);
}

static void a_datagram_of_many_parts_is_one(void) {
    static char data[64];
    struct iovec parts[64], halves[2] = {{taken, 10}, {taken + 10, sizeof taken - 10}};
    struct sw_socket socket = bind_datagram(network, 7000);
    struct sw_sender sender = sender_with(1);
    for (int i = 0; i < 64; i++) {
        data[i] = (char)('0' + i);
        parts[i] = (struct iovec){&data[i], 1};
    }
    sw_spill_put(network, socket.record, &sender, &(struct msghdr){.msg_iov = parts, .msg_iovlen = 64});
    CHECK_INT(sw_spill_take(network, socket.record, &sender, &(struct msghdr){.msg_iov = halves, .msg_iovlen = 2}, false), 64);
    CHECK(memcmp(taken, data, sizeof data) == 0);
    close_datagram(&socket);
}

static void what_the_receive_buffer_has_no_room_for_is_dropped(void) {
    enum { BUFFER = 10000, SIZE = 1000, COST = SIZE + 768 };
    static char data[LARGE];
    struct sw_socket socket = bind_datagram(network, 7000);
    sw_options_of(socket.record)->receive_buffer = BUFFER;
    for (int i = 0; i < 50; i++)
        put(&socket, (uint16_t)(i + 1), data, SIZE);
    unsigned kept = atomic_load(&socket.record->spilled);
    CHECK(kept >= BUFFER / COST - 1 && kept <= BUFFER / COST + 1);
    for (unsigned i = 0; i < kept; i++) {
        CHECK_INT(take(&socket), SIZE);
        CHECK_INT(taken_from.name.port, i + 1);
    }
    CHECK_INT(take(&socket), -EAGAIN);
    put(&socket, 7, data, LARGE);
    CHECK_INT(take(&socket), -EAGAIN);
    sw_options_of(socket.record)->receive_buffer = 0;
    put(&socket, 7, data, LARGE);
    CHECK_INT(take(&socket), LARGE);
    close_datagram(&socket);
}

static void one_token_makes_the_socket_readable_for_all_that_waits(void) {
    struct sw_socket socket = bind_datagram(network, 7000);
    CHECK(!is_readable(&socket));
    for (int i = 0; i < 20; i++)
        put(&socket, 1, "x", 1);
    CHECK(is_readable(&socket));
    CHECK_INT(empty(&socket), 1);
    sw_spill_announce(network, socket.record);
    CHECK(!is_readable(&socket));
    sw_record_clear(socket.record, SW_ERROR_TOKEN);
    sw_spill_announce(network, socket.record);
    CHECK_INT(empty(&socket), 1);
    close_datagram(&socket);
}

static void a_full_queue_needs_no_token_and_keeps_the_next_one_possible(void) {
    struct sw_socket socket = bind_datagram(network, 7000);
    while (sw_spill_send_token(network, socket.record))
        ;
    errno = 0;
    sw_spill_announce(network, socket.record);
    CHECK_INT(errno, 0);
    CHECK(!sw_record_has(socket.record, SW_ERROR_TOKEN));
    CHECK(empty(&socket) > 0);
    sw_spill_announce(network, socket.record);
    CHECK_INT(empty(&socket), 1);
    close_datagram(&socket);
}

static void a_token_that_is_first_stays_until_the_last_is_taken(void) {
    struct sw_socket socket = bind_datagram(network, 7000);
    put(&socket, 1, "one", 3);
    put(&socket, 2, "two", 3);
    put(&socket, 3, "three", 5);
    CHECK(!sw_spill_is_first(&socket));
    CHECK_INT(empty(&socket), 1);
    CHECK(!sw_spill_token_taken(&socket));
    CHECK_INT(take(&socket), 3);
    sw_spill_taken(&socket);
    CHECK(sw_spill_is_first(&socket));
    CHECK_INT(take(&socket), 3);
    sw_spill_taken(&socket);
    put(&socket, 4, "four", 4);
    CHECK(sw_spill_is_first(&socket));
    CHECK_INT(take(&socket), 5);
    sw_spill_taken(&socket);
    CHECK(is_readable(&socket));
    CHECK_INT(take(&socket), 4);
    errno = 0;
    sw_spill_taken(&socket);
    CHECK_INT(errno, 0);
    CHECK(!sw_spill_is_first(&socket));
    CHECK(!is_readable(&socket));
    CHECK(!sw_record_has(socket.record, SW_ERROR_TOKEN));
    put(&socket, 5, "five", 4);
    CHECK(!sw_spill_is_first(&socket));
    CHECK_INT(empty(&socket), 1);
    close_datagram(&socket);
}

static void send_to(struct sw_socket *socket, int from, const char *text) {
    struct sw_path path;
    struct sw_name name = sw_record_name(socket->record);
    struct iovec part = {(char *)text, strlen(text)};
    CHECK_INT(sw_path_open(&path, network, &name), 0);
    CHECK_INT(sw_path_send(from, &path, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1}, MSG_DONTWAIT), strlen(text));
    sw_path_close(&path);
}

static void the_queue_of_the_unix_socket_moves_in_front_of_what_was_spilled(void) {
    struct sw_socket socket = bind_datagram(network, 7000), other = bind_datagram(network, 7001);
    sw_options_tell(socket.record, (struct sw_told){.ttl = 3, .tos = 5});
    sw_spill_queue(&socket);
    CHECK_INT(atomic_load(&socket.record->spilled), 0);
    send_to(&socket, other.fd, "first");
    send_to(&socket, other.fd, "second");
    put(&socket, 9, "third", 5);
    put(&socket, 9, "fourth", 6);
    errno = 0;
    sw_spill_queue(&socket);
    CHECK_INT(errno, 0);
    CHECK(!is_readable(&socket));
    CHECK(!sw_record_has(socket.record, SW_ERROR_TOKEN));
    CHECK_INT(atomic_load(&socket.record->spilled), 4);
    CHECK_INT(take(&socket), 5);
    CHECK_TEXT(taken, "first");
    CHECK_INT(taken_from.name.port, 7001);
    CHECK_INT(taken_from.ttl, 3);
    CHECK_INT(taken_from.tos, 5);
    CHECK_INT(take(&socket), 6);
    CHECK_TEXT(taken, "second");
    CHECK_INT(take(&socket), 5);
    CHECK_TEXT(taken, "third");
    CHECK_INT(taken_from.ttl, 64);
    CHECK_INT(take(&socket), 6);
    CHECK_INT(take(&socket), -EAGAIN);
    close_datagram(&other);
    close_datagram(&socket);
}

static void a_datagram_of_nobody_moves_without_an_address(void) {
    struct sw_socket target = bind_datagram(network, 7000);
    int nobody = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    send_to(&target, nobody, "data");
    sw_spill_queue(&target);
    CHECK_INT(take(&target), 4);
    CHECK_INT(taken_from.address.family, AF_INET);
    CHECK_INT(taken_from.address.port, 0);
    close(nobody);
    close_datagram(&target);
}

/* It saw nothing spilled when it was sent, and more of its sender may be spilled since. */
static void what_passed_by_comes_first(void) {
    struct sw_socket socket = bind_datagram(network, 7000), other = bind_datagram(network, 7001);
    put(&socket, 1, "one", 3);
    put(&socket, 1, "two", 3);
    CHECK_INT(empty(&socket), 1);
    CHECK(!sw_spill_token_taken(&socket));
    CHECK_INT(take(&socket), 3);
    sw_spill_taken(&socket);
    CHECK(sw_spill_is_first(&socket));
    send_to(&socket, other.fd, "passing");
    sw_spill_passed(socket.record);
    CHECK(!sw_spill_is_first(&socket));
    CHECK_INT(recv(socket.fd, taken, sizeof taken, MSG_DONTWAIT), 0);
    CHECK(sw_spill_token_taken(&socket));
    CHECK_INT(recv(socket.fd, taken, sizeof taken, MSG_DONTWAIT), 7);
    CHECK_INT(recv(socket.fd, taken, sizeof taken, MSG_DONTWAIT), 0);
    CHECK(!sw_spill_token_taken(&socket));
    CHECK_INT(take(&socket), 3);
    send_to(&socket, other.fd, "passing");
    put(&socket, 1, "three", 5);
    sw_spill_taken(&socket);
    CHECK(!sw_spill_is_first(&socket));
    CHECK_INT(empty(&socket), 2);
    close_datagram(&other);
    close_datagram(&socket);
}

/* Another reader takes the last and its token while this one is about to: whatever has come since is kept. */
static void what_came_behind_a_token_that_another_took_is_not_lost(void) {
    struct sw_socket socket = bind_datagram(network, 7000), other = bind_datagram(network, 7001);
    put(&socket, 1, "one", 3);
    put(&socket, 2, "two", 3);
    CHECK_INT(empty(&socket), 1);
    CHECK(!sw_spill_token_taken(&socket));
    CHECK_INT(take(&socket), 3);
    sw_spill_taken(&socket);
    CHECK_INT(take(&socket), 3);
    CHECK_INT(empty(&socket), 1);
    send_to(&socket, other.fd, "three");
    send_to(&socket, other.fd, "four");
    sw_spill_taken(&socket);
    CHECK(!sw_spill_token_taken(&socket));
    CHECK_INT(take(&socket), 5);
    CHECK_TEXT(taken, "three");
    CHECK_INT(taken_from.name.port, 7001);
    sw_spill_taken(&socket);
    CHECK(is_readable(&socket));
    CHECK_INT(take(&socket), 4);
    CHECK_INT(take(&socket), -EAGAIN);
    close_datagram(&other);
    close_datagram(&socket);
}

static void a_file_that_is_never_empty_does_not_grow_for_ever(void) {
    enum { SIZE = 10000, ROUNDS = 1000 };
    static char data[SIZE];
    struct sw_socket socket = bind_datagram(network, 7000);
    char path[64];
    struct stat status;
    off_t largest = 0;
    snprintf(path, sizeof path, ".spill-%llX", (unsigned long long)atomic_load(&socket.record->cookie));
    for (uint32_t i = 0; i < ROUNDS; i++) {
        memcpy(data, &i, sizeof i);
        put(&socket, (uint16_t)(i + 1), data, SIZE);
        if (i < 10)
            continue;
        CHECK_INT(take(&socket), SIZE);
        CHECK(memcmp(taken, &(uint32_t){i - 10}, sizeof i) == 0);
        CHECK_INT(taken_from.name.port, i - 9);
        CHECK_INT(stat(path, &status), 0);
        largest = status.st_size > largest ? status.st_size : largest;
    }
    CHECK(largest > 1 << 20 && largest < 2 << 20);
    for (uint32_t i = ROUNDS - 10; i < ROUNDS; i++) {
        CHECK_INT(take(&socket), SIZE);
        CHECK(memcmp(taken, &i, sizeof i) == 0);
    }
    CHECK_INT(take(&socket), -EAGAIN);
    close_datagram(&socket);
}

static void damage_ends_the_wait(void) {
    struct sw_socket socket = bind_datagram(network, 7000);
    char path[64];
    snprintf(path, sizeof path, ".spill-%llX", (unsigned long long)atomic_load(&socket.record->cookie));
    put(&socket, 1, "one", 3);
    put(&socket, 2, "two", 3);
    int fd = open(path, O_WRONLY);
    CHECK_INT(pwrite(fd, "\xff\xff\xff\xff", 4, sizeof(uint64_t)), 4);
    CHECK_INT(take(&socket), -EAGAIN);
    CHECK_INT(atomic_load(&socket.record->spilled), 0);
    put(&socket, 1, "one", 3);
    atomic_store(&socket.record->spilled_from, UINT64_MAX);
    CHECK_INT(take(&socket), -EAGAIN);
    CHECK_INT(atomic_load(&socket.record->spilled), 0);
    put(&socket, 3, "three", 5);
    CHECK_INT(take(&socket), 5);
    CHECK_TEXT(taken, "three");
    put(&socket, 4, "four", 4);
    CHECK_INT(ftruncate(fd, 20), 0);
    CHECK_INT(take(&socket), -EAGAIN);
    put(&socket, 4, "four", 4);
    CHECK_INT(unlink(path), 0);
    CHECK_INT(take(&socket), -EAGAIN);
    CHECK_INT(atomic_load(&socket.record->spilled), 0);
    close(fd);
    close_datagram(&socket);
}

static void the_file_goes_with_its_socket(void) {
    struct sw_socket socket = bind_datagram(network, 7000);
    char path[64];
    snprintf(path, sizeof path, ".spill-%llX", (unsigned long long)atomic_load(&socket.record->cookie));
    put(&socket, 1, "one", 3);
    CHECK_INT(access(path, F_OK), 0);
    sw_spill_discard(network, socket.record);
    CHECK_INT(access(path, F_OK), -1);
    close_datagram(&socket);
}

static struct sw_socket shared;

static void *put_many(void *first) {
    uint16_t port = (uint16_t)(uintptr_t)first;
    for (uint32_t i = 0; i < EACH; i++)
        put(&shared, port, &i, sizeof i);
    return NULL;
}

static void what_threads_put_at_once_stays_whole_and_in_each_ones_order(void) {
    shared = bind_datagram(network, 7000);
    sw_options_of(shared.record)->receive_buffer = 1 << 20;
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, put_many, (void *)(i + 1)), 0);
    uint32_t next[THREADS] = {0};
    for (int count = 0; count < THREADS * EACH;) {
        if (take(&shared) < 0)
            continue;
        uint32_t number;
        memcpy(&number, taken, sizeof number);
        CHECK_INT(number, next[taken_from.name.port - 1]++);
        count++;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(take(&shared), -EAGAIN);
    close_datagram(&shared);
}

int main(void) {
    network = state_here(SW_NETWORK_127);
    RUN(datagrams_come_in_order_with_their_senders);
    RUN(looking_takes_nothing_and_little_room_cuts);
    RUN(a_datagram_of_many_parts_is_one);
    RUN(what_the_receive_buffer_has_no_room_for_is_dropped);
    RUN(one_token_makes_the_socket_readable_for_all_that_waits);
    RUN(a_full_queue_needs_no_token_and_keeps_the_next_one_possible);
    RUN(the_queue_of_the_unix_socket_moves_in_front_of_what_was_spilled);
    RUN(a_datagram_of_nobody_moves_without_an_address);
    RUN(a_token_that_is_first_stays_until_the_last_is_taken);
    RUN(what_passed_by_comes_first);
    RUN(what_came_behind_a_token_that_another_took_is_not_lost);
    RUN(a_file_that_is_never_empty_does_not_grow_for_ever);
    RUN(damage_ends_the_wait);
    RUN(the_file_goes_with_its_socket);
    RUN(what_threads_put_at_once_stays_whole_and_in_each_ones_order);
    forget_state(network);
    return check_result();
}
