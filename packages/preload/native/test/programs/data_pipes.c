/* data_pipes.c: splice(2), tee(2), vmsplice(2) and sendfile(2) between sockets, pipes and files. */
#include "harness.h"

#include <sys/sendfile.h>

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    struct pair in = tcp_pair(AF_INET), out = tcp_pair(AF_INET6);
    int p[2], q[2];
    MUST(pipe(p));
    MUST(pipe(q));
    MUST(write(in.client, "proxied", 7));
    settle(in.server, POLLIN);
    CALL(splice(in.server, NULL, p[1], NULL, 100, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));
    CALL(tee(p[0], q[1], 100, SPLICE_F_NONBLOCK));
    CALL(splice(p[0], NULL, out.client, NULL, 100, SPLICE_F_MOVE | SPLICE_F_MORE));
    RECV(out.server, 20, 0);
    CALL(splice(q[0], NULL, out.client, NULL, 3, 0));
    RECV(out.server, 20, 0);
    READ(q[0], 20);
    CALL(splice(in.server, NULL, out.client, NULL, 10, 0));
    CALL(splice(in.server, NULL, p[1], &(off_t){0}, 10, 0));
    CALL(splice(in.server, &(off_t){0}, p[1], NULL, 10, 0));
    MUST(fcntl(in.server, F_SETFL, O_NONBLOCK));
    CALL(splice(in.server, NULL, p[1], NULL, 10, 0));
    MUST(shutdown(in.client, SHUT_WR));
    settle(in.server, POLLRDHUP);
    CALL(splice(in.server, NULL, p[1], NULL, 10, 0));
    MUST(write(p[1], "pipe", 4));
    CALL(sendfile(out.client, p[0], NULL, 4));
    CALL(sendfile(out.client, in.server, NULL, 4));
    FILE *file = tmpfile();
    fputs("0123456789", file);
    fflush(file);
    off_t offset = 2;
    CALL(sendfile(out.client, fileno(file), &offset, 3));
    say("%ld", (long)offset);
    RECV(out.server, 20, 0);
    CALL(lseek(fileno(file), 8, SEEK_SET));
    CALL(sendfile(out.client, fileno(file), NULL, 30));
    RECV(out.server, 20, 0);
    CALL(sendfile(out.client, fileno(file), NULL, 30));
    offset = -1;
    CALL(sendfile(out.client, fileno(file), &offset, 3));
    CALL(sendfile(out.client, fileno(file), NULL, 0));
    struct iovec io = {"vm", 2};
    CALL(vmsplice(p[1], &io, 1, 0));
    READ(p[0], 10);
    MUST(write(p[1], "x", 1));
    close(out.server);
    CALL(splice(p[0], NULL, out.client, NULL, 1, 0));
    settle(out.client, POLLERR);
    MUST(write(p[1], "x", 1));
    CALL(splice(p[0], NULL, out.client, NULL, 1, 0));
    offset = 0;
    CALL(sendfile(out.client, fileno(file), &offset, 3));
    int fresh = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    offset = 0;
    CALL(sendfile(fresh, fileno(file), &offset, 3));
    CALL(splice(p[0], NULL, fresh, NULL, 1, 0));
    CALL(splice(fresh, NULL, p[1], NULL, 1, 0));
    struct pair udp = udp_pair(AF_INET);
    MUST(write(p[1], "data", 4));
    CALL(splice(p[0], NULL, udp.client, NULL, 10, 0));
    RECV(udp.server, 20, 0);
    MUST(write(udp.client, "gram", 4));
    CALL(splice(udp.server, NULL, p[1], NULL, 10, 0));
    READ(p[0], 10);
    offset = 0;
    CALL(sendfile(udp.client, fileno(file), &offset, 10));
    RECV(udp.server, 20, 0);
}
