/* life_exec_udp.c: UDP sockets are handed on through execve(2). */
#include "harness.h"

int main(int argc, char **argv) {
    if (argc == 3) {
        int bound = atoi(argv[1]);
        int connected = atoi(argv[2]);
        NAMES(bound);
        NAMES(connected);
        RECVFROM(bound, 20, 0);
        CALL(send(connected, "to the peer", 11, 0));
        CALL(sendto(bound, "from the new image", 18, 0, AT4("127.0.0.1", 7001)));
        return 0;
    }
    int bound = udp_on(AF_INET, 7000);
    int other = udp_on(AF_INET, 7001);
    int connected = udp_on(AF_INET, 7002);
    MUST(connect(connected, AT4("127.0.0.1", 7001)));
    MUST(sendto(other, "hello", 5, 0, AT4("127.0.0.1", 7000)));
    char first[12];
    char second[12];
    snprintf(first, sizeof first, "%d", bound);
    snprintf(second, sizeof second, "%d", connected);
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        execl(argv[0], argv[0], first, second, NULL);
        _exit(1);
    }
    finish(child);
    RECVFROM(other, 20, 0);
    RECVFROM(other, 20, 0);
    NAMES(bound);
}
