/* test_error_queue.c: what MSG_ERRQUEUE tells of datagrams that met a closed port, and of sends with MSG_ZEROCOPY. */
#include "check.h"
#include "sockets/error_queue.h"
#include "sockets/options.h"
#include "state_in_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 256 };

static struct sw_network *network;
static int bare; /* a Unix socket for the errors that the kernel keeps */

static struct sw_socket make(int family, enum sw_switch wanted) {
    struct sw_record *record = sw_record_create(network, 0x1000);
    record->type = SOCK_DGRAM;
    record->family = (uint8_t)family;
    sw_options_start(record);
    sw_options_of(record)->switches |= (uint64_t)1 << wanted;
    return (struct sw_socket){bare, network, record};
}

static void gone(struct sw_socket *socket) {
    sw_error_queue_discard(network, socket->record);
    CHECK_INT(access(".error-1000", F_OK), -1);
    sw_record_free(network, socket->record);
}

static struct sw_address address_of(int family, uint8_t last, uint16_t port) {
    struct sw_address address = {.family = (uint16_t)family, .port = port};
    address.bytes[0] = family == AF_INET ? 127 : 0xfd;
    address.bytes[family == AF_INET ? 3 : 15] = last;
    return address;
}

static void put(struct sw_socket *socket, uint16_t port, const char *text) {
    struct sw_address to = address_of(socket->record->family, 9, port);
    struct iovec part = {(char *)text, strlen(text)};
    sw_error_queue_put(socket, &to, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1});
}

/* What was taken last. */
static char data[ROOM];
static union {
    struct cmsghdr header;
    char bytes[ROOM];
} control;
static struct msghdr message;
static struct sockaddr_in6 from;

static ssize_t take_some(struct sw_socket *socket, size_t room, size_t control_room) {
    static struct iovec part;
    memset(data, 0, sizeof data);
    part = (struct iovec){data, room};
    message = (struct msghdr){.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = control_room};
    return sw_error_queue_take(socket, &message);
}

static ssize_t take(struct sw_socket *socket) {
    return take_some(socket, sizeof data, sizeof control);
}

static struct sock_extended_err told(void) {
    struct sock_extended_err error;
    memcpy(&error, CMSG_DATA(&control.header), sizeof error);
    return error;
}

static void a_datagram_comes_back_with_where_it_went_and_why(void) {
    struct sw_socket socket = make(AF_INET, SW_SWITCH_IP_RECVERR);
    CHECK_INT(take(&socket), -EAGAIN);
    put(&socket, 7000, "question");
    CHECK(sw_error_queue_any());
    CHECK(sw_error_queue_waits(socket.record));
    CHECK_INT(take(&socket), 8);
    CHECK_TEXT(data, "question");
    CHECK_INT(message.msg_flags, MSG_ERRQUEUE);
    CHECK_INT(((struct sockaddr_in *)&from)->sin_port, htons(7000));
    CHECK_INT(((struct sockaddr_in *)&from)->sin_addr.s_addr, htonl(0x7f000009));
    CHECK_INT(control.header.cmsg_level, IPPROTO_IP);
    CHECK_INT(control.header.cmsg_type, IP_RECVERR);
    CHECK_INT(control.header.cmsg_len, CMSG_LEN(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in)));
    CHECK_INT(told().ee_errno, ECONNREFUSED);
    CHECK_INT(told().ee_origin, SO_EE_ORIGIN_ICMP);
    CHECK_INT(told().ee_type, 3);
    CHECK_INT(told().ee_code, 3);
    struct sockaddr_in offender;
    memcpy(&offender, CMSG_DATA(&control.header) + sizeof(struct sock_extended_err), sizeof offender);
    CHECK_INT(offender.sin_addr.s_addr, htonl(0x7f000009));
    CHECK_INT(offender.sin_port, 0);
    CHECK(!sw_error_queue_waits(socket.record));
    CHECK_INT(take(&socket), -EAGAIN);
    gone(&socket);
}

static void over_ipv6_it_is_another_message(void) {
    struct sw_socket socket = make(AF_INET6, SW_SWITCH_IPV6_RECVERR);
    put(&socket, 7000, "x");
    CHECK_INT(take(&socket), 1);
    CHECK_INT(from.sin6_port, htons(7000));
    CHECK_INT(control.header.cmsg_level, IPPROTO_IPV6);
    CHECK_INT(control.header.cmsg_type, IPV6_RECVERR);
    CHECK_INT(told().ee_origin, SO_EE_ORIGIN_ICMP6);
    CHECK_INT(told().ee_type, 1);
    CHECK_INT(told().ee_code, 4);
    gone(&socket);
}

static void nothing_is_kept_for_who_has_not_asked(void) {
    struct sw_socket socket = make(AF_INET, SW_SWITCH_OTHERS);
    put(&socket, 7000, "x");
    sw_error_queue_zerocopy(&socket, MSG_ZEROCOPY);
    CHECK(!sw_error_queue_waits(socket.record));
    CHECK_INT(take(&socket), -EAGAIN);
    gone(&socket);
}

static void the_next_call_reports_what_the_next_entry_tells(void) {
    struct sw_socket socket = make(AF_INET, SW_SWITCH_IP_RECVERR);
    put(&socket, 1, "one");
    put(&socket, 2, "two");
    atomic_store(&socket.record->pending_error, 0);
    CHECK_INT(take(&socket), 3);
    CHECK_INT(atomic_load(&socket.record->pending_error), ECONNREFUSED);
    CHECK(sw_error_queue_waits(socket.record));
    CHECK_INT(take(&socket), 3);
    CHECK_TEXT(data, "two");
    CHECK_INT(atomic_load(&socket.record->pending_error), 0);
    gone(&socket);
}

