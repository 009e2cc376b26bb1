/* A thread, or a coroutine, with the least stack that POSIX knows calls sockets in every way that moves data: system calls need none of it. */
#include "harness.h"

#include <limits.h>
#include <linux/errqueue.h>
#include <sys/sendfile.h>

enum { STACK = 16384, BURST = 60, LARGE = 60000, MOST_NOTES = 64 };

/* What was called, and what came of it: printed from a thread that has the stack for it. */
static struct {
    const char *call;
    long result;
    int error;
} notes[MOST_NOTES];
static unsigned note_count;

static long note(const char *call, long result) {
    notes[note_count].call = call;
    notes[note_count].result = result;
    notes[note_count++].error = result == -1 ? errno : 0;
    return result;
}
#define NOTE(...) (errno = 0, note(#__VA_ARGS__, (long)(__VA_ARGS__)))

static char bytes[200000], taken[200000];

static int tcp_listener(int port, int backlog) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    NOTE(bind(listener, AT4("127.0.0.1", port)));
    NOTE(listen(listener, backlog));
    return listener;
}

static void pair(int port, int ends[2]) {
    int listener = tcp_listener(port, 5);
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    NOTE(connect(ends[0], AT4("127.0.0.1", port)));
    ends[1] = accept(listener, NULL, NULL);
    close(listener);
}

static void connections(void) {
    int ends[2], unread = 0;
    pair(7001, ends);
    NOTE(send(ends[0], bytes, 100000, 0));
    NOTE(recv(ends[1], taken, 1000, MSG_PEEK | MSG_WAITALL));
    NOTE(recv(ends[1], NULL, 60000, MSG_TRUNC | MSG_WAITALL));
    NOTE(send(ends[0], "u", 1, MSG_OOB));
    NOTE(ioctl(ends[1], FIONREAD, &unread));
    NOTE(recv(ends[1], taken, 40000, MSG_WAITALL));
    struct pollfd wanted[] = {{.fd = ends[0], .events = POLLOUT}, {.fd = ends[1], .events = POLLPRI}};
    NOTE(poll(wanted, 2, -1));
    NOTE(close(ends[1]));
    NOTE(connect(socket(AF_INET, SOCK_STREAM, 0), AT4("127.0.0.1", 7002)));
}

static void files(void) {
    int ends[2], pipes[2];
    pair(7003, ends);
    FILE *file = tmpfile();
    MUST(write(fileno(file), bytes, 100000));
    off_t offset = 0;
    NOTE(sendfile(ends[0], fileno(file), &offset, 100000));
    NOTE(recv(ends[1], taken, 100000, MSG_WAITALL));
    MUST(pipe(pipes));
    MUST(write(pipes[1], bytes, 30000));
    NOTE(splice(pipes[0], NULL, ends[0], NULL, 30000, 0));
    NOTE(recv(ends[1], taken, 30000, MSG_WAITALL));
    NOTE(shutdown(ends[1], SHUT_RD));
    NOTE(send(ends[0], bytes, 30000, 0));
    NOTE(recv(ends[1], taken, 30000, 0));
    fclose(file);
}

static void full_backlog(void) {
    enum { CLIENTS = 3 };
    int listener = tcp_listener(7004, 1), clients[CLIENTS];
    for (int i = 0; i < CLIENTS - 1; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM, 0);
        NOTE(connect(clients[i], AT4("127.0.0.1", 7004)));
    }
    clients[CLIENTS - 1] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    NOTE(connect(clients[CLIENTS - 1], AT4("127.0.0.1", 7004)));
    for (int i = 0; i < CLIENTS - 1; i++)
        NOTE(close(accept(listener, NULL, NULL)));
}

static void datagrams(void) {
    int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    char control[1024];
    struct iovec part = {taken, sizeof taken};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control};
    NOTE(bind(receiver, AT4("127.0.0.1", 7005)));
    NOTE(setsockopt(receiver, IPPROTO_IP, IP_PKTINFO, &on, sizeof on));
    NOTE(connect(sender, AT4("127.0.0.1", 7005)));
    long sent = 0, got = 0;
    for (int i = 0; i < BURST; i++)
        sent += send(sender, bytes, 1000 + (size_t)i, 0);
    note("bytes of the burst that were sent", sent);
    for (int i = 0; i < BURST / 2; i++)
        got += recv(receiver, taken, sizeof taken, 0);
    note("bytes of its first half that were received", got);
    NOTE(recv(receiver, taken, 10, MSG_TRUNC));
    for (int i = BURST / 2 + 1; i < BURST; i++) {
        message.msg_controllen = sizeof control;
        got += recvmsg(receiver, &message, 0);
    }
    note("bytes that were received", got);
    NOTE(send(sender, bytes, LARGE, 0));
    NOTE(recv(receiver, taken, sizeof taken, 0));
    NOTE(send(sender, bytes, 30000, MSG_MORE));
    NOTE(send(sender, bytes, 30000, 0));
    NOTE(recv(receiver, taken, sizeof taken, 0));
    NOTE(close(receiver));
    NOTE(setsockopt(sender, IPPROTO_IP, IP_RECVERR, &on, sizeof on));
    NOTE(send(sender, bytes, 1000, 0));
    message.msg_controllen = sizeof control;
    NOTE(recvmsg(sender, &message, MSG_ERRQUEUE));
}

static void *in_little(void *part) {
    (*(void (**)(void))part)();
    return NULL;
}

int main(void) {
    static void (*const PARTS[])(void) = {connections, files, full_backlog, datagrams};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    /* Where a processor has large registers, their room on a signal's frame counts as well. */
    long least = sysconf(_SC_THREAD_STACK_MIN);
    pthread_attr_setstacksize(&attributes, least > STACK ? (size_t)least : STACK);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        pthread_t thread;
        void (*part)(void) = PARTS[i];
        int failed = pthread_create(&thread, &attributes, in_little, &part);
        if (failed == 0)
            pthread_join(thread, NULL);
        say("part %zu: %s", i, failed == 0 ? "done" : error_name(failed));
        for (unsigned k = 0; k < note_count; k++)
            if (notes[k].result == -1)
                say("%s = -1 %s", notes[k].call, error_name(notes[k].error));
            else
                say("%s = %ld", notes[k].call, notes[k].result);
        note_count = 0;
    }
    return 0;
}
