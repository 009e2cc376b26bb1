/* life_signal_driven.c: signals for what happens to a socket: O_ASYNC, F_SETOWN, F_SETSIG, FIOASYNC and the ioctls for them. */
#include "harness.h"

static sigset_t set;
static void next_signal(const char *what) {
    siginfo_t info;
    struct timespec limit = {.tv_sec = 5}, none = {0};
    int number = sigtimedwait(&set, &info, &limit);
    if (number == SIGRTMIN + 1)
        say("%s: %s code %d", what, event_names((unsigned)info.si_band), info.si_code);
    else
        say("%s: %s", what, number == SIGIO ? "SIGIO" : number == SIGURG ? "SIGURG" : "no signal");
    while (sigtimedwait(&set, &info, &none) > 0)
        ;
}

int main(void) {
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigaddset(&set, SIGURG);
    sigaddset(&set, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    struct pair pair = tcp_pair(AF_INET);
    int value = 0;
    CALL(fcntl(pair.server, F_GETOWN));
    CALL(ioctl(pair.server, FIOGETOWN, &value));
    say("%d", value);
    CALL(ioctl(pair.server, SIOCGPGRP, &value));
    say("%d", value);
    CALL(fcntl(pair.server, F_SETOWN, getpid()));
    say("owner is me %d", fcntl(pair.server, F_GETOWN) == getpid());
    value = getpid();
    CALL(ioctl(pair.server, FIOSETOWN, &value));
    value = 0;
    CALL(ioctl(pair.server, SIOCGPGRP, &value));
    say("me %d", value == getpid());
    CALL(fcntl(pair.server, F_SETFL, O_ASYNC));
    say("flags async %d", (fcntl(pair.server, F_GETFL) & O_ASYNC) != 0);
    MUST(write(pair.client, "x", 1));
    next_signal("data");
    RECV(pair.server, 10, 0);
    MUST(send(pair.client, "!", 1, MSG_OOB));
    settle(pair.server, POLLPRI);
    next_signal("urgent");
    CALL(fcntl(pair.server, F_SETSIG, SIGRTMIN + 1));
    MUST(write(pair.client, "x", 1));
    next_signal("data rt");
    RECV(pair.server, 10, 0);
    MUST(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    next_signal("fin");
    value = 0;
    CALL(ioctl(pair.server, FIOASYNC, &value));
    say("flags async %d", (fcntl(pair.server, F_GETFL) & O_ASYNC) != 0);

    int listener = listener_on(AF_INET, 7000);
    CALL(fcntl(listener, F_SETOWN, getpid()));
    value = 1;
    CALL(ioctl(listener, FIOASYNC, &value));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    next_signal("connection");

    int udp = udp_on(AF_INET, 7001), from = udp_on(AF_INET, 7002);
    CALL(fcntl(udp, F_SETOWN, getpid()));
    CALL(fcntl(udp, F_SETSIG, SIGRTMIN + 1));
    CALL(fcntl(udp, F_SETFL, O_ASYNC | O_NONBLOCK));
    MUST(sendto(from, "d", 1, 0, AT4("127.0.0.1", 7001)));
    next_signal("datagram");
    RECV(udp, 10, 0);

    say("connect in progress");
    int nb = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(fcntl(nb, F_SETOWN, getpid()));
    CALL(fcntl(nb, F_SETSIG, SIGRTMIN + 1));
    CALL(fcntl(nb, F_SETFL, O_ASYNC | O_NONBLOCK));
    CALL(connect(nb, AT4("127.0.0.1", 7000)));
    settle(nb, POLLOUT);
    next_signal("connected");

    value = 1;
    CALL(ioctl(client, FIONBIO, &value));
    say("nonblocking %d", (fcntl(client, F_GETFL) & O_NONBLOCK) != 0);
    RECV(client, 1, 0);
    value = 0;
    CALL(ioctl(client, FIONBIO, &value));
    say("nonblocking %d", (fcntl(client, F_GETFL) & O_NONBLOCK) != 0);
}
