/* udp_cork_threads.c: threads that make datagrams of several writes on one socket at a time: no byte is lost, none comes twice. */
#include "harness.h"

enum { THREADS = 4, WRITES = 200 };

static struct pair pair;
static struct bell begin;

static void *send_parts(void *letter) {
    await_bell(begin);
    for (int i = 0; i < WRITES; i++) {
        ssize_t sent;
        /* The kernel answers EINVAL to a write whose datagram another thread has just sent off: it took nothing. */
        do
            sent = send(pair.client, letter, 1, i % 4 == 3 ? 0 : MSG_MORE);
        while (sent < 0 && errno == EINVAL);
        MUST(sent);
    }
    return NULL;
}

int main(void) {
    static char letters[] = "abcd";
    unsigned seen[256] = {0};
    pthread_t threads[THREADS];
    pair = udp_pair(AF_INET);
    begin = new_bell();
    for (int i = 0; i < THREADS; i++)
        MUST(pthread_create(&threads[i], NULL, send_parts, &letters[i]));
    for (int i = 0; i < THREADS; i++)
        ring(begin);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    MUST(send(pair.client, "", 0, 0));
    MUST(send(pair.client, "end", 3, 0));
    unsigned char data[4096];
    for (;;) {
        ssize_t length = MUST(recv(pair.server, data, sizeof data, 0));
        if (length == 3 && memcmp(data, "end", 3) == 0)
            break;
        for (ssize_t i = 0; i < length; i++)
            seen[data[i]]++;
    }
    for (int i = 0; i < THREADS; i++)
        say("%c: %u", letters[i], seen[(unsigned char)letters[i]]);
}
