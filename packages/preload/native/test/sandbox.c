/* sandbox.c: runs a program in a network namespace of its own.
 *
 *     sandbox up   [NAME=VALUE…] PROGRAM ARGUMENT…    with a loopback interface that works: the bare kernel
 *     sandbox down [NAME=VALUE…] PROGRAM ARGUMENT…    with no interface that works: nothing but redirected sockets can talk
 *     sandbox probe                                   exits with 0 where namespaces are allowed
 *
 * Variables are the program's alone, as with env(1): LD_PRELOAD may name a library that only the program can load.
 * Exits with 125 when the namespace cannot be had. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXIT_NO_NAMESPACE = 125, EXIT_NO_PROGRAM = 127 };

static void fail(const char *what) {
    fprintf(stderr, "sandbox: %s: %s\n", what, strerror(errno));
    exit(EXIT_NO_NAMESPACE);
}

static void write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1 || write(fd, text, strlen(text)) == -1)
        fail(path);
    close(fd);
}

/* An ordinary user needs a user namespace, in which they are root, to make a network namespace. */
static void enter_namespace(void) {
    if (unshare(CLONE_NEWNET) == 0)
        return;

    char uid_map[64];
    char gid_map[64];
    snprintf(uid_map, sizeof uid_map, "0 %u 1", (unsigned)geteuid());
    snprintf(gid_map, sizeof gid_map, "0 %u 1", (unsigned)getegid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
        fail("unshare");
    write_text("/proc/self/setgroups", "deny");
    write_text("/proc/self/uid_map", uid_map);
    write_text("/proc/self/gid_map", gid_map);
}

static void bring_loopback_up(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo"};
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (fd == -1 || ioctl(fd, SIOCSIFFLAGS, &request) == -1)
        fail("lo");
    close(fd);
}

/* IPv6 groups on the loopback interface: its packets come straight back. */
static void route_groups(void) {
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr destination;
        unsigned char prefix[16];
        struct rtattr device;
        unsigned index;
    } request = {
        .header = {sizeof request, RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK, 1, 0},
        .route = {.rtm_family = AF_INET6,
                  .rtm_dst_len = 8,
                  .rtm_table = RT_TABLE_LOCAL,
                  .rtm_protocol = RTPROT_BOOT,
                  .rtm_type = RTN_LOCAL},
        .destination = {RTA_LENGTH(16), RTA_DST},
        .prefix = {0xff},
        .device = {RTA_LENGTH(sizeof(unsigned)), RTA_OIF},
        .index = if_nametoindex("lo"),
    };
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } answer;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd == -1 || send(fd, &request, sizeof request, 0) == -1 || recv(fd, &answer, sizeof answer, 0) == -1)
        fail("route to ff00::/8");
    close(fd);
    /* A kernel without IPv6 has no need of it. */
    errno = -answer.error.error;
    if (errno != 0 && errno != EOPNOTSUPP)
        fail("route to ff00::/8");
}

int main(int argc, char **argv) {
    if (argc < 2 || (strcmp(argv[1], "probe") != 0 && argc < 3)) {
        fprintf(stderr, "usage: sandbox up|down [NAME=VALUE...] PROGRAM ARGUMENT...\n       sandbox probe\n");
        return 2;
    }
    enter_namespace();
    if (strcmp(argv[1], "down") != 0) {
        bring_loopback_up();
        route_groups();
    }
    if (strcmp(argv[1], "probe") == 0)
        return 0;

    char **command = argv + 2;
    while (*command != NULL && strchr(*command, '=') != NULL)
        putenv(*command++);
    if (*command == NULL) {
        fprintf(stderr, "sandbox: no program\n");
        return EXIT_NO_PROGRAM;
    }
    execvp(*command, command);
    perror(*command);
    return EXIT_NO_PROGRAM;
}
