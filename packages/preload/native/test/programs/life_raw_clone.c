/* Children made past libc's fork(3), by clone(2) and _Fork(3): servers that put each client into a sandbox make theirs so. */
#include "harness.h"

#include <sched.h>
#include <sys/syscall.h>

enum way { SYSCALL, SYSCALL_WITH_NAMESPACE, LIBC, WITHOUT_HANDLERS, WAYS };

static void serve(int connection) {
    dup2(connection, 0);
    dup2(connection, 1);
    dup2(connection, 2);
    close(connection);
    int one = 1, set = 0;
    errno = 0;
    setsockopt(0, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int error = errno;
    socklen_t length = sizeof set;
    int answer = getsockopt(0, IPPROTO_TCP, TCP_NODELAY, &set, &length);
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    int named = getpeername(0, (struct sockaddr *)&peer, &size);
    dprintf(1, "no delay %d %d %d, peer %d of family %d\n", error, answer, set, named, peer.ss_family);
    _exit(0);
}

static int serve_for_libc(void *connection) {
    serve(*(int *)connection);
    return 0;
}

static pid_t make_child(enum way way, int connection) {
    static char stack[65536] __attribute__((aligned(16)));
    if (way == LIBC)
        return clone(serve_for_libc, stack + sizeof stack, SIGCHLD, &connection);
    pid_t child = way == WITHOUT_HANDLERS
                      ? _Fork()
                      : (pid_t)syscall(SYS_clone, SIGCHLD | (way == SYSCALL ? 0 : CLONE_NEWIPC), NULL, NULL, NULL, NULL);
    if (child == 0)
        serve(connection);
    return child;
}

int main(void) {
    int listener = listener_on(AF_INET, 7000);
    for (enum way way = SYSCALL; way < WAYS; way++) {
        int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        CALL(connect(client, AT4("127.0.0.1", 7000)));
        int connection = (int)CALL(accept(listener, NULL, NULL));
        pid_t child = make_child(way, connection);
        CALL(close(connection));
        READ(client, 100);
        READ(client, 100);
        CALL(waitpid(child, NULL, 0) == child);
        CALL(close(client));
    }
    return 0;
}
