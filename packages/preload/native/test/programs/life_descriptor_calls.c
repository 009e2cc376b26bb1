/* life_descriptor_calls.c: what the calls for all kinds of descriptors say of a socket: fstat(2), fcntl(2), ioctl(2), locks and positions. */
#include "harness.h"

#include <linux/fs.h>
#include <linux/sockios.h>
#include <sys/file.h>

static void positions(int fd) {
    char byte = 'x';
    struct stat status;
    CALL(fstat(fd, &status));
    say("mode %o, %ld bytes, %ld links", status.st_mode, (long)status.st_size, (long)status.st_nlink);
    CALL(lseek(fd, 0, SEEK_CUR));
    CALL(pread(fd, &byte, 1, 0));
    CALL(pwrite(fd, &byte, 1, 0));
    CALL(fsync(fd));
    CALL(ftruncate(fd, 0));
    CALL(fchmod(fd, 0600));
    CALL(fallocate(fd, 0, 0, 1));
    CALL(posix_fadvise(fd, 0, 0, 0));
    CALL(isatty(fd));
    CALL(fchdir(fd));
    CALL(openat(fd, "file", O_RDONLY));

    char path[64], link[128] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CALL(readlink(path, link, sizeof link - 1) > 0 && strncmp(link, "socket:[", 8) == 0);
    CALL(open(path, O_RDWR));
}

static void locks(int fd) {
    struct flock lock = {.l_type = F_RDLCK};
    CALL(flock(fd, LOCK_SH | LOCK_NB));
    CALL(fcntl(fd, F_SETLK, &lock));
    lock.l_type = F_WRLCK;
    CALL(fcntl(fd, F_GETLK, &lock));
    CALL(fcntl(fd, F_GETLEASE));
}

static void flags(int fd) {
    int on = 1, off = 0;
    CALL(fcntl(fd, F_GETFL));
    CALL(fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND));
    CALL(fcntl(fd, F_GETFL));
    CALL(fcntl(fd, F_SETFL, O_DIRECT));
    CALL(fcntl(fd, F_SETFL, 0));
    CALL(ioctl(fd, FIONBIO, &on));
    CALL(fcntl(fd, F_GETFL));
    CALL(ioctl(fd, FIONBIO, &off));
    CALL(ioctl(fd, FIOCLEX));
    CALL(fcntl(fd, F_GETFD));
    CALL(ioctl(fd, FIONCLEX));
    CALL(fcntl(fd, F_GETFD));
}

static void owners(int fd) {
    int owner = 0, own = getpid(), group = -getpgrp();
    CALL(fcntl(fd, F_GETOWN));
    CALL(fcntl(fd, F_SETOWN, own));
    CALL(fcntl(fd, F_GETOWN) == own);
    CALL(ioctl(fd, FIOGETOWN, &owner));
    CALL(owner == own);
    CALL(ioctl(fd, SIOCSPGRP, &group));
    CALL(ioctl(fd, SIOCGPGRP, &owner));
    CALL(owner == group);
    CALL(fcntl(fd, F_GETSIG));
    CALL(fcntl(fd, F_SETSIG, SIGUSR1));
    CALL(fcntl(fd, F_GETSIG));
    CALL(fcntl(fd, F_GETPIPE_SZ));
    CALL(fcntl(fd, F_ADD_SEALS, 1));
    CALL(fcntl(fd, F_NOTIFY, 1));
    CALL(fcntl(fd, 9999, 0));
}

static void requests(int fd) {
    static const struct {
        const char *name;
        unsigned long number;
    } requests[] = {
        {"SIOCINQ", SIOCINQ},
        {"SIOCGSTAMP_OLD", SIOCGSTAMP_OLD},
        {"SIOCGSTAMPNS_OLD", SIOCGSTAMPNS_OLD},
        {"SIOCGSTAMP_NEW", SIOCGSTAMP_NEW},
        {"SIOCGSTAMPNS_NEW", SIOCGSTAMPNS_NEW},
        {"SIOCOUTQNSD", SIOCOUTQNSD},
        {"SIOCUNIXFILE", SIOCPROTOPRIVATE},
        {"SIOCPROTOPRIVATE + 1", SIOCPROTOPRIVATE + 1},
        {"SIOCDEVPRIVATE", SIOCDEVPRIVATE},
        {"FIGETBSZ", FIGETBSZ},
        {"TIOCGPGRP", TIOCGPGRP},
        {"none", 0x12345},
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        char answer[64] = "";
        int result = ioctl(fd, requests[i].number, answer);
        say("%s = %d %s", requests[i].name, result, result == -1 ? error_name(errno) : "");
    }
}

static void copies(int fd) {
    CALL(dup3(fd, fd, 0));
    CALL(dup3(fd, 90, 1));
    CALL(dup2(fd, -1));
    CALL(fcntl(fd, F_DUPFD, -1));
    CALL(fcntl(fd, F_DUPFD, 91));
    CALL(fcntl(91, F_GETFD));
    CALL(fcntl(fd, F_DUPFD_CLOEXEC, 92));
    CALL(fcntl(92, F_GETFD));
    CALL(close(91));
    CALL(close(92));
    CALL(dup3(fd, 93, O_CLOEXEC));
    CALL(fcntl(93, F_GETFD));
    CALL(close(93));
}

static void ask(const char *what, int fd) {
    say("%s", what);
    positions(fd);
    locks(fd);
    flags(fd);
    owners(fd);
    requests(fd);
    copies(fd);
}

/* Stamps of the last datagram, with what is left of a second in two units. */
static void stamps(void) {
    struct pair pair = udp_pair(AF_INET);
    long long old[2] = {0}, now[2] = {0};
    CALL(ioctl(pair.server, SIOCGSTAMP_NEW, now));
    MUST(write(pair.client, "stamped", 7));
    RECV(pair.server, 100, 0);
    MUST(ioctl(pair.server, SIOCGSTAMP_NEW, now)); /* From here on it is kept. */
    MUST(write(pair.client, "stamped", 7));
    RECV(pair.server, 100, 0);
    CALL(ioctl(pair.server, SIOCGSTAMP_OLD, old));
    CALL(ioctl(pair.server, SIOCGSTAMP_NEW, now));
    CALL(old[0] == now[0] && old[1] == now[1] && now[1] < 1000000);
    long long finer[2] = {0};
    CALL(ioctl(pair.server, SIOCGSTAMPNS_NEW, finer));
    CALL(finer[0] == now[0] && finer[1] / 1000 == now[1]);
}

int main(void) {
    signal(SIGUSR1, SIG_IGN);
    ask("TCP", (int)MUST(socket(AF_INET, SOCK_STREAM, 0)));
    ask("UDP", (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)));
    ask("TCP over IPv6", (int)MUST(socket(AF_INET6, SOCK_STREAM, 0)));
    ask("a listener", listener_on(AF_INET, 7000));
    struct pair pair = tcp_pair(AF_INET);
    ask("a client", pair.client);
    ask("a server", pair.server);
    ask("connected UDP", udp_pair(AF_INET).client);
    say("stamps");
    stamps();
}
