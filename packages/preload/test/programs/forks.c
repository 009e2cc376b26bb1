/* forks.c: makes children in all the ways there are and says their numbers, after it has wiped its environment. The children only wait. */
#define _GNU_SOURCE
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void say(pid_t child) {
    printf("%d\n", (int)child);
    fflush(stdout);
}

/* The parent speaks for a child that makes no call at all. */
static void made(pid_t child) {
    if (child == 0)
        for (;;)
            pause();
    say(child);
}

static int waits(void *nothing) {
    (void)nothing;
    for (;;)
        pause();
}

int main(void) {
    for (char **variable = environ; *variable != NULL; variable++)
        memset(*variable, 0, strlen(*variable));

    static char stack[1 << 16] __attribute__((aligned(16)));
    int terminal;
    made(fork());
    made(_Fork());
    made(clone(waits, stack + sizeof stack, SIGCHLD, NULL));
    made((pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
    made(forkpty(&terminal, NULL, NULL, NULL));

    /* Of this one nobody else knows the number. */
    if (fork() == 0) {
        if (daemon(1, 1) != 0)
            return 1;
        say(getpid());
        for (;;)
            pause();
    }
    for (;;)
        pause();
}
