/* life_seccomp.c: a process that may only read and write, as servers make those that talk to strangers. */
#include "harness.h"
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static struct pair pair;

/* Nothing but read(2), write(2) and exit(2) is left (SECCOMP_MODE_STRICT). */
static void answers(void *by_syscall) {
    char text[100];
    if (by_syscall != NULL)
        MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL));
    else
        MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0));
    ssize_t length = read(pair.server, text, sizeof text);
    length = write(pair.server, text, (size_t)length);
    syscall(SYS_exit, length == 4 ? 0 : 1);
}

int main(void) {
    pair = tcp_pair(AF_INET);
    CALL(write(pair.client, "ping", 4));
    finish(in_child(answers, NULL));
    READ(pair.client, 100);
    CALL(write(pair.client, "pong", 4));
    finish(in_child(answers, &pair));
    READ(pair.client, 100);
    CALL(write(pair.server, "done", 4));
    READ(pair.client, 100);
}
