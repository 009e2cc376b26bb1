/* A process that locks itself into an empty directory goes on using the network, and then gives up being root: as haproxy and vsftpd do. */
#include "harness.h"

static void talk(int listener, int port) {
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(client, AT4("127.0.0.1", port)));
    int server = (int)CALL(accept(listener, NULL, NULL));
    NAMES(client);
    NAMES(server);
    CALL(write(client, "question", 8));
    READ(server, 20);
    CALL(write(server, "answer", 6));
    READ(client, 20);
    CALL(close(client));
    READ(server, 20);
    CALL(close(server));
}

static void datagrams(int receiver, int port) {
    int sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(sendto(sender, "one", 3, 0, AT4("127.0.0.1", port)));
    RECVFROM(receiver, 20, 0);
    CALL(connect(sender, AT4("127.0.0.1", port + 1)));
    CALL(send(sender, "nobody", 6, 0));
    CALL(send(sender, "nobody", 6, 0));
    CALL(close(sender));
}

static void all(int listener, int receiver, int port) {
    talk(listener, port);
    datagrams(receiver, port);
    int refused = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(refused, AT4("127.0.0.1", port + 1)));
    close(refused);
    int second = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(second, AT4("127.0.0.1", port)));
    close(second);
}

static void locked_in(void *directory) {
    int listener = listener_on(AF_INET, 7001), receiver = udp_on(AF_INET, 7001);
    CALL(chroot(directory));
    MUST(chdir("/"));
    CALL(access("/dev/null", F_OK));
    say("sockets from before");
    all(listener, receiver, 7001);
    CALL(close(listener));
    CALL(close(receiver));

    say("sockets made inside");
    listener = listener_on(AF_INET, 7003);
    receiver = udp_on(AF_INET, 7003);
    all(listener, receiver, 7003);

    say("as another user");
    CALL(setuid(65534));
    all(listener, receiver, 7003);
    int own = listener_on(AF_INET6, 7005), own_receiver = udp_on(AF_INET, 7005);
    int client = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(connect(client, AT6("::1", 7005)));
    NAMES(client);
    datagrams(own_receiver, 7005);
    CALL(close(own));
    CALL(access("7005", F_OK));
}

int main(void) {
    if (geteuid() != 0) {
        say("not root");
        return 0;
    }
    char directory[] = "/tmp/locked-in-XXXXXX";
    if (mkdtemp(directory) == NULL)
        return 1;
    MUST(chmod(directory, 0755));
    finish(in_child(locked_in, directory));

    say("its ports are free");
    int listener = listener_on(AF_INET, 7001), again = listener_on(AF_INET, 7003), receiver = udp_on(AF_INET, 7003);
    talk(listener, 7001);
    datagrams(receiver, 7003);
    close(again);
    CALL(rmdir(directory));
    return 0;
}
