/* A process of root that becomes another user keeps its sockets, makes new ones, and reaches those of others: as nginx's workers do. */
#include "harness.h"

enum { SOMEBODY = 33, SOMEBODY_ELSE = 65534 };

static void exchange(const char *who, int listener, int port) {
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    say("%s connects", who);
    CALL(connect(client, AT4("127.0.0.1", port)));
    int server = accept(listener, NULL, NULL);
    CALL(write(client, who, 4) == 4);
    READ(server, 10);
    close(server);
    close(client);
}

static void datagrams(const char *who, int receiver, int port) {
    int sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    say("%s sends", who);
    CALL(sendto(sender, "datagram", 8, 0, AT4("127.0.0.1", port)));
    RECV(receiver, 20, MSG_DONTWAIT);
    close(sender);
}

struct inherited {
    int tcp;
    int udp;
};

/* Everything a server may do once it has given up its rights. */
static void as_somebody(void *argument) {
    const struct inherited *root = argument;
    CALL(setgid(SOMEBODY));
    CALL(setuid(SOMEBODY));
    exchange("somebody", root->tcp, 7001);
    datagrams("somebody", root->udp, 7001);
    int own = listener_on(AF_INET, 7002);
    exchange("somebody", own, 7002);
    int udp = udp_on(AF_INET, 7002);
    datagrams("somebody", udp, 7002);
    CALL(close(root->tcp));
}

static void as_somebody_else(void *argument) {
    const struct inherited *somebodys = argument;
    CALL(setresuid(SOMEBODY_ELSE, SOMEBODY_ELSE, SOMEBODY_ELSE));
    exchange("another", somebodys->tcp, 7004);
    datagrams("another", somebodys->udp, 7004);
}

static void serves_as_somebody(void *argument) {
    struct bell *bells = argument;
    CALL(setreuid(SOMEBODY, SOMEBODY));
    int tcp = listener_on(AF_INET, 7003), udp = udp_on(AF_INET, 7003);
    ring(bells[0]);
    int connection = (int)MUST(accept(tcp, NULL, NULL));
    await_bell(bells[1]);
    READ(connection, 10);
    READ(connection, 10);
    settle(udp, POLLIN);
    RECV(udp, 20, 0);
}

static void waits_for_root(void *argument) {
    struct bell *bells = argument;
    CALL(setuid(SOMEBODY));
    ring(bells[0]);
    await_bell(bells[1]);
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(connect(client, AT4("127.0.0.1", 7005)));
    CALL(sendto(sender, "datagram", 8, 0, AT4("127.0.0.1", 7005)));
}

int main(void) {
    if (geteuid() != 0) {
        say("not root");
        return 0;
    }
    struct inherited root = {listener_on(AF_INET, 7001), udp_on(AF_INET, 7001)};
    finish(in_child(as_somebody, &root));

    say("root reaches what somebody serves");
    struct bell bells[] = {new_bell(), new_bell()};
    pid_t server = in_child(serves_as_somebody, bells);
    await_bell(bells[0]);
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(connect(client, AT4("127.0.0.1", 7003)));
    CALL(write(client, "root", 4));
    CALL(sendto(sender, "datagram", 8, 0, AT4("127.0.0.1", 7003)));
    /* The end that closes first keeps the port for a while: let it be this one. */
    close(client);
    ring(bells[1]);
    finish(server);

    say("the port of an ended process of somebody is free");
    int again = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(set_int(again, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(again, AT4("127.0.0.1", 7003)));

    say("somebody reaches what root makes later");
    struct bell turns[] = {new_bell(), new_bell()};
    pid_t waiting = in_child(waits_for_root, turns);
    await_bell(turns[0]);
    umask(077);
    int listener = listener_on(AF_INET, 7005), receiver = udp_on(AF_INET, 7005);
    ring(turns[1]);
    finish(waiting);
    close((int)CALL(accept(listener, NULL, NULL)));
    RECV(receiver, 20, MSG_DONTWAIT);

    say("an effective user, and back");
    CALL(seteuid(SOMEBODY));
    exchange("somebody", root.tcp, 7001);
    CALL(seteuid(0));
    exchange("root", root.tcp, 7001);

    struct inherited late = {listener_on(AF_INET, 7004), udp_on(AF_INET, 7004)};
    finish(in_child(as_somebody_else, &late));
    return 0;
}
