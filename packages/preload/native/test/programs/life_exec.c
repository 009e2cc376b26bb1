/* life_exec.c: a listener and a connection are handed on through execve(2), as servers do that restart themselves. */
#include "harness.h"
#include <spawn.h>

extern char **environ;

static void next_image(int listener, int connection) {
    say("in the next image");
    NAMES(listener);
    NAMES(connection);
    OPTION(listener, SOL_SOCKET, SO_ACCEPTCONN);
    OPTION(connection, SOL_SOCKET, SO_DOMAIN);
    CALL(set_int(connection, IPPROTO_TCP, TCP_NODELAY, 1));
    READ(connection, 10);
    CALL(write(connection, "pong", 4));
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    int fd = (int)TRY(accept(listener, (struct sockaddr *)&peer, &length));
    say("from %s", address_text(&peer, length));
    READ(fd, 10);
}

int main(int argc, char **argv) {
    if (argc == 3) {
        next_image(atoi(argv[1]), atoi(argv[2]));
        return 0;
    }
    int listener = listener_on(AF_INET, 7000);
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    int connection = (int)MUST(accept(listener, NULL, NULL));
    char listener_text[12];
    char connection_text[12];
    snprintf(listener_text, sizeof listener_text, "%d", listener);
    snprintf(connection_text, sizeof connection_text, "%d", connection);
    char *arguments[] = {argv[0], listener_text, connection_text, NULL};

    for (int way = 0; way < 4; way++) {
        say("%s", way == 0   ? "fork and execv"
                  : way == 1 ? "fork and execve with no environment"
                  : way == 2 ? "posix_spawn"
                             : "vfork and execv");
        int waiting = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        MUST(connect(waiting, AT4("127.0.0.1", 7000)));
        MUST(write(waiting, "early", 5));
        MUST(write(client, "ping", 4));
        pid_t child = 0;
        char *none[] = {NULL};
        if (way == 2) {
            if (posix_spawn(&child, argv[0], NULL, NULL, arguments, environ) != 0)
                return 1;
        } else if (way == 3) {
            child = vfork();
            if (child == 0) {
                execv(argv[0], arguments);
                _exit(1);
            }
        } else if ((child = (pid_t)MUST(fork())) == 0) {
            if (way == 0)
                execv(argv[0], arguments);
            else
                execve(argv[0], arguments, none);
            _exit(1);
        }
        finish(child);
        READ(client, 10);
        MUST(close(waiting));
    }
    say("and here everything is as it was");
    NAMES(listener);
    NAMES(connection);
    CALL(write(client, "still", 5));
    READ(connection, 10);
}
