/* crash.c: processes that are killed in the middle of socket calls, and others that must not notice.
 *
 *     crash KILLS SEED            starts workers, each of which is killed after a random time, until KILLS have been
 *     crash work SEED             is a worker, until it is killed
 *
 * A witness talks to itself meanwhile. At the end every port that the workers fought for must be free. Prints what it found. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_PORT = 7000, PORTS = 8, WITNESS_PORT = 7100, WORKERS = 3, LONGEST_LIFE_US = 8000, LIMIT_S = 300 };

static uint64_t state;

static unsigned below(unsigned limit) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % limit;
}

static void die(const char *what) {
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
}

static socklen_t address_of(struct sockaddr_storage *address, int family, bool any, int port) {
    memset(address, 0, sizeof *address);
    if (family == AF_INET) {
        struct sockaddr_in *four = (struct sockaddr_in *)address;
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        four->sin_addr.s_addr = htonl(any ? INADDR_ANY : INADDR_LOOPBACK);
        return sizeof *four;
    }
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    six->sin6_addr = any ? in6addr_any : in6addr_loopback;
    return sizeof *six;
}

static int bind_to(int family, int type, bool any, int port) {
    struct sockaddr_storage address;
    socklen_t length = address_of(&address, family, any, port);
    int fd = socket(family, type, 0);
    if (fd == -1 || bind(fd, (struct sockaddr *)&address, length) == 0)
        return fd;
    int kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

static void reach(int fd, int family, int type, int port) {
    struct sockaddr_storage address;
    socklen_t length = address_of(&address, family, false, port);
    if (type == SOCK_DGRAM) {
        sendto(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address, length);
        return;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    connect(fd, (struct sockaddr *)&address, length);
    send(fd, "hello", 5, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Gives a copy of the descriptor away and takes it back, as servers do that hand connections to their workers. */
static int pass_around(int fd) {
    int ends[2], copy = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
        return -1;
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof fd)];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    char byte = 'x';
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (sendmsg(ends[0], &message, 0) == 1 && recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC) == 1 && message.msg_controllen >= CMSG_LEN(sizeof fd))
        memcpy(&copy, CMSG_DATA(&control.header), sizeof copy);
    close(ends[0]);
    close(ends[1]);
    return copy;
}

/* One round of what programs do, without a care for what succeeds. */
static void work_once(void) {
    int family = below(2) == 0 ? AF_INET : AF_INET6;
    int type = below(2) == 0 ? SOCK_STREAM : SOCK_DGRAM;
    int one = 1;
    struct sockaddr_storage address;
    socklen_t length = address_of(&address, family, below(2) == 0, below(8) == 0 ? 0 : FIRST_PORT + (int)below(PORTS));
    int fd = socket(family, type | SOCK_CLOEXEC, 0);
    if (below(3) == 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (below(3) == 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    bind(fd, (struct sockaddr *)&address, length);
    if (type == SOCK_STREAM)
        listen(fd, 5);
    int client = socket(family, type, 0);
    reach(client, family, type, FIRST_PORT + (int)below(PORTS));
    int copy = dup(client);
    int passed = below(4) == 0 ? pass_around(below(2) == 0 ? fd : client) : -1;
    if (type == SOCK_STREAM) {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        int server = accept(fd, NULL, NULL);
        char bytes[16];
        if (server != -1) {
            recv(server, bytes, sizeof bytes, MSG_DONTWAIT);
            send(server, "answer", 6, MSG_DONTWAIT | MSG_NOSIGNAL);
            close(server);
        }
    } else {
        char byte;
        recv(fd, &byte, 1, MSG_DONTWAIT);
    }
    if (below(16) == 0 && fork() == 0)
        _exit(0);
    close(client);
    close(copy);
    close(fd);
    close(passed);
}

static void work_until_killed(void) {
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec life = {.it_value.tv_nsec = 1000 * (long)(1 + below(LONGEST_LIFE_US))};
    signal(SIGCHLD, SIG_IGN);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) == -1 || timer_settime(timer, 0, &life, NULL) == -1)
        die("timer");
    for (;;)
        work_once();
}

