/* data_odd_ways.c: data by pipes and files, in several messages at once, by peeking on, and announced by signals. */
#include "harness.h"
#include <linux/sockios.h>
#include <sys/sendfile.h>

static void by_pipe(void) {
    say("splice, vmsplice, tee");
    struct pair pair = tcp_pair(AF_INET);
    int ends[2], more[2];
    MUST(pipe(ends));
    MUST(pipe(more));
    struct iovec part = {"pipe data", 9};
    CALL(vmsplice(ends[1], &part, 1, 0));
    CALL(tee(ends[0], more[1], 4, 0));
    CALL(splice(ends[0], NULL, pair.client, NULL, 100, 0));
    RECV(pair.server, 100, 0);
    CALL(splice(more[0], NULL, pair.client, NULL, 100, SPLICE_F_MORE));
    RECV(pair.server, 100, 0);
    CALL(splice(ends[0], NULL, pair.client, NULL, 100, SPLICE_F_NONBLOCK));
    MUST(write(pair.server, "to a pipe", 9));
    settle(pair.client, POLLIN);
    CALL(splice(pair.client, NULL, ends[1], NULL, 5, 0));
    CALL(splice(pair.client, NULL, ends[1], NULL, 100, 0));
    READ(ends[0], 100);
    MUST(fcntl(pair.client, F_SETFL, O_NONBLOCK));
    CALL(splice(pair.client, NULL, ends[1], NULL, 100, SPLICE_F_NONBLOCK));
    MUST(fcntl(pair.client, F_SETFL, 0));
    CALL(splice(pair.client, NULL, pair.server, NULL, 100, 0));
    loff_t offset = 0;
    CALL(splice(pair.client, &offset, ends[1], NULL, 100, 0));
    CALL(tee(pair.client, ends[1], 100, 0));
    MUST(shutdown(pair.server, SHUT_WR));
    settle(pair.client, POLLRDHUP);
    CALL(splice(pair.client, NULL, ends[1], NULL, 100, 0));
    MUST(close(pair.server));
    MUST(write(ends[1], "x", 1));
    CALL(splice(ends[0], NULL, pair.client, NULL, 100, 0));
    settle(pair.client, POLLERR);
    MUST(write(ends[1], "y", 1));
    CALL(splice(ends[0], NULL, pair.client, NULL, 100, 0));
    CALL(copy_file_range(ends[0], NULL, pair.client, NULL, 10, 0));
    close(pair.client);
    int udp = udp_on(AF_INET, 7001);
    MUST(connect(udp, AT4("127.0.0.1", 7001)));
    MUST(write(ends[1], "z", 1));
    CALL(splice(ends[0], NULL, udp, NULL, 100, 0));
    settle(udp, POLLIN);
    CALL(splice(udp, NULL, ends[1], NULL, 100, SPLICE_F_NONBLOCK));
    close(udp);
}

static void by_file(void) {
    say("sendfile");
    char path[] = "/tmp/socket-program-XXXXXX";
    int file = (int)MUST(mkstemp(path));
    MUST(unlink(path));
    MUST(write(file, "file of a few bytes", 19));
    struct pair pair = tcp_pair(AF_INET);
    off_t offset = 5;
    CALL(sendfile(pair.client, file, &offset, 5));
    say("offset %ld", (long)offset);
    RECV(pair.server, 100, 0);
    CALL(sendfile(pair.client, file, NULL, 100));
    MUST(lseek(file, 10, SEEK_SET));
    CALL(sendfile(pair.client, file, NULL, 100));
    CALL(lseek(file, 0, SEEK_CUR));
    RECV(pair.server, 100, 0);
    offset = -1;
    CALL(sendfile(pair.client, file, &offset, 5));
    CALL(sendfile(file, pair.client, NULL, 5));
    CALL(sendfile(pair.client, pair.server, NULL, 5));
    CALL(sendfile(-1, file, NULL, 5));
    CALL(sendfile(pair.client, -1, NULL, 5));
    CALL(copy_file_range(file, NULL, pair.client, NULL, 5, 0));
    MUST(shutdown(pair.client, SHUT_WR));
    offset = 0;
    CALL(sendfile(pair.client, file, &offset, 5));
    CALL(pwrite(pair.client, "x", 1, 0));
    CALL(pread(pair.client, &(char){0}, 1, 0));
    CALL(lseek(pair.client, 0, SEEK_CUR));
    close(file);
}

