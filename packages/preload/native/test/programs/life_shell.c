/* life_shell.c: programs started by way of a shell, or with an environment of their own, by somebody who has thrown away what they were
 * started with. */
#include "harness.h"
#include <spawn.h>

extern char **environ;

static int child(const char *way) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    errno = 0;
    int result = connect(fd, AT4("127.0.0.1", 7000));
    say("%s: connect = %d %s, NAME is %s", way, result, error_name(errno), getenv("NAME") != NULL ? getenv("NAME") : "unset");
    close(fd);
    return 3;
}

static void finished(pid_t pid) {
    int status = 0;
    MUST(waitpid(pid, &status, 0));
    say("status %d", WEXITSTATUS(status));
}

int main(int argc, char **argv) {
    char command[4096], line[512];
    if (argc == 2)
        return child(argv[1]);
    int listener = listener_on(AF_INET, 7000);
    char *variables[] = {"NAME=it's \"mine\"", NULL};

    MUST(clearenv());
    snprintf(command, sizeof command, "'%s' system", argv[0]);
    int status = system(command);
    say("system: %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    CALL(system(NULL) != 0);
    CALL(system("exit 7") == 7 << 8);
    CALL(system("kill -9 $$") == 9);
    snprintf(command, sizeof command, "NAME=set '%s' system; true", argv[0]);
    CALL(system(command));

    snprintf(command, sizeof command, "'%s' popen", argv[0]);
    FILE *stream = popen(command, "r");
    while (stream != NULL && fgets(line, sizeof line, stream) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        say("popen says: %s", line);
    }
    CALL(pclose(stream) == 3 << 8);
    stream = popen("cat >/dev/null; exit 4", "we");
    CALL(fputs("text", stream) >= 0);
    CALL(pclose(stream) == 4 << 8);
    CALL(popen("true", "x") == NULL);

    pid_t pid = (pid_t)MUST(fork());
    if (pid == 0) {
        execle(argv[0], argv[0], "execle", (char *)NULL, variables);
        _exit(9);
    }
    finished(pid);
    pid = (pid_t)MUST(fork());
    if (pid == 0) {
        execl(argv[0], argv[0], "execl", (char *)NULL);
        _exit(9);
    }
    finished(pid);
    char *arguments[] = {argv[0], "posix_spawn", NULL};
    MUST(posix_spawn(&pid, argv[0], NULL, NULL, arguments, variables));
    finished(pid);
    MUST(posix_spawnp(&pid, argv[0], NULL, NULL, arguments, environ));
    finished(pid);
    environ = NULL;
    MUST(posix_spawn(&pid, argv[0], NULL, NULL, arguments, environ));
    finished(pid);
    snprintf(command, sizeof command, "'%s' 'system without any environment'", argv[0]);
    CALL(system(command) == 3 << 8);
    close(listener);
}
