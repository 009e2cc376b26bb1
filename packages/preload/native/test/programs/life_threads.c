/* life_threads.c: many threads connect, talk, and close at the same time, in a process that forks meanwhile. */
#include "harness.h"

enum { CLIENTS = 8, ROUNDS = 100, FORKS = 20 };

static int listener;

static void *serve(void *argument) {
    (void)argument;
    char buffer[16];
    for (;;) {
        int fd = (int)MUST(accept(listener, NULL, NULL));
        ssize_t length = MUST(read(fd, buffer, sizeof buffer));
        MUST(write(fd, buffer, (size_t)length));
        MUST(close(fd));
        if (buffer[0] == 'q')
            return NULL;
    }
}

static void *call_often(void *argument) {
    intptr_t number = (intptr_t)argument;
    intptr_t wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        char text[16];
        char answer[16] = "";
        snprintf(text, sizeof text, "%d-%d", (int)number, round);
        int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        MUST(connect(fd, AT4("127.0.0.1", 7000)));
        MUST(write(fd, text, strlen(text)));
        MUST(recv(fd, answer, sizeof answer, MSG_WAITALL));
        wrong += strcmp(text, answer) != 0;
        MUST(close(fd));
    }
    return (void *)wrong;
}

int main(void) {
    listener = listener_on(AF_INET, 7000);
    pthread_t servers[2];
    pthread_t clients[CLIENTS];
    for (int i = 0; i < 2; i++)
        pthread_create(&servers[i], NULL, serve, NULL);
    for (intptr_t i = 0; i < CLIENTS; i++)
        pthread_create(&clients[i], NULL, call_often, (void *)i);
    for (int i = 0; i < FORKS; i++) {
        pid_t child = (pid_t)MUST(fork());
        if (child == 0) {
            /* A child of a threaded process makes sockets of its own. */
            int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
            MUST(bind(fd, AT4("127.0.0.1", 0)));
            _exit(0);
        }
        finish(child);
    }
    intptr_t wrong = 0;
    for (int i = 0; i < CLIENTS; i++) {
        void *result;
        pthread_join(clients[i], &result);
        wrong += (intptr_t)result;
    }
    say("%d wrong answers", (int)wrong);
    for (int i = 0; i < 2; i++) {
        int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        MUST(connect(fd, AT4("127.0.0.1", 7000)));
        MUST(write(fd, "quit", 4));
        READ(fd, 10);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(servers[i], NULL);
}
