/* accept_without_library.c: connections taken by system calls that no library sees leave room in the backlog all the same. */
#include "harness.h"

#include <sys/syscall.h>

enum { ROUNDS = 5 };

/* accept(2) without libc. */
static long accept_directly(int fd) {
#if defined(__x86_64__)
    register long flags __asm__("r10") = 0;
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(SYS_accept4), "D"(fd), "S"(0), "d"(0), "r"(flags) : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_accept4, argument0 __asm__("x0") = fd, argument1 __asm__("x1") = 0, argument2 __asm__("x2") = 0,
                  argument3 __asm__("x3") = 0;
    __asm__ volatile("svc 0" : "+r"(argument0) : "r"(number), "r"(argument1), "r"(argument2), "r"(argument3) : "memory");
    return argument0;
#else
    return accept(fd, NULL, NULL);
#endif
}

int main(void) {
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(listener, AT4("127.0.0.1", 7000)));
    MUST(listen(listener, 0));
    for (int i = 0; i < ROUNDS; i++) {
        int client = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        CALL(connect(client, AT4("127.0.0.1", 7000)));
        settle(listener, POLLIN);
        POLL(client);
        int server = (int)TRY(accept_directly(listener));
        CALL(send(client, "data", 4, 0));
        READ(server, 10);
        close(server);
        close(client);
    }
}
