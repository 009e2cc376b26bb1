/* test_poison.c: an error on a datagram socket that the kernel itself tells of. */
#include "bound_datagram.h"
#include "check.h"
#include "sockets/poison.h"
#include "sockets/spill.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sw_network *network;

static void poison(struct sw_socket *socket) {
    struct sw_path path;
    struct sw_name name = sw_record_name(socket->record);
    CHECK_INT(sw_path_open(&path, network, &name), 0);
    errno = EBADF;
    sw_poison_datagram(socket, &path);
    CHECK_INT(errno, EBADF);
    sw_path_close(&path);
}

static short events(const struct sw_socket *socket) {
    struct pollfd state = {.fd = socket->fd, .events = POLLIN};
    poll(&state, 1, 0);
    return state.revents;
}

static int error_of(const struct sw_socket *socket) {
    int error = -1;
    socklen_t length = sizeof error;
    getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
}

static void send_to(const struct sw_socket *to, const struct sw_socket *from, const char *text) {
    struct sw_path path;
    struct sw_name name = sw_record_name(to->record);
    struct iovec part = {(char *)text, strlen(text)};
    CHECK_INT(sw_path_open(&path, network, &name), 0);
    CHECK_INT(sw_path_send(from->fd, &path, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1}, MSG_DONTWAIT), strlen(text));
    sw_path_close(&path);
}

static int lowest_descriptor(void) {
    int fd = dup(STDOUT_FILENO);
    close(fd);
    return fd;
}

static void the_socket_has_an_error_and_is_as_before(void) {
    struct sw_socket socket = bind_datagram(network, 7000), other = bind_datagram(network, 7001);
    int lowest = lowest_descriptor();
    CHECK_INT(events(&socket), 0);
    poison(&socket);
    CHECK_INT(lowest_descriptor(), lowest);
    CHECK_INT(events(&socket), POLLERR);
    CHECK_INT(error_of(&socket), ECONNRESET);
    CHECK_INT(error_of(&socket), 0);
    CHECK_INT(events(&socket), 0);
    struct sockaddr_un peer;
    socklen_t length = sizeof peer;
    CHECK_INT(getpeername(socket.fd, (struct sockaddr *)&peer, &length), -1);
    send_to(&socket, &other, "here");
    char data[8] = "";
    CHECK_INT(recv(socket.fd, data, sizeof data, MSG_DONTWAIT), 4);
    CHECK_TEXT(data, "here");
    send_to(&other, &socket, "there");
    CHECK_INT(recv(other.fd, data, sizeof data, MSG_DONTWAIT), 5);
    close_datagram(&other);
    close_datagram(&socket);
}

static void what_waits_is_not_lost(void) {
    struct sw_socket socket = bind_datagram(network, 7000), other = bind_datagram(network, 7001);
    send_to(&socket, &other, "one");
    send_to(&socket, &other, "two");
    poison(&socket);
    CHECK_INT(events(&socket), POLLERR | POLLIN);
    CHECK_INT(atomic_load(&socket.record->spilled), 2);
    char data[8] = "";
    struct sw_sender sender;
    struct iovec part = {data, sizeof data};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    CHECK_INT(sw_spill_take(network, socket.record, &sender, &message, false), 3);
    CHECK_TEXT(data, "one");
    CHECK_INT(sender.name.port, 7001);
    CHECK_INT(sw_spill_take(network, socket.record, &sender, &message, false), 3);
    CHECK_TEXT(data, "two");
    close_datagram(&other);
    close_datagram(&socket);
}

static void a_second_error_is_told_again(void) {
    struct sw_socket socket = bind_datagram(network, 7000), other = bind_datagram(network, 7001);
    poison(&socket);
    send_to(&socket, &other, "one");
    poison(&socket);
    CHECK_INT(error_of(&socket), ECONNRESET);
    CHECK_INT(atomic_load(&socket.record->spilled), 1);
    close_datagram(&other);
    close_datagram(&socket);
}

static void an_edge_is_told_to_who_waits_for_errors_alone(void) {
    struct sw_socket socket = bind_datagram(network, 7000);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLET};
    CHECK_INT(epoll_ctl(epoll, EPOLL_CTL_ADD, socket.fd, &event), 0);
    CHECK_INT(epoll_wait(epoll, &event, 1, 0), 0);
    poison(&socket);
    CHECK_INT(epoll_wait(epoll, &event, 1, 0), 1);
    CHECK_INT(event.events, EPOLLERR);
    close(epoll);
    close_datagram(&socket);
}

static void *receive(void *fd) {
    char byte;
    /* ThreadSanitizer takes connect(2) beside recv(3) for a race; of system calls it knows nothing. */
    return (void *)(intptr_t)(syscall(SYS_recvfrom, (int)(intptr_t)fd, &byte, 1, 0, NULL, NULL) < 0 ? errno : 0);
}

static void who_sleeps_in_a_receive_wakes(void) {
    struct sw_socket socket = bind_datagram(network, 7000);
    pthread_t thread;
    void *error;
    CHECK_INT(pthread_create(&thread, NULL, receive, (void *)(intptr_t)socket.fd), 0);
    poison(&socket);
    pthread_join(thread, &error);
    CHECK_INT((intptr_t)error, ECONNRESET);
    close_datagram(&socket);
}

int main(void) {
    network = state_here(SW_NETWORK_127);
    RUN(the_socket_has_an_error_and_is_as_before);
    RUN(what_waits_is_not_lost);
    RUN(a_second_error_is_told_again);
    RUN(an_edge_is_told_to_who_waits_for_errors_alone);
    RUN(who_sleeps_in_a_receive_wakes);
    forget_state(network);
    return check_result();
}
