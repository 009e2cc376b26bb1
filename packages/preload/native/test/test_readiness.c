/* test_readiness.c: what poll(2) says of a Unix socket, made into what it would say of TCP: tcp_poll() of the kernel is the specification. */
#include "base/real.h"
#include "check.h"
#include "sockets/readiness.h"
#include "state_in_memory.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ALL = POLLIN | POLLRDNORM | POLLRDHUP | POLLOUT | POLLWRNORM };

static struct sw_network *network;

/* What is said of a socket with these flags, to somebody who asked for everything, where the Unix socket says `events`. */
static uint32_t said(int type, uint32_t flags, int pending_error, uint32_t events) {
    struct sw_record *record = sw_record_create(network, 0x1000);
    record->type = (uint8_t)type;
    sw_record_set(record, flags);
    atomic_store(&record->pending_error, pending_error);
    struct sw_socket socket = {-1, network, record};
    uint32_t result = sw_readiness(&socket, ALL, events);
    sw_record_free(network, record);
    return result;
}

static void a_peer_that_is_gone_hangs_up_only_when_both_directions_have_ended(void) {
    const uint32_t gone = POLLIN | POLLRDHUP | POLLHUP | POLLOUT;
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED, 0, gone), POLLIN | POLLRDHUP | POLLOUT);
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED | SW_WRITE_SHUT, 0, gone), gone);
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED, 0, gone | POLLERR), gone | POLLERR);
}

static void a_socket_that_is_not_connected_hangs_up_as_it_is(void) {
    CHECK_INT(said(SOCK_STREAM, 0, 0, POLLOUT | POLLHUP), POLLOUT | POLLHUP);
}

static void a_received_reset_is_everything_at_once(void) {
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED | SW_RESET_RECEIVED, 0, POLLIN), ALL | POLLERR | POLLHUP);
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED | SW_RESET_RECEIVED, 0, 0), 0);
}

static void a_refused_connection_hangs_up_and_can_be_read(void) {
    CHECK_INT(said(SOCK_STREAM, SW_CONNECT_FAILED, ECONNREFUSED, POLLOUT), POLLOUT | POLLERR | POLLHUP | POLLIN | POLLRDNORM | POLLRDHUP);
}

static void an_error_that_waits_is_told(void) {
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED, ECONNRESET, POLLOUT), POLLOUT | POLLERR);
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED | SW_RESET_SENT, 0, POLLOUT), POLLOUT | POLLERR);
}

static void an_entry_of_the_error_queue_is_told_of_any_socket(void) {
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED | SW_ERRORS, 0, POLLOUT), POLLOUT | POLLERR);
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED | SW_ERRORS, 0, 0), POLLERR);
    CHECK_INT(said(SOCK_DGRAM, SW_ERRORS, 0, 0), POLLERR);
    CHECK_INT(said(SOCK_DGRAM, 0, 0, POLLHUP | POLLOUT), POLLHUP | POLLOUT);
}

static void what_only_unix_sockets_say_is_left_out(void) {
    CHECK_INT(said(SOCK_STREAM, SW_CONNECTED, 0, POLLOUT | POLLWRNORM | POLLWRBAND), POLLOUT | POLLWRNORM);
}

static void urgent_data_alone_is_nothing_to_read(void) {
    int ends[2];
    struct sw_record *record = sw_record_create(network, 0x2000);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    record->type = SOCK_STREAM;
    sw_record_set(record, SW_CONNECTED);
    struct sw_socket socket = {ends[0], network, record};
    CHECK(send(ends[1], "!", 1, MSG_OOB) == 1);
    errno = 0;
    CHECK_INT(sw_readiness(&socket, ALL | POLLPRI, POLLIN | POLLRDNORM | POLLPRI), POLLPRI);
    /* Those who do not ask for it sleep on; of their events, the kernel's or ours, POLLPRI is none. */
    CHECK_INT(sw_readiness(&socket, ALL, POLLIN | POLLRDNORM | POLLPRI), 0);
    CHECK_INT(sw_readiness(&socket, ALL, POLLIN | POLLRDNORM), POLLIN | POLLRDNORM);
    atomic_store(&network->state->header.urgent, 1);
    CHECK_INT(sw_readiness(&socket, ALL, POLLIN | POLLRDNORM), 0);
    CHECK_INT(errno, 0);
    CHECK(send(ends[1], "data", 4, 0) == 4);
    char before[1];
    CHECK(recv(ends[0], before, 1, MSG_OOB) == 1);
    CHECK_INT(sw_readiness(&socket, ALL | POLLPRI, POLLIN | POLLRDNORM | POLLPRI), POLLIN | POLLRDNORM | POLLPRI);
    CHECK_INT(sw_readiness(&socket, ALL, POLLIN | POLLRDNORM), POLLIN | POLLRDNORM);
    atomic_store(&network->state->header.urgent, 0);
    close(ends[0]);
    close(ends[1]);
    sw_record_free(network, record);
}

static void less_than_the_low_water_mark_is_nothing_to_read_unless_no_more_will_come(void) {
    int ends[2], low_water = 3;
    struct sw_record *record = sw_record_create(network, 0x3000);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    CHECK(setsockopt(ends[0], SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof low_water) == 0);
    atomic_store(&sw_readiness_low_water, true);
    record->type = SOCK_STREAM;
    sw_record_set(record, SW_CONNECTED);
    struct sw_socket socket = {ends[0], network, record};
    CHECK(send(ends[1], "12", 2, 0) == 2);
    CHECK_INT(sw_readiness(&socket, ALL, POLLIN | POLLOUT), POLLOUT);
    CHECK(send(ends[1], "3", 1, 0) == 1);
    CHECK_INT(sw_readiness(&socket, ALL, POLLIN | POLLOUT), POLLIN | POLLOUT);
    CHECK(recv(ends[0], &(char[2]){0}, 2, 0) == 2);
    CHECK_INT(sw_readiness(&socket, ALL, POLLIN | POLLOUT), POLLOUT);
    CHECK(shutdown(ends[1], SHUT_WR) == 0);
    CHECK_INT(sw_readiness(&socket, ALL, POLLIN | POLLOUT), POLLIN | POLLOUT);
    atomic_store(&sw_readiness_low_water, false);
    close(ends[0]);
    close(ends[1]);
    sw_record_free(network, record);
}

int main(void) {
    network = state_in_memory(SW_NETWORK_127);
    RUN(a_peer_that_is_gone_hangs_up_only_when_both_directions_have_ended);
    RUN(a_socket_that_is_not_connected_hangs_up_as_it_is);
    RUN(a_received_reset_is_everything_at_once);
    RUN(a_refused_connection_hangs_up_and_can_be_read);
    RUN(an_error_that_waits_is_told);
    RUN(an_entry_of_the_error_queue_is_told_of_any_socket);
    RUN(what_only_unix_sockets_say_is_left_out);
    RUN(urgent_data_alone_is_nothing_to_read);
    RUN(less_than_the_low_water_mark_is_nothing_to_read_unless_no_more_will_come);
    forget_state(network);
    return check_result();
}
