/* A program that does nothing, from its start to its end. */
#include "bench.h"

#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>

extern char **environ;

static void step(void) {
    pid_t child;
    char *arguments[] = {"true", NULL};
    bench_check(-posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ), "posix_spawn");
    bench_check(waitpid(child, NULL, 0), "waitpid");
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    bench_measure(step);
}
