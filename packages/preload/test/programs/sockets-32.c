/* sockets-32.c: a 32-bit program without a libc: asks for an IPv4 socket in both ways that its machine has, and for a Unix socket. Its exit
 * status has a bit for each that it got. */
static long call(long number, long first, long second, long third) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory");
    return result;
}

enum { EXIT = 1, SOCKETCALL = 102, SOCKET = 359, SOCKETCALL_SOCKET = 1, INET = 2, UNIX = 1, STREAM = 1 };

void _start(void) {
    long arguments[3] = {INET, STREAM, 0};
    long got = (call(SOCKETCALL, SOCKETCALL_SOCKET, (long)arguments, 0) >= 0 ? 1 : 0) | (call(SOCKET, INET, STREAM, 0) >= 0 ? 2 : 0) |
               (call(SOCKET, UNIX, STREAM, 0) >= 0 ? 4 : 0);
    call(EXIT, got, 0, 0);
    __builtin_unreachable();
}
