/* select_calls.c: select(2) and pselect(2), with all they have beside poll(2): sets of any size, limits of time, signals. */
#include "harness.h"
#include <sys/resource.h>

static void handler(int number) {
    (void)number;
}

static struct bell bell;
static int target;
static void *waiter(void *arg) {
    pid_t *tid = arg;
    *tid = this_thread();
    ring(bell);
    fd_set reading;
    FD_ZERO(&reading);
    FD_SET(target, &reading);
    CALL(select(target + 1, &reading, NULL, NULL, NULL));
    say("it is %s", FD_ISSET(target, &reading) ? "readable" : "not");
    return NULL;
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    say("urgent data alone");
    struct pair pair = tcp_pair(AF_INET);
    MUST(send(pair.client, "!", 1, MSG_OOB));
    settle(pair.server, POLLPRI);
    select_says(pair.server);
    MUST(write(pair.client, "x", 1));
    settle(pair.server, POLLIN);
    select_says(pair.server);

    say("an error queue");
    int udp = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(set_int(udp, IPPROTO_IP, IP_RECVERR, 1));
    MUST(connect(udp, AT4("127.0.0.1", 9)));
    select_says(udp);
    MUST(write(udp, "x", 1));
    settle(udp, POLLERR);
    select_says(udp);
    CALL(write(udp, "x", 1));
    select_says(udp);
    char text[64];
    CALL(recv(udp, text, sizeof text, MSG_ERRQUEUE));
    select_says(udp);

    say("limits of time");
    pair = tcp_pair(AF_INET);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pair.client, &set);
    struct timeval time = {.tv_usec = 20000};
    CALL(select(pair.client + 1, &set, NULL, NULL, &time));
    say("left %ld.%06ld, set %d", (long)time.tv_sec, (long)time.tv_usec, FD_ISSET(pair.client, &set));
    FD_SET(pair.client, &set);
    time = (struct timeval){.tv_sec = 1000};
    CALL(select(pair.client + 1, NULL, &set, NULL, &time));
    say("left more than 900 s: %d, set %d", time.tv_sec > 900, FD_ISSET(pair.client, &set));
    struct timespec precise = {.tv_nsec = 20000000};
    FD_SET(pair.client, &set);
    CALL(pselect(pair.client + 1, &set, NULL, NULL, &precise, NULL));
    say("left %ld.%09ld, set %d", (long)precise.tv_sec, (long)precise.tv_nsec, FD_ISSET(pair.client, &set));
    time = (struct timeval){.tv_sec = -1};
    CALL(select(pair.client + 1, &set, NULL, NULL, &time));
    time = (struct timeval){.tv_usec = -1};
    CALL(select(pair.client + 1, &set, NULL, NULL, &time));
    time = (struct timeval){.tv_usec = 1500000, .tv_sec = -2};
    CALL(select(pair.client + 1, &set, NULL, NULL, &time));
    precise = (struct timespec){.tv_nsec = 1000000000};
    CALL(pselect(pair.client + 1, &set, NULL, NULL, &precise, NULL));
    FD_SET(pair.client, &set);
    time = (struct timeval){.tv_usec = 5000000};
    CALL(select(pair.client + 1, NULL, &set, NULL, &time));
    CALL(select(-1, NULL, NULL, NULL, &time));
    time = (struct timeval){0};
    CALL(select(0, NULL, NULL, NULL, &time));

    say("several at a time");
    FD_ZERO(&set);
    struct pair other = tcp_pair(AF_INET6);
    int pipe_ends[2];
    MUST(pipe(pipe_ends));
    MUST(write(pair.client, "x", 1));
    settle(pair.server, POLLIN);
    MUST(write(pipe_ends[1], "x", 1));
    FD_SET(pair.server, &set);
    FD_SET(other.server, &set);
    FD_SET(pipe_ends[0], &set);
    fd_set writing;
    FD_ZERO(&writing);
    FD_SET(pair.server, &writing);
    FD_SET(other.server, &writing);
    FD_SET(pipe_ends[1], &writing);
    CALL(select(100, &set, &writing, NULL, NULL));
    say("read %d %d %d write %d %d %d", FD_ISSET(pair.server, &set), FD_ISSET(other.server, &set), FD_ISSET(pipe_ends[0], &set), FD_ISSET(pair.server, &writing),
        FD_ISSET(other.server, &writing), FD_ISSET(pipe_ends[1], &writing));

    say("a closed descriptor");
    FD_ZERO(&set);
    FD_SET(other.server, &set);
    close(other.server);
    CALL(select(100, &set, NULL, NULL, NULL));
    say("still set %d", FD_ISSET(other.server, &set));
    CALL(select(other.server, &set, NULL, NULL, &time));

    say("more than FD_SETSIZE");
    struct rlimit limit = {5000, 5000};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < 5000 ? limit.rlim_max : 5000;
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    int high = (int)MUST(fcntl(pair.server, F_DUPFD, 3000));
    static fd_set many[4], many_writing[4];
    unsigned long *words = (unsigned long *)many, *words_writing = (unsigned long *)many_writing;
    words[high / 64] |= 1ul << (high % 64);
    words_writing[high / 64] |= 1ul << (high % 64);
    CALL(select(high + 1, many, many_writing, NULL, NULL));
    say("readable %d, writable %d", (words[high / 64] >> (high % 64) & 1) != 0, (words_writing[high / 64] >> (high % 64) & 1) != 0);

    say("woken by data, by a peer's end, by a signal");
    for (int i = 0; i < 2; i++) {
        struct pair woken = tcp_pair(AF_INET);
        pthread_t thread;
        pid_t tid = 0;
        bell = new_bell();
        target = woken.server;
        MUST(pthread_create(&thread, NULL, waiter, &tid));
        await_bell(bell);
        await_sleep(tid);
        if (i == 0)
            MUST(write(woken.client, "x", 1));
        else
            close(woken.client);
        pthread_join(thread, NULL);
    }
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    pthread_t thread;
    pid_t tid = 0;
    target = tcp_pair(AF_INET).client;
    MUST(pthread_create(&thread, NULL, waiter, &tid));
    await_bell(bell);
    await_sleep(tid);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, &old);
    raise(SIGUSR1);
    FD_ZERO(&set);
    FD_SET(target, &set);
    CALL(pselect(target + 1, &set, NULL, NULL, NULL, &old));
    say("set %d", FD_ISSET(target, &set));
    raise(SIGUSR1);
    precise = (struct timespec){.tv_nsec = 1000000};
    CALL(pselect(target + 1, &set, NULL, NULL, &precise, &mask));
}