static void many_at_once(void) {
    say("sendmmsg and recvmmsg");
    struct pair udp = udp_pair(AF_INET);
    char data[4][8] = {"one", "two", "three", "four"};
    struct iovec parts[4];
    struct mmsghdr messages[4];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < 4; i++) {
        parts[i] = (struct iovec){data[i], strlen(data[i])};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    CALL(sendmmsg(udp.client, messages, 4, 0));
    messages[2].msg_hdr.msg_name = (void *)address4("127.0.0.1", 0);
    messages[2].msg_hdr.msg_namelen = sizeof(struct sockaddr_in);
    CALL(sendmmsg(udp.client, messages, 4, 0));
    CALL(sendmmsg(udp.client, messages + 2, 2, 0));
    CALL(sendmmsg(udp.client, messages, 0, 0));
    messages[2].msg_hdr.msg_name = NULL;
    for (int i = 0; i < 4; i++)
        parts[i].iov_len = sizeof data[i];
    struct timespec timeout = {.tv_sec = 5};
    CALL(recvmmsg(udp.server, messages, 3, 0, &timeout));
    say("%u %u %u, time is left: %d", messages[0].msg_len, messages[1].msg_len, messages[2].msg_len, timeout.tv_sec == 4 && timeout.tv_nsec > 0);
    CALL(recvmmsg(udp.server, messages, 4, MSG_DONTWAIT, NULL));
    CALL(recvmmsg(udp.server, messages, 4, MSG_DONTWAIT, NULL));
    timeout = (struct timespec){.tv_nsec = -1};
    CALL(recvmmsg(udp.server, messages, 4, MSG_DONTWAIT, &timeout));
    timeout = (struct timespec){.tv_nsec = 1000000000};
    CALL(recvmmsg(udp.server, messages, 4, MSG_DONTWAIT, &timeout));
    timeout = (struct timespec){.tv_sec = -1};
    CALL(recvmmsg(udp.server, messages, 4, MSG_DONTWAIT, &timeout));
    MUST(send(udp.client, "last", 4, 0));
    settle(udp.server, POLLIN);
    CALL(recvmmsg(udp.server, messages, 4, MSG_WAITFORONE, NULL));
    timeout = (struct timespec){.tv_nsec = 1};
    MUST(send(udp.client, "late", 4, 0));
    settle(udp.server, POLLIN);
    CALL(recvmmsg(udp.server, messages, 4, 0, &timeout));
    say("%ld %ld", (long)timeout.tv_sec, timeout.tv_nsec);

    struct pair pair = tcp_pair(AF_INET);
    for (int i = 0; i < 4; i++)
        parts[i].iov_len = 3;
    CALL(sendmmsg(pair.client, messages, 4, 0));
    settle(pair.server, POLLIN);
    CALL(recvmmsg(pair.server, messages, 4, MSG_DONTWAIT, NULL));
    MUST(close(pair.client));
    CALL(recvmmsg(pair.server, messages, 4, 0, NULL));
    say("%u %u", messages[0].msg_len, messages[3].msg_len);
    close(pair.server);
}

static void peeking_on(void) {
    say("SO_PEEK_OFF");
    struct pair pair = tcp_pair(AF_INET);
    MUST(write(pair.client, "0123456789", 10));
    settle(pair.server, POLLIN);
    CALL(set_int(pair.server, SOL_SOCKET, SO_PEEK_OFF, 2));
    RECV(pair.server, 3, MSG_PEEK);
    OPTION(pair.server, SOL_SOCKET, SO_PEEK_OFF);
    RECV(pair.server, 3, MSG_PEEK);
    RECV(pair.server, 4, 0);
    OPTION(pair.server, SOL_SOCKET, SO_PEEK_OFF);
    RECV(pair.server, 3, MSG_PEEK);
    CALL(set_int(pair.server, SOL_SOCKET, SO_PEEK_OFF, -1));
    RECV(pair.server, 3, MSG_PEEK);
    CALL(recv(pair.server, NULL, 4, MSG_TRUNC));
    CALL(recv(pair.server, NULL, 100, MSG_TRUNC | MSG_PEEK));
    RECV(pair.server, 10, 0);
    struct pair udp = udp_pair(AF_INET);
    MUST(send(udp.client, "datagram", 8, 0));
    settle(udp.server, POLLIN);
    CALL(set_int(udp.server, SOL_SOCKET, SO_PEEK_OFF, 3));
    RECV(udp.server, 3, MSG_PEEK);
    RECV(udp.server, 30, MSG_PEEK);
    RECV(udp.server, 30, 0);
    OPTION(udp.server, SOL_SOCKET, SO_PEEK_OFF);
}

static volatile sig_atomic_t signals;
static int reason;

static void note(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    reason = info->si_code;
    signals++;
}

static void by_signal(void) {
    say("O_ASYNC");
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
    MUST(sigaction(SIGIO, &action, NULL));
    MUST(sigaction(SIGURG, &action, NULL));
    struct pair pair = tcp_pair(AF_INET);
    CALL(fcntl(pair.server, F_GETOWN));
    CALL(fcntl(pair.server, F_SETOWN, getpid()));
    CALL(fcntl(pair.server, F_GETOWN) == getpid());
    int group = 0;
    CALL(ioctl(pair.server, SIOCGPGRP, &group));
    CALL(group == getpid());
    CALL(fcntl(pair.server, F_SETFL, O_ASYNC | O_NONBLOCK));
    CALL(fcntl(pair.server, F_GETFL) & (O_ASYNC | O_NONBLOCK | O_ACCMODE));
    signals = 0;
    MUST(write(pair.client, "x", 1));
    settle(pair.server, POLLIN);
    CALL(signals > 0);
    CALL(ioctl(pair.server, FIOASYNC, &(int){0}));
    MUST(write(pair.client, "y", 1));
    signals = 0;
    CALL(ioctl(pair.server, FIONBIO, &(int){0}));
    CALL(fcntl(pair.server, F_GETFL) & (O_ASYNC | O_NONBLOCK));
    MUST(send(pair.client, "!", 1, MSG_OOB));
    settle(pair.server, POLLPRI);
    CALL(signals > 0);
    int mark = -1;
    CALL(ioctl(pair.server, SIOCATMARK, &mark));
    say("at the mark: %d", mark);
    RECV(pair.server, 10, 0);
    CALL(ioctl(pair.server, SIOCATMARK, &mark));
    say("at the mark: %d", mark);
    RECV(pair.server, 10, MSG_OOB);
    RECV(pair.server, 10, MSG_OOB);
    RECV(pair.server, 10, MSG_DONTWAIT);
    CALL(ioctl(udp_on(AF_INET, 7009), SIOCATMARK, &mark));
    int copy = (int)MUST(fcntl(pair.server, F_DUPFD_CLOEXEC, 100));
    CALL(copy >= 100);
    CALL(fcntl(copy, F_GETFD));
    NAMES(copy);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    by_pipe();
    by_file();
    many_at_once();
    peeking_on();
    by_signal();
}
