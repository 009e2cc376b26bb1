/* socket_flags.c: descriptor flags and numbers of new sockets. */
#include "harness.h"

static void show_flags(int fd) {
    say("  descriptor flags %d, file flags 0%o", fcntl(fd, F_GETFD), (unsigned)fcntl(fd, F_GETFL));
}

int main(void) {
    int plain = (int)CALL(socket(AF_INET, SOCK_STREAM, 0));
    show_flags(plain);
    int both = (int)CALL(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    show_flags(both);
    int cloexec = (int)CALL(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    show_flags(cloexec);

    /* The lowest free number, each time. */
    CALL(close(plain));
    CALL(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(fcntl(plain, F_SETFL, O_NONBLOCK));
    show_flags(plain);
    int on = 0;
    CALL(ioctl(plain, FIONBIO, &on));
    show_flags(plain);
    CALL(fcntl(plain, F_SETFD, FD_CLOEXEC));
    show_flags(plain);
    CALL(ioctl(plain, FIONCLEX));
    show_flags(plain);

    struct stat status;
    CALL(fstat(both, &status));
    say("S_ISSOCK: %d", S_ISSOCK(status.st_mode));
    CALL(lseek(both, 0, SEEK_CUR));
    CALL(ftruncate(both, 0));
    CALL(isatty(both));
    CALL(fsync(both));
    char byte = 0;
    CALL(pread(both, &byte, 1, 0));
    CALL(pwrite(both, &byte, 1, 0));

    CALL(close(both));
    CALL(close(both));
    CALL(fcntl(both, F_GETFD));
    CALL(listen(both, 1));
    CALL(getsockname(both, NULL, NULL));
}
