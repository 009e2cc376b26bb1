/* loopback_addresses.c: the rest of 127.0.0.0/8, all of which is a host's own. */
#include "harness.h"

/* A closed connection keeps the kernel's port for a minute. */
static int port = 7000;

static void talk(int listener, const char *from, const char *to) {
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    say("from %s to %s", from != NULL ? from : "wherever", to);
    if (from != NULL)
        CALL(bind(client, AT4(from, 0)));
    if (CALL(connect(client, AT4(to, port))) == 0) {
        NAMES(client);
        int server = (int)MUST(accept(listener, NULL, NULL));
        NAMES(server);
        CALL(send(server, "hello", 5, 0));
        RECV(client, 10, 0);
        close(server);
    }
    close(client);
}

static int listening(const char *ip) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(fd, AT4(ip, port)));
    CALL(listen(fd, 5));
    NAMES(fd);
    return fd;
}

static void streams(void) {
    int own = listening("127.1.2.3");
    talk(own, NULL, "127.1.2.3");
    talk(own, "127.0.0.1", "127.1.2.3");
    talk(own, "127.3.2.1", "127.1.2.3");
    talk(own, NULL, "127.1.2.4");
    talk(own, NULL, "127.0.0.1");
    int all = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(all, AT4("0.0.0.0", port)));
    close(all);
    close(own);
    port++;

    say("everywhere");
    all = listening("0.0.0.0");
    talk(all, NULL, "127.1.2.3");
    talk(all, "127.3.2.1", "127.0.0.1");
    talk(all, "127.3.2.1", "127.9.9.9");
    talk(all, NULL, "0.0.0.0");
    int one = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(one, AT4("127.1.2.3", port)));
    close(one);
    close(all);
    port++;

    say("on 127.0.0.1");
    all = listening("127.0.0.1");
    talk(all, NULL, "127.1.2.3");
    talk(all, "127.3.2.1", "127.0.0.1");
    talk(all, NULL, "0.0.0.0");
}

static int datagrams_on(const char *ip, int number) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(bind(fd, AT4(ip, number)));
    return fd;
}

static void datagrams(void) {
    int one = datagrams_on("127.1.2.3", 7000);
    int all = datagrams_on("0.0.0.0", 7001);
    int first = datagrams_on("127.0.0.1", 7002);
    CALL(sendto(one, "a", 1, 0, AT4("127.1.2.3", 7001)));
    RECVFROM(all, 10, 0);
    CALL(sendto(all, "b", 1, 0, AT4("127.1.2.3", 7000)));
    RECVFROM(one, 10, 0);
    CALL(sendto(one, "c", 1, 0, AT4("127.0.0.1", 7002)));
    RECVFROM(first, 10, 0);
    CALL(sendto(first, "d", 1, 0, AT4("127.1.2.3", 7000)));
    RECVFROM(one, 10, 0);
    CALL(sendto(first, "e", 1, 0, AT4("127.7.7.7", 7001)));
    RECVFROM(all, 10, 0);
    CALL(sendto(all, "f", 1, 0, AT4("127.0.0.1", 7002)));
    RECVFROM(first, 10, 0);

    say("connected");
    int client = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(connect(client, AT4("127.1.2.3", 7000)));
    NAMES(client);
    CALL(send(client, "g", 1, 0));
    RECVFROM(one, 10, 0);
    int own = port_of(client);
    CALL(sendto(one, "h", 1, 0, AT4("127.0.0.1", own)));
    RECVFROM(client, 10, 0);
    CALL(connect(client, AT4("127.1.2.4", 7000)));
    CALL(send(client, "i", 1, 0));
    CALL(send(client, "j", 1, 0));

    say("to itself");
    int self = datagrams_on("127.1.0.1", 7003);
    CALL(connect(self, AT4("127.1.0.1", 7003)));
    CALL(send(self, "k", 1, 0));
    RECVFROM(self, 10, 0);
}

int main(void) {
    streams();
    datagrams();
}
