/* data_stdio_standard.c: programs whose standard input, output and error are sockets, as inetd starts them. */
#include "harness.h"

static void answer(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "end\n") != 0) {
        printf("<%s>", strtok(line, "\n"));
        fflush(stdout);
        /* It looks at standard error's descriptor, and may write to a copy of it. */
        errno = ENOENT;
        perror("error");
    }
    fputs(feof(stdin) ? "at the end" : "was told to end", stdout);
}

static void serve(const char *program, const struct pair *pair) {
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        for (int fd = 0; fd < 3; fd++)
            MUST(dup2(pair->server, fd));
        MUST(close(pair->client));
        MUST(close(pair->server));
        execl(program, program, "answer", NULL);
        _exit(99);
    }
    MUST(close(pair->server));
}

#ifdef __GLIBC__
static void ask(const struct pair *pair, const char *line, int answers) {
    MUST(write(pair->client, line, strlen(line)));
    char text[200];
    size_t filled = 0;
    while (answers-- > 0)
        filled += (size_t)MUST(recv(pair->client, text + filled, sizeof text - filled, 0));
    show_bytes(line, text, (ssize_t)filled);
}
#endif

static void all_of(const struct pair *pair) {
    char text[200];
    size_t filled = 0;
    for (ssize_t got; (got = MUST(read(pair->client, text + filled, sizeof text - filled))) > 0;)
        filled += (size_t)got;
    show_bytes("all", text, (ssize_t)filled);
}

int main(int count, char **arguments) {
    if (count > 1 && strcmp(arguments[1], "answer") == 0) {
        answer();
        return 0;
    }
    say("-- TCP");
    struct pair tcp = tcp_pair(AF_INET);
    serve(arguments[0], &tcp);
    MUST(write(tcp.client, "one\ntwo\n", 8));
    MUST(shutdown(tcp.client, SHUT_WR));
    all_of(&tcp);
    MUST(wait(NULL));
#ifdef __GLIBC__
    say("-- UDP");
    struct pair udp = udp_pair(AF_INET);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    MUST(getsockname(udp.client, (struct sockaddr *)&address, &length));
    MUST(connect(udp.server, (struct sockaddr *)&address, length));
    serve(arguments[0], &udp);
    ask(&udp, "one\n", 2);
    ask(&udp, "end\n", 1);
    MUST(wait(NULL));
#endif
}
