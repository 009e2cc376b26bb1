/* life_signals.c: signals in the middle of calls that block, and socket calls in signal handlers. */
#include "harness.h"

static volatile sig_atomic_t handled;
static struct pair inner;

static void make_socket_calls(int signal) {
    (void)signal;
    int kept = errno;
    char byte;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd != -1 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && write(inner.client, "s", 1) == 1 &&
        recv(inner.server, &byte, 1, 0) == 1 && close(fd) == 0)
        handled++;
    errno = kept;
}

static void handle(int flags) {
    struct sigaction action = {.sa_handler = make_socket_calls, .sa_flags = flags};
    sigaction(SIGUSR1, &action, NULL);
}

struct sleeper {
    pid_t thread;
    pthread_t self;
    int then_write_to;
    int then_connect_to;
};

static void *disturb(void *argument) {
    struct sleeper *sleeper = argument;
    await_sleep(sleeper->thread);
    sig_atomic_t before = handled;
    pthread_kill(sleeper->self, SIGUSR1);
    while (handled == before)
        usleep(1000);
    await_sleep(sleeper->thread);
    if (sleeper->then_write_to != -1)
        MUST(write(sleeper->then_write_to, "woken", 5));
    if (sleeper->then_connect_to != 0)
        MUST(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", sleeper->then_connect_to)));
    return NULL;
}

static pthread_t disturb_soon(struct sleeper *sleeper, int write_to, int connect_to) {
    *sleeper = (struct sleeper){this_thread(), pthread_self(), write_to, connect_to};
    pthread_t thread;
    pthread_create(&thread, NULL, disturb, sleeper);
    return thread;
}

int main(void) {
    inner = tcp_pair(AF_INET);
    struct pair pair = tcp_pair(AF_INET);
    struct pair datagrams = udp_pair(AF_INET);
    int listener = listener_on(AF_INET, 7000);
    struct sleeper sleeper;
    char buffer[10];

    say("without SA_RESTART");
    handle(0);
    pthread_t thread = disturb_soon(&sleeper, -1, 0);
    CALL(read(pair.server, buffer, sizeof buffer));
    pthread_join(thread, NULL);
    thread = disturb_soon(&sleeper, -1, 0);
    CALL(recv(datagrams.server, buffer, sizeof buffer, 0));
    pthread_join(thread, NULL);
    thread = disturb_soon(&sleeper, -1, 0);
    CALL(accept(listener, NULL, NULL));
    pthread_join(thread, NULL);

    say("with SA_RESTART");
    handle(SA_RESTART);
    thread = disturb_soon(&sleeper, pair.client, 0);
    CALL(read(pair.server, buffer, sizeof buffer));
    pthread_join(thread, NULL);
    thread = disturb_soon(&sleeper, datagrams.client, 0);
    CALL(recv(datagrams.server, buffer, sizeof buffer, 0));
    pthread_join(thread, NULL);
    thread = disturb_soon(&sleeper, -1, 7000);
    TRY(accept(listener, NULL, NULL));
    pthread_join(thread, NULL);

    say("a receive timeout is not restarted");
    struct timeval long_time = {.tv_sec = 60};
    MUST(setsockopt(pair.server, SOL_SOCKET, SO_RCVTIMEO, &long_time, sizeof long_time));
    thread = disturb_soon(&sleeper, -1, 0);
    CALL(read(pair.server, buffer, sizeof buffer));
    pthread_join(thread, NULL);
    say("handled %d times, all calls in the handler worked", (int)handled);
}
