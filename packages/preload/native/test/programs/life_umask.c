/* life_umask.c: file mode creation masks that take the owner's own rights: sockets have no files, so nothing depends on umask(2). */
#include "harness.h"

/* The child prints first. */
static struct bell is_done;

static void talk(void *port) {
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(connect(client, AT4("127.0.0.1", *(int *)port)));
    CALL(write(client, "hello", 5));
    CALL(sendto(sender, "datagram", 8, 0, AT4("127.0.0.1", *(int *)port)));
    CALL(connect(sender, AT4("127.0.0.1", *(int *)port)));
    CALL(send(sender, "again", 5, 0));
    CALL(send(sender, "in two ", 7, MSG_MORE));
    CALL(send(sender, "parts", 5, 0));
    ring(is_done);
}

static void serve(mode_t mask, int port) {
    say("umask %03o", (unsigned)mask);
    umask(mask);
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), receiver = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(bind(listener, AT4("127.0.0.1", port)));
    CALL(listen(listener, 5));
    CALL(bind(receiver, AT4("127.0.0.1", port)));
    pid_t child = in_child(talk, &port);
    await_bell(is_done);
    int connection = (int)MUST(accept(listener, NULL, NULL));
    READ(connection, 10);
    READ(receiver, 20);
    READ(receiver, 20);
    READ(receiver, 20);
    finish(child);

    /* More than waits in a Unix socket's queue. */
    int sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)), received = 0;
    char text[10];
    for (int i = 0; i < 100; i++)
        MUST(sendto(sender, "datagram", 8, 0, AT4("127.0.0.1", port)));
    while (recv(receiver, text, sizeof text, MSG_DONTWAIT) == 8)
        received++;
    say("%d received", received);
    say("umask %03o", (unsigned)umask(mask));
}

int main(void) {
    is_done = new_bell();
    serve(0200, 7001);
    serve(0400, 7002);
    serve(0700, 7003);
    serve(0777, 7004);
}
