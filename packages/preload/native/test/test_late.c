/* test_late.c: stream data for a socket that has shut its reading half. */
#include "check.h"
#include "sockets/late.h"
#include "state_in_memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 6 << 20, PIECE = 1 << 20, PARTS = 100, ROUNDS = 200 };

static struct sw_network *network;

static struct sw_socket make(uint64_t cookie) {
    struct sw_record *record = sw_record_create(network, cookie);
    record->type = SOCK_STREAM;
    record->family = AF_INET;
    return (struct sw_socket){-1, network, record};
}

static void gone(struct sw_socket *socket) {
    sw_late_discard(network, socket->record);
    CHECK_INT(access(".late-2000", F_OK), -1);
    sw_record_free(network, socket->record);
}

static ssize_t put(struct sw_socket *sender, struct sw_socket *receiver, const void *data, size_t size) {
    struct iovec part = {(void *)data, size};
    return sw_late_put(sender, receiver->record, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1});
}

static ssize_t take(struct sw_socket *receiver, void *data, size_t size, bool peek) {
    struct iovec part = {data, size};
    return sw_late_take(receiver, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1}, peek ? MSG_PEEK : 0);
}

static void data_comes_in_order_in_pieces_of_any_size(void) {
    struct sw_socket sender = make(0x1000), receiver = make(0x2000);
    char data[20] = "";
    CHECK_INT(sw_late_size(&receiver), 0);
    CHECK_INT(take(&receiver, data, sizeof data, false), 0);
    CHECK_INT(put(&sender, &receiver, "hello ", 6), 6);
    CHECK_INT(put(&sender, &receiver, "world", 5), 5);
    CHECK(sw_record_has(receiver.record, SW_LATE));
    CHECK_INT(sw_late_size(&receiver), 11);
    CHECK_INT(take(&receiver, data, 8, true), 8);
    CHECK_INT(sw_late_size(&receiver), 11);
    CHECK_INT(take(&receiver, data, 8, false), 8);
    CHECK_TEXT(data, "hello wo");
    CHECK_INT(sw_late_size(&receiver), 3);
    memset(data, 0, sizeof data);
    CHECK_INT(take(&receiver, data, sizeof data, false), 3);
    CHECK_TEXT(data, "rld");
    CHECK(!sw_record_has(receiver.record, SW_LATE));
    CHECK_INT(take(&receiver, data, sizeof data, false), 0);
    gone(&receiver);
    gone(&sender);
}

static void many_parts_are_one_run_of_bytes(void) {
    enum { SIZE = 400 };
    struct sw_socket sender = make(0x1000), receiver = make(0x2000);
    static unsigned char data[PARTS * SIZE], found[PARTS * SIZE];
    struct iovec parts[PARTS];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 7 + i / 251);
    for (int i = 0; i < PARTS; i++)
        parts[i] = (struct iovec){data + i * SIZE, SIZE};
    CHECK_INT(sw_late_put(&sender, receiver.record, &(struct msghdr){.msg_iov = parts, .msg_iovlen = PARTS}), sizeof data);
    for (int i = 0; i < PARTS; i++)
        parts[i].iov_base = found + i * SIZE;
    CHECK_INT(sw_late_take(&receiver, &(struct msghdr){.msg_iov = parts, .msg_iovlen = PARTS}, MSG_PEEK), sizeof data);
    CHECK(memcmp(data, found, sizeof data) == 0);
    memset(found, 0, sizeof found);
    CHECK_INT(sw_late_take(&receiver, &(struct msghdr){.msg_iov = parts, .msg_iovlen = PARTS}, 0), sizeof data);
    CHECK(memcmp(data, found, sizeof data) == 0);
    gone(&receiver);
    gone(&sender);
}

static void a_sender_is_never_told_of_a_full_buffer(void) {
    struct sw_socket sender = make(0x1000), receiver = make(0x2000);
    char *piece = malloc(PIECE);
    memset(piece, 'x', PIECE);
    for (int i = 0; i < 10; i++)
        CHECK_INT(put(&sender, &receiver, piece, PIECE), PIECE);
    CHECK_INT(sw_late_size(&receiver), MOST);
    CHECK_INT(take(&receiver, piece, PIECE, false), PIECE);
    CHECK_INT(put(&sender, &receiver, piece, PIECE), PIECE);
    CHECK_INT(sw_late_size(&receiver), MOST);
    free(piece);
    gone(&receiver);
    gone(&sender);
}

static void the_file_goes_with_its_socket(void) {
    struct sw_socket sender = make(0x1000), receiver = make(0x2000);
    CHECK_INT(put(&sender, &receiver, "x", 1), 1);
    CHECK_INT(access(".late-2000", F_OK), 0);
    gone(&receiver);
    gone(&sender);
}

static struct sw_socket from, to;

static void *put_numbers(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < ROUNDS; i++)
        put(&from, &to, &i, sizeof i);
    return NULL;
}

static void a_reader_beside_the_sender_misses_nothing(void) {
    pthread_t thread;
    from = make(0x1000);
    to = make(0x2000);
    CHECK_INT(pthread_create(&thread, NULL, put_numbers, NULL), 0);
    for (uint32_t next = 0; next < ROUNDS;) {
        uint32_t number;
        ssize_t size = take(&to, &number, sizeof number, false);
        if (size == 0)
            continue;
        CHECK_INT(size, sizeof number);
        CHECK_INT(number, next++);
    }
    pthread_join(thread, NULL);
    CHECK_INT(sw_late_size(&to), 0);
    gone(&to);
    gone(&from);
}

int main(void) {
    network = state_here(SW_NETWORK_127);
    RUN(data_comes_in_order_in_pieces_of_any_size);
    RUN(many_parts_are_one_run_of_bytes);
    RUN(a_sender_is_never_told_of_a_full_buffer);
    RUN(the_file_goes_with_its_socket);
    RUN(a_reader_beside_the_sender_misses_nothing);
    forget_state(network);
    return check_result();
}