static void what_does_not_fit_is_cut_and_said_to_be(void) {
    struct sw_socket socket = make(AF_INET, SW_SWITCH_IP_RECVERR);
    put(&socket, 1, "datagram");
    put(&socket, 2, "datagram");
    CHECK_INT(take_some(&socket, 4, sizeof control), 4);
    CHECK_TEXT(data, "data");
    CHECK_INT(message.msg_flags, MSG_ERRQUEUE | MSG_TRUNC);
    CHECK_INT(take_some(&socket, sizeof data, CMSG_LEN(4)), 8);
    CHECK_INT(message.msg_flags, MSG_ERRQUEUE | MSG_CTRUNC);
    CHECK_INT(message.msg_controllen, CMSG_LEN(4));
    gone(&socket);
}

static void as_many_are_kept_as_the_receive_buffer_has_room_for(void) {
    struct sw_socket socket = make(AF_INET, SW_SWITCH_IP_RECVERR);
    int taken = 0;
    sw_options_of(socket.record)->receive_buffer = 10 * 800;
    for (uint16_t i = 0; i < 30; i++)
        put(&socket, i, "sixteen letters.");
    for (; sw_error_queue_waits(socket.record); taken++) {
        CHECK_INT(take(&socket), 16);
        CHECK_INT(((struct sockaddr_in *)&from)->sin_port, htons((uint16_t)taken));
    }
    CHECK(taken >= 9 && taken <= 11);
    gone(&socket);
}

static void sends_without_a_copy_share_an_entry_as_long_as_nothing_comes_between(void) {
    struct sw_socket socket = make(AF_INET, SW_SWITCH_ZEROCOPY);
    sw_options_of(socket.record)->switches |= (uint64_t)1 << SW_SWITCH_IP_RECVERR;
    sw_error_queue_zerocopy(&socket, 0);
    CHECK(!sw_error_queue_waits(socket.record));
    for (int i = 0; i < 3; i++)
        sw_error_queue_zerocopy(&socket, MSG_ZEROCOPY);
    put(&socket, 7, "refused");
    sw_error_queue_zerocopy(&socket, MSG_ZEROCOPY);
    CHECK_INT(take(&socket), 0);
    CHECK_INT(message.msg_namelen, 0);
    CHECK_INT(told().ee_errno, 0);
    CHECK_INT(told().ee_origin, SO_EE_ORIGIN_ZEROCOPY);
    CHECK_INT(told().ee_code, SO_EE_CODE_ZEROCOPY_COPIED);
    CHECK_INT(told().ee_info, 0);
    CHECK_INT(told().ee_data, 2);
    CHECK_INT(take(&socket), 7);
    CHECK_INT(told().ee_origin, SO_EE_ORIGIN_ICMP);
    CHECK_INT(take(&socket), 0);
    CHECK_INT(told().ee_info, 3);
    CHECK_INT(told().ee_data, 3);
    CHECK_INT(take(&socket), -EAGAIN);
    sw_error_queue_zerocopy(&socket, MSG_ZEROCOPY);
    sw_options_of(socket.record)->zerocopy_sends = 10;
    sw_error_queue_zerocopy(&socket, MSG_ZEROCOPY);
    CHECK_INT(take(&socket), 0);
    CHECK_INT(told().ee_data, 4);
    CHECK_INT(take(&socket), 0);
    CHECK_INT(told().ee_info, 10);
    gone(&socket);
}

static void switching_it_off_empties_the_queue_and_keeps_the_error(void) {
    struct sw_socket socket = make(AF_INET, SW_SWITCH_IP_RECVERR);
    put(&socket, 1, "one");
    atomic_store(&socket.record->pending_error, ECONNREFUSED);
    sw_error_queue_clear(&socket);
    CHECK(!sw_error_queue_waits(socket.record));
    CHECK_INT(take(&socket), -EAGAIN);
    CHECK_INT(atomic_load(&socket.record->pending_error), ECONNREFUSED);
    gone(&socket);
}

static void no_file_stays_behind_an_empty_queue(void) {
    struct sw_socket socket = make(AF_INET, SW_SWITCH_IP_RECVERR);
    put(&socket, 1, "one");
    CHECK_INT(take(&socket), 3);
    sw_options_of(socket.record)->switches = 0;
    sw_error_queue_clear(&socket);
    gone(&socket);
}

static void damage_ends_the_queue(void) {
    struct sw_socket socket = make(AF_INET, SW_SWITCH_IP_RECVERR);
    put(&socket, 1, "one");
    put(&socket, 2, "two");
    CHECK_INT(truncate(".error-1000", 20), 0);
    CHECK_INT(take(&socket), -EAGAIN);
    CHECK(!sw_error_queue_waits(socket.record));
    put(&socket, 3, "three");
    CHECK_INT(take(&socket), 5);
    gone(&socket);
}

int main(void) {
    network = state_here(SW_NETWORK_127);
    bare = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    RUN(a_datagram_comes_back_with_where_it_went_and_why);
    RUN(over_ipv6_it_is_another_message);
    RUN(nothing_is_kept_for_who_has_not_asked);
    RUN(the_next_call_reports_what_the_next_entry_tells);
    RUN(what_does_not_fit_is_cut_and_said_to_be);
    RUN(as_many_are_kept_as_the_receive_buffer_has_room_for);
    RUN(sends_without_a_copy_share_an_entry_as_long_as_nothing_comes_between);
    RUN(switching_it_off_empties_the_queue_and_keeps_the_error);
    RUN(no_file_stays_behind_an_empty_queue);
    RUN(damage_ends_the_queue);
    close(bare);
    forget_state(network);
    return check_result();
}
