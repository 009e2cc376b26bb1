/* test_cork.c: datagrams that several writes make. */
#include "check.h"
#include "sockets/cork.h"
#include "sockets/options.h"
#include "state_in_memory.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

enum { THREADS = 4, EACH = 1000, PAGE = 4096, PARTS = 200 };

static struct sw_network *network;
static char data[SW_CORK_MOST];

static struct sw_socket make(void) {
    struct sw_record *record = sw_record_create(network, 0x1000);
    record->type = SOCK_DGRAM;
    record->family = AF_INET;
    sw_options_start(record);
    return (struct sw_socket){-1, network, record};
}

static void gone(struct sw_socket *socket) {
    CHECK(!sw_cork_is_pending(socket->record));
    CHECK_INT(access(".cork-1000", F_OK), -1);
    sw_record_free(network, socket->record);
}

static int begin_with(struct sw_socket *socket, struct iovec *parts, size_t count, uint8_t wire_family) {
    struct sw_delivery delivery = {
        .socket = socket,
        .destination = {.family = AF_INET, .port = 7000},
        .target = {.scope = SW_SCOPE_HOST, .wire_family = wire_family, .interface = 12},
        .message = {.msg_iov = parts},
        .control = {.ttl = 3, .tos = 4, .segment = 5},
    };
    delivery.message.msg_iovlen = count;
    return sw_cork_begin(&delivery);
}

static int begin(struct sw_socket *socket, const char *text) {
    return begin_with(socket, &(struct iovec){(char *)text, strlen(text)}, 1, 4);
}

static int add_bytes(struct sw_socket *socket, const void *bytes, size_t size) {
    struct iovec part = {(void *)bytes, size};
    return sw_cork_add(socket, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1});
}

static int add(struct sw_socket *socket, const char *text) {
    return add_bytes(socket, text, strlen(text));
}

static ssize_t take(struct sw_socket *socket, struct sw_delivery *delivery) {
    memset(data, 0, sizeof data);
    *delivery = (struct sw_delivery){.socket = socket};
    return sw_cork_take(socket, delivery, data);
}

static void writes_become_one_datagram_that_goes_where_the_first_one_said(void) {
    struct sw_socket socket = make();
    struct sw_delivery delivery;
    CHECK_INT(take(&socket, &delivery), -EAGAIN);
    CHECK_INT(add(&socket, "x"), -ENOENT);
    CHECK_INT(begin(&socket, "one "), 0);
    CHECK(sw_cork_is_pending(socket.record));
    CHECK_INT(add(&socket, "two "), 0);
    CHECK_INT(add(&socket, ""), 0);
    CHECK_INT(add(&socket, "three"), 0);
    CHECK_INT(take(&socket, &delivery), 13);
    CHECK_TEXT(data, "one two three");
    CHECK_INT(delivery.destination.port, 7000);
    CHECK_INT(delivery.target.interface, 12);
    CHECK_INT(delivery.control.ttl, 3);
    CHECK_INT(delivery.control.segment, 5);
    CHECK_INT(take(&socket, &delivery), -EAGAIN);
    gone(&socket);
}

static void a_datagram_of_nothing_waits_too(void) {
    struct sw_socket socket = make();
    struct sw_delivery delivery;
    CHECK_INT(begin(&socket, ""), 0);
    CHECK(sw_cork_is_pending(socket.record));
    CHECK_INT(take(&socket, &delivery), 0);
    gone(&socket);
}

static void who_comes_second_adds_to_the_first(void) {
    struct sw_socket socket = make();
    struct sw_delivery delivery;
    CHECK_INT(begin(&socket, "one "), 0);
    CHECK_INT(begin(&socket, "two"), 0);
    CHECK_INT(take(&socket, &delivery), 7);
    CHECK_TEXT(data, "one two");
    gone(&socket);
}

static void writes_of_many_parts_stay_in_order(void) {
    static unsigned char bytes[PARTS];
    struct iovec parts[PARTS];
    struct sw_socket socket = make();
    struct sw_delivery delivery;
    for (int i = 0; i < PARTS; i++) {
        bytes[i] = (unsigned char)i;
        parts[i] = (struct iovec){&bytes[i], 1};
    }
    CHECK_INT(begin_with(&socket, parts, PARTS, 4), 0);
    CHECK_INT(add_bytes(&socket, bytes, PARTS), 0);
    CHECK_INT(take(&socket, &delivery), 2 * PARTS);
    CHECK(memcmp(data, bytes, PARTS) == 0 && memcmp(data + PARTS, bytes, PARTS) == 0);
    gone(&socket);
}

