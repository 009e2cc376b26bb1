/* starter.c: starts the program that its second argument names in the way that the first names, waits for it and exits as it did. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int become(const char *way, char **arguments) {
    const char *program = arguments[0];
    if (strcmp(way, "execve") == 0)
        return execve(program, arguments, environ);
    if (strcmp(way, "execv") == 0)
        return execv(program, arguments);
    if (strcmp(way, "execvp") == 0)
        return execvp(program, arguments);
    if (strcmp(way, "execvpe") == 0)
        return execvpe(program, arguments, environ);
    if (strcmp(way, "execl") == 0)
        return execl(program, program, (char *)NULL);
    if (strcmp(way, "execlp") == 0)
        return execlp(program, program, (char *)NULL);
    if (strcmp(way, "execle") == 0)
        return execle(program, program, (char *)NULL, environ);
    if (strcmp(way, "fexecve") == 0)
        return fexecve(open(program, O_RDONLY | O_CLOEXEC), arguments, environ);
    if (strcmp(way, "execveat") == 0)
        return execveat(AT_FDCWD, program, arguments, environ, 0);
    if (strcmp(way, "SYS_execve") == 0)
        return (int)syscall(SYS_execve, program, arguments, environ);
    if (strcmp(way, "SYS_execveat") == 0)
        return (int)syscall(SYS_execveat, AT_FDCWD, program, arguments, environ, 0);
    fprintf(stderr, "starter: there is no way %s\n", way);
    return -1;
}

static int exit_as(pid_t child) {
    int status;
    if (waitpid(child, &status, 0) != child)
        return 100;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What a start could change in this process itself. */
struct self {
    int seccomp, no_new_privileges;
    sigset_t mask;
};

static struct self look_at_self(void) {
    struct self self = {prctl(PR_GET_SECCOMP), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), {{0}}};
    sigprocmask(SIG_BLOCK, NULL, &self.mask);
    return self;
}

int main(int count, char **arguments) {
    if (count < 3)
        return 100;
    const char *way = arguments[1];
    arguments += 2;
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);

    struct self before = look_at_self();
    pid_t child;
    int status;
    if (strncmp(way, "posix_spawn", 11) == 0) {
        int (*const spawn)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[], char *const[]) =
            way[11] == 'p' ? posix_spawnp : posix_spawn;
        status = spawn(&child, arguments[0], NULL, NULL, arguments, environ);
        if (status != 0) {
            fprintf(stderr, "starter: %s: %s\n", way, strerror(status));
            return 100;
        }
        status = exit_as(child);
    } else if (strcmp(way, "vfork") == 0) {
        child = vfork();
        if (child == 0) {
            execve(arguments[0], arguments, environ);
            _exit(100);
        }
        status = exit_as(child);
    } else if (strcmp(way, "system") == 0) {
        status = WEXITSTATUS(system(arguments[0]));
    } else if (strcmp(way, "popen") == 0) {
        char line[256];
        FILE *output = popen(arguments[0], "r");
        while (fgets(line, sizeof line, output) != NULL)
            fputs(line, stdout);
        status = WEXITSTATUS(pclose(output));
    } else {
        child = fork();
        if (child == 0) {
            become(way, arguments);
            _exit(100);
        }
        status = exit_as(child);
    }
    struct self after = look_at_self();
    if (memcmp(&before, &after, sizeof before) != 0)
        fprintf(stderr, "starter: what was meant for the child has changed the parent\n");
    return status;
}