/* Talks to itself over TCP and UDP, and counts. */
static void witness(_Atomic unsigned *count) {
    int listener = bind_to(AF_INET, SOCK_STREAM, false, WITNESS_PORT);
    int datagrams = bind_to(AF_INET, SOCK_DGRAM, false, WITNESS_PORT);
    if (listener == -1 || datagrams == -1 || listen(listener, 5) == -1)
        die("the witness has no port");
    struct sockaddr_storage address;
    socklen_t length = address_of(&address, AF_INET, false, WITNESS_PORT);
    for (;;) {
        char bytes[8];
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client, (struct sockaddr *)&address, length) == -1)
            die("the witness cannot connect");
        int server = accept(listener, NULL, NULL);
        if (server == -1 || send(client, "witness", 7, 0) != 7 || recv(server, bytes, sizeof bytes, 0) != 7)
            die("the witness cannot talk");
        if (sendto(datagrams, "witness", 7, 0, (struct sockaddr *)&address, length) != 7 ||
            recv(datagrams, bytes, sizeof bytes, 0) != 7)
            die("the witness cannot send a datagram");
        close(client);
        close(server);
        ++*count;
    }
}

static pid_t start_worker(const char *self, bool by_exec) {
    uint64_t seed = state;
    below(2);
    pid_t child = fork();
    if (child != 0)
        return child;
    if (by_exec) {
        char text[32];
        snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
        execl(self, self, "work", text, NULL);
        _exit(1);
    }
    work_until_killed();
    _exit(1);
}

/* Every port of every kind can be bound, and serves. */
static void take_every_port(void) {
    static const int families[] = {AF_INET, AF_INET6};
    int taken = 0;
    for (int f = 0; f < 2; f++)
        for (int port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
            int listener = bind_to(families[f], SOCK_STREAM, true, port);
            if (listener == -1 || listen(listener, 5) == -1)
                die("a TCP port is not free");
            struct sockaddr_storage address;
            socklen_t length = address_of(&address, families[f], false, port);
            int client = socket(families[f], SOCK_STREAM, 0);
            int server = -1;
            if (connect(client, (struct sockaddr *)&address, length) == -1 ||
                (server = accept(listener, NULL, NULL)) == -1)
                die("a TCP port does not serve");
            int datagrams = bind_to(families[f], SOCK_DGRAM, true, port);
            if (datagrams == -1)
                die("a UDP port is not free");
            /* The client first: a real server's port is kept for a while by the side that closes first. */
            close(client);
            close(server);
            close(listener);
            close(datagrams);
            taken++;
        }
    printf("%d ports taken\n", taken);
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    state = strtoull(argv[2], NULL, 10) * 2 + 1;
    if (strcmp(argv[1], "work") == 0)
        work_until_killed();

    alarm(LIMIT_S);
    _Atomic unsigned *count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t observer = fork();
    if (observer == 0)
        witness(count);

    int wanted = atoi(argv[1]);
    int running = 0;
    for (int killed = 0; killed < wanted;) {
        for (; running < WORKERS; running++)
            start_worker(argv[0], below(2) == 0);
        int status;
        pid_t ended = wait(&status);
        if (ended == observer) {
            printf("the witness ended\n");
            return 1;
        }
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
            printf("a worker ended by itself: %s %d\n", WIFSIGNALED(status) ? "signal" : "exit code",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            return 1;
        }
        running--;
        killed++;
    }
    for (; running > 0; running--)
        wait(NULL);
    printf("%d processes killed\n", wanted);

    unsigned before = *count;
    while (*count < before + 100)
        if (waitpid(observer, NULL, WNOHANG) != 0) {
            printf("the witness ended\n");
            return 1;
        }
    printf("the witness goes on\n");
    kill(observer, SIGKILL);
    waitpid(observer, NULL, 0);
    take_every_port();
    return 0;
}