static void a_datagram_that_gets_too_long_is_lost(void) {
    static const struct {
        uint8_t wire_family;
        size_t most;
    } kinds[] = {{4, 65507}, {6, 65527}};
    static char bytes[65536];
    struct sw_socket socket = make();
    struct sw_delivery delivery;
    for (int i = 0; i < 2; i++) {
        CHECK_INT(begin_with(&socket, &(struct iovec){bytes, 1}, 1, kinds[i].wire_family), 0);
        CHECK_INT(add_bytes(&socket, bytes, kinds[i].most - 1), 0);
        CHECK_INT(take(&socket, &delivery), kinds[i].most);
        CHECK_INT(begin_with(&socket, &(struct iovec){bytes, 1}, 1, kinds[i].wire_family), 0);
        CHECK_INT(add_bytes(&socket, bytes, kinds[i].most), -EMSGSIZE);
        CHECK_INT(take(&socket, &delivery), -EAGAIN);
    }
    gone(&socket);
}

static void data_that_cannot_be_read_loses_the_datagram(void) {
    char *page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sw_socket socket = make();
    CHECK_INT(begin_with(&socket, &(struct iovec){page, 1}, 1, 4), -EFAULT);
    CHECK(!sw_cork_is_pending(socket.record));
    CHECK_INT(begin(&socket, "one"), 0);
    CHECK_INT(add_bytes(&socket, page, 1), -EFAULT);
    munmap(page, PAGE);
    gone(&socket);
}

static void a_file_that_is_gone_or_cut_is_a_lost_datagram(void) {
    struct sw_socket socket = make();
    struct sw_delivery delivery;
    CHECK_INT(begin(&socket, "one"), 0);
    CHECK_INT(unlink(".cork-1000"), 0);
    CHECK_INT(take(&socket, &delivery), -EAGAIN);
    CHECK_INT(begin(&socket, "one"), 0);
    CHECK_INT(truncate(".cork-1000", 4), 0);
    CHECK_INT(add(&socket, "two"), -EAGAIN);
    CHECK(!sw_cork_is_pending(socket.record));
    gone(&socket);
}

static void what_waits_goes_with_its_socket(void) {
    struct sw_socket socket = make();
    CHECK_INT(begin(&socket, "one"), 0);
    errno = EBADF;
    sw_cork_discard(network, socket.record);
    sw_cork_discard(network, socket.record);
    CHECK_INT(errno, EBADF);
    gone(&socket);
}

static struct sw_socket shared;

static void *add_many(void *letter) {
    char word[8];
    memset(word, (int)(intptr_t)letter, sizeof word);
    for (int i = 0; i < EACH; i++)
        if (begin_with(&shared, &(struct iovec){word, sizeof word}, 1, 4) != 0)
            return (void *)1;
    return NULL;
}

static void threads_add_whole_words(void) {
    pthread_t threads[THREADS];
    struct sw_delivery delivery;
    shared = make();
    for (intptr_t i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, add_many, (void *)('a' + i)), 0);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        CHECK(result == NULL);
    }
    int counts[THREADS] = {0};
    CHECK_INT(take(&shared, &delivery), THREADS * EACH * 8);
    for (int i = 0; i < THREADS * EACH; i++) {
        CHECK(memcmp(data + 8 * i, data + 8 * i + 1, 7) == 0);
        counts[data[8 * i] - 'a']++;
    }
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(counts[i], EACH);
    gone(&shared);
}

int main(void) {
    network = state_here(SW_NETWORK_127);
    RUN(writes_become_one_datagram_that_goes_where_the_first_one_said);
    RUN(a_datagram_of_nothing_waits_too);
    RUN(who_comes_second_adds_to_the_first);
    RUN(writes_of_many_parts_stay_in_order);
    RUN(a_datagram_that_gets_too_long_is_lost);
    RUN(data_that_cannot_be_read_loses_the_datagram);
    RUN(a_file_that_is_gone_or_cut_is_a_lost_datagram);
    RUN(what_waits_goes_with_its_socket);
    RUN(threads_add_whole_words);
    forget_state(network);
    return check_result();
}
