/* A server whose standard output and error are its client, as inetd starts it, tells that client nothing that it does not say itself. */
#include "harness.h"

static void serve(void *given) {
    int connection = *(int *)given;
    for (int fd = 0; fd < 3; fd++)
        dup2(connection, fd);
    /* Of such a value there is something to be said, on standard error. */
    setenv("SOCKET_WRAPPER_DEFAULT_IFACE", "none", 1);
    int own = socket(AF_INET, SOCK_STREAM, 0);
    bind(own, AT4("127.0.0.1", 7001));
    (void)!write(1, "serving", 7);
    _exit(0);
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    pid_t child = in_child(serve, &pair.server);
    close(pair.server);
    char text[100];
    size_t filled = 0;
    for (ssize_t got; (got = MUST(read(pair.client, text + filled, sizeof text - filled))) > 0;)
        filled += (size_t)got;
    show_bytes("all that was said", text, (ssize_t)filled);
    waitpid(child, NULL, 0);
    return 0;
}
