/* life_least_stack.c: programs started, names and connections on the smallest stack that a thread can have, and on a signal handler's. */
#include "harness.h"

#include <sys/mman.h>

enum { OLD_SIGSTKSZ = 8192 };

static struct pair streams;
static int listener;

static void make_connection(void) {
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, LOCAL(AF_INET, port_of(listener))));
    int server = (int)MUST(accept(listener, NULL, NULL));
    char byte;
    MUST(write(client, "x", 1));
    MUST(recv(server, &byte, 1, MSG_TRUNC));
    MUST(shutdown(client, SHUT_WR));
    MUST(close(client));
    MUST(close(server));
}

static void listen_and_close(void) {
    MUST(close(listener_on(AF_INET6, 0)));
}

static void wait_for_data(void) {
    struct pollfd descriptor = {.fd = streams.client, .events = POLLIN | POLLOUT};
    MUST(poll(&descriptor, 1, -1));
    struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
    int epoll = (int)MUST(epoll_create1(0));
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, streams.client, &event));
    MUST(epoll_wait(epoll, &event, 1, -1));
    MUST(close(epoll));
}

static void send_urgently(void) {
    MUST(send(streams.client, "abc", 3, MSG_OOB));
    settle(streams.server, POLLPRI);
    int unread;
    char bytes[3];
    MUST(ioctl(streams.server, FIONREAD, &unread));
    MUST(recv(streams.server, bytes, sizeof bytes, 0));
    MUST(recv(streams.server, bytes, 1, MSG_OOB));
}

static void start_programs(void) {
    char *arguments[] = {"true", NULL};
    pid_t child = (pid_t)MUST(vfork());
    if (child == 0) {
        execv("/nonexistent", arguments);
        execvp("true", arguments);
        _exit(1);
    }
    int status;
    MUST(waitpid(child, &status, 0));
    if (status != 0) say("status %x", status);
}

static void ask_for_the_name(void) {
    char name[65];
    MUST(gethostname(name, sizeof name));
}

typedef void work(void);

static void *work_of(void *of) {
    (*(work **)of)();
    return NULL;
}

/* In a thread with as little stack as there may be, and nothing mapped below it. */
static void in_thread(const char *name, work *call) {
    size_t size = (size_t)sysconf(_SC_THREAD_STACK_MIN), page = (size_t)sysconf(_SC_PAGESIZE);
    char *place = mmap(NULL, page + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(mprotect(place, page, PROT_NONE));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    MUST(-pthread_attr_setstack(&attributes, place + page, size));
    pthread_t thread;
    MUST(-pthread_create(&thread, &attributes, work_of, &call));
    pthread_join(thread, NULL);
    munmap(place, page + size);
    say("%s fits", name);
}
#define IN_THREAD(call) in_thread(#call, call)

static void handle(int signal) {
    (void)signal;
    make_connection();
}

int main(void) {
    streams = tcp_pair(AF_INET);
    listener = listener_on(AF_INET, 0);
    IN_THREAD(make_connection);
    IN_THREAD(listen_and_close);
    IN_THREAD(wait_for_data);
    IN_THREAD(send_urgently);
    IN_THREAD(start_programs);
    IN_THREAD(ask_for_the_name);

    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = OLD_SIGSTKSZ;
#ifdef _SC_MINSIGSTKSZ
    /* What the processor's registers take comes on top. */
    size = (size_t)sysconf(_SC_MINSIGSTKSZ) + 6144;
#endif
    size = (size + page - 1) / page * page;
    char *place = mmap(NULL, page + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(mprotect(place, page, PROT_NONE));
    stack_t stack = {.ss_sp = place + page, .ss_size = size};
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
    MUST(sigaltstack(&stack, NULL));
    MUST(sigaction(SIGUSR1, &action, NULL));
    raise(SIGUSR1);
    say("a connection fits into a signal handler's stack");
}
