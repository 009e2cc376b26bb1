/* life_signal_renewed.c: a socket that connect(2) with AF_UNSPEC makes new keeps whom it signals, and with what, and its filter. */
#include "harness.h"
#include <linux/filter.h>

static sigset_t set;

/* How many signals wait does not matter here, nor those for what connect(2) itself has done. */
static int taken(void) {
    struct timespec none = {0};
    int number, last = 0;
    while ((number = sigtimedwait(&set, NULL, &none)) > 0)
        last = number;
    return last;
}

static void prepare(int fd) {
    struct f_owner_ex owner = {F_OWNER_PID, getpid()};
    struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_IMM, 0xffff), BPF_STMT(BPF_RET | BPF_A, 0)};
    struct sock_fprog filter = {2, code};
    CALL(fcntl(fd, F_SETOWN_EX, &owner));
    CALL(fcntl(fd, F_SETSIG, SIGRTMIN + 1));
    CALL(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC));
    CALL(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
}

static void show(int fd) {
    struct f_owner_ex owner = {-1, -1};
    CALL(fcntl(fd, F_GETOWN_EX, &owner));
    say("type %d, this process %d", owner.type, owner.pid == getpid());
    say("signal %d", fcntl(fd, F_GETSIG) - SIGRTMIN);
    int flags = fcntl(fd, F_GETFL);
    say("async %d, nonblocking %d", (flags & O_ASYNC) != 0, (flags & O_NONBLOCK) != 0);
    struct sock_filter code[4] = {{0}};
    socklen_t count = 4;
    CALL(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, code, &count));
    say("%u instructions", count);
    show_bytes("filter", code, (ssize_t)(count * sizeof *code));
}

static void show_signal(int fd) {
    settle(fd, POLLIN);
    say("signal %d", taken() - SIGRTMIN);
    READ(fd, 10);
}

int main(void) {
    const struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigaddset(&set, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set, NULL);

    say("TCP");
    struct pair tcp = tcp_pair(AF_INET);
    int listener = listener_on(AF_INET, 7000), copy = (int)MUST(dup(tcp.client));
    prepare(tcp.client);
    CALL(connect(tcp.client, &unspecified, sizeof unspecified));
    show(tcp.client);
    show(copy);
    CALL(connect(tcp.client, AT4("127.0.0.1", 7000)));
    taken();
    int fd = (int)MUST(accept(listener, NULL, NULL));
    MUST(write(fd, "x", 1));
    show_signal(tcp.client);

    say("UDP");
    struct pair udp = udp_pair(AF_INET);
    prepare(udp.client);
    CALL(connect(udp.client, &unspecified, sizeof unspecified));
    show(udp.client);
    CALL(bind(udp.client, AT4("127.0.0.1", 7001)));
    MUST(sendto(udp.server, "y", 1, 0, AT4("127.0.0.1", 7001)));
    show_signal(udp.client);

    say("nothing was set");
    int plain = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(plain, &unspecified, sizeof unspecified));
    show(plain);
}
