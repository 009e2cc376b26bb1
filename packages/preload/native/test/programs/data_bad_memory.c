/* data_bad_memory.c: memory that a program sends from and then takes away: what could be read a moment ago, and cannot any more. And memory to
 * receive into that is none. */
#include "harness.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 4 };

static char *make_pages(void) {
    char *pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(pages == MAP_FAILED ? -1 : 0);
    memset(pages, 'x', PAGES * PAGE);
    return pages;
}

static void send_all_ways(int s, char *memory, size_t size) {
    struct iovec parts[] = {{memory, size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 1};
    CALL(write(s, memory, size));
    CALL(send(s, memory, size, 0));
    CALL(writev(s, parts, 1));
    CALL(sendmsg(s, &message, 0));
}

static void take_away(struct pair pair, const char *kind) {
    char *pages = make_pages();
    say("%s: there", kind);
    send_all_ways(pair.client, pages, 10);
    say("%s: not to be read", kind);
    MUST(mprotect(pages, PAGE, PROT_NONE));
    send_all_ways(pair.client, pages, 10);
    MUST(mprotect(pages, PAGE, PROT_READ));
    say("%s: there again", kind);
    send_all_ways(pair.client, pages, 10);
    MUST(munmap(pages, PAGES * PAGE));
    say("%s: gone", kind);
    send_all_ways(pair.client, pages, 10);
    send_all_ways(pair.client, (char *)1, 10);
}

/* One that cannot be stored is lost, though it was only looked at before. */
static void receive_nowhere(void) {
    enum { BURST = 40 };
    struct pair pair = udp_pair(AF_INET);
    char data[BURST], *nowhere = (char *)8;
    for (size_t i = 1; i <= BURST; i++)
        MUST(send(pair.client, data, i, 0));
    for (size_t i = 1; i <= BURST / 2; i++)
        MUST(recv(pair.server, data, sizeof data, 0));
    CALL(recv(pair.server, nowhere, sizeof data, MSG_PEEK));
    CALL(recv(pair.server, data, sizeof data, MSG_PEEK));
    CALL(recv(pair.server, nowhere, sizeof data, 0));
    CALL(recv(pair.server, data, sizeof data, 0));
}

static void receive_late_nowhere(void) {
    struct pair pair = tcp_pair(AF_INET);
    char data[100];
    MUST(shutdown(pair.server, SHUT_RD));
    MUST(send(pair.client, data, sizeof data, 0));
    CALL(recv(pair.server, (char *)8, sizeof data, 0));
    CALL(recv(pair.server, data, sizeof data, 0));
}

int main(void) {
    take_away(tcp_pair(AF_INET), "stream");
    take_away(udp_pair(AF_INET), "datagrams");
    receive_nowhere();
    receive_late_nowhere();
}
