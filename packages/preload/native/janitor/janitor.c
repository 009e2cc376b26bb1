/* janitor.c: ends the processes of networks, above all when the owner of the networks cannot do so itself.
 *
 * One janitor serves one owner, a Node.js process. The owner holds the other end of standard input: once that is closed,
 * for whatever reason, SIGKILL included, the janitor ends all processes of the networks that are left, removes their
 * directories and exits. Messages come on standard input; each ends with a NUL byte, since a path can hold anything else:
 *
 *     + DIR                  a network was made
 *     - DIR                  it was disposed of, forget it
 *     s PID SPAWN DIR        the owner started a program; PID leads a session of its own
 *     e ID SPAWN MS DIR      end the program SPAWN, or with 0 all: SIGTERM, and SIGKILL after MS milliseconds
 *     w ID SPAWN DIR         wait until the program SPAWN has no process any more
 *
 * The last two are answered on standard output with a line "ID COUNT", COUNT being the processes that could not be ended.
 * Each is served by a child, so that none waits for another. */

#include "ending.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CRASH_GRACE_MS = 500,
    LONGEST_MESSAGE = PATH_MAX + 64,
};

static struct jn_network *networks;
static size_t network_count, network_space;
static pid_t owner;

static struct jn_network *find_network(const char *directory) {
    for (size_t i = 0; i < network_count; i++)
        if (strcmp(networks[i].directory, directory) == 0)
            return &networks[i];
    return NULL;
}

/* Whether the directory may be removed one day with all that is in it: it has to look like a network's, and be ours and closed to
 * everybody else, with a .state of ours in it (docs/network-directory.md). The group's bits bound the rights of users that were
 * let in, if any were; the group itself has none. */
static bool is_ours_to_remove(const char *directory, struct stat *stats) {
    char state_file[LONGEST_MESSAGE];
    struct stat state;
    snprintf(state_file, sizeof state_file, "%s/.state", directory);
    return lstat(directory, stats) == 0 && S_ISDIR(stats->st_mode) && stats->st_uid == geteuid() &&
           (stats->st_mode & S_IRWXO) == 0 && lstat(state_file, &state) == 0 && S_ISREG(state.st_mode) &&
           state.st_uid == geteuid();
}

static void add_network(const char *directory) {
    struct stat stats;
    if (find_network(directory) != NULL || directory[0] != '/')
        return;
    if (network_count == network_space) {
        size_t space = network_space == 0 ? 16 : 2 * network_space;
        struct jn_network *larger = realloc(networks, space * sizeof *larger);
        if (larger == NULL)
            return;
        networks = larger;
        network_space = space;
    }
    char *copy = strdup(directory);
    if (copy == NULL)
        return;
    struct jn_network network = {.directory = copy};
    /* The processes of a network are ours to end whatever became of its directory. */
    if (is_ours_to_remove(directory, &stats)) {
        network.is_removable = true;
        network.device = stats.st_dev;
        network.inode = stats.st_ino;
    }
    networks[network_count++] = network;
}

static void forget_network(const char *directory) {
    struct jn_network *network = find_network(directory);
    if (network == NULL)
        return;
    free(network->directory);
    free(network->sessions);
    *network = networks[--network_count];
}

/* A program that has already ended, or whose number somebody else has got, is not taken in. */
static void add_session(struct jn_network *network, pid_t pid, unsigned spawn) {
    struct jn_process leader;
    if (!jn_process_read(pid, &leader) || leader.parent != owner || leader.session != pid)
        return;
    if (network->session_count == network->session_space) {
        size_t space = network->session_space == 0 ? 16 : 2 * network->session_space;
        struct jn_session *larger = realloc(network->sessions, space * sizeof *larger);
        if (larger == NULL)
            return;
        network->sessions = larger;
        network->session_space = space;
    }
    network->sessions[network->session_count++] = (struct jn_session){.leader = leader, .spawn = spawn};
}

static void answer(unsigned id, size_t count) {
    char line[64];
    int length = snprintf(line, sizeof line, "%u %zu\n", id, count);
    /* An owner that is gone does not read it, and nobody else can be told. */
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(EXIT_FAILURE);
}

static void end_in_child(const struct jn_network *network, unsigned id, unsigned spawn, int grace_ms) {
    if (fork() != 0)
        return;
    answer(id, jn_end(network, spawn, owner, grace_ms));
    _exit(EXIT_SUCCESS);
}

static void wait_in_child(const struct jn_network *network, unsigned id, unsigned spawn) {
    if (fork() != 0)
        return;
    jn_wait_for_end(network, spawn, owner, STDIN_FILENO);
    answer(id, 0);
    _exit(EXIT_SUCCESS);
}

static void take_message(const char *message) {
    unsigned id, spawn;
    int number, start = 0;
    if (message[0] == '+' && message[1] == ' ') {
        add_network(message + 2);
    } else if (message[0] == '-' && message[1] == ' ') {
        forget_network(message + 2);
    } else if (sscanf(message, "s %d %u %n", &number, &spawn, &start) == 2 && start > 0) {
        struct jn_network *network = find_network(message + start);
        if (network != NULL)
            add_session(network, number, spawn);
    } else if (sscanf(message, "e %u %u %d %n", &id, &spawn, &number, &start) == 3 && start > 0) {
        struct jn_network *network = find_network(message + start);
        if (network != NULL)
            end_in_child(network, id, spawn, number);
        else
            answer(id, 0);
    } else if (sscanf(message, "w %u %u %n", &id, &spawn, &start) == 2 && start > 0) {
        struct jn_network *network = find_network(message + start);
        if (network != NULL)
            wait_in_child(network, id, spawn);
        else
            answer(id, 0);
    }
}

/* Takes messages until the owner is gone. */
static void serve(void) {
    static char buffer[LONGEST_MESSAGE];
    size_t filled = 0;
    for (;;) {
        ssize_t length = read(STDIN_FILENO, buffer + filled, sizeof buffer - filled);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return;
        filled += (size_t)length;
        size_t taken = 0;
        for (char *end; (end = memchr(buffer + taken, '\0', filled - taken)) != NULL;) {
            take_message(buffer + taken);
            taken = (size_t)(end - buffer) + 1;
        }
        memmove(buffer, buffer + taken, filled - taken);
        filled -= taken;
        if (filled == sizeof buffer)
            return; /* No owner of ours sends such a thing. */
    }
}

static void end_all(void) {
    signal(SIGCHLD, SIG_DFL);
    for (size_t i = 0; i < network_count; i++) {
        pid_t child = fork();
        if (child > 0)
            continue;
        /* Without a child it takes longer, and is done all the same. */
        jn_end(&networks[i], 0, owner, CRASH_GRACE_MS);
        jn_remove(&networks[i]);
        if (child == 0)
            _exit(EXIT_SUCCESS);
    }
    while (wait(NULL) > 0 || errno == EINTR) {
    }
}

/* What the owner happened to leave open must not stay open for our sake. */
static void close_inherited(void) {
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) == 0)
        return;
    long last = sysconf(_SC_OPEN_MAX);
    for (int fd = STDERR_FILENO + 1; fd < (last > 0 && last < 65536 ? last : 65536); fd++)
        close(fd);
}

/* Each process that is waited for takes a descriptor. */
static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(void) {
    owner = getppid();
    close_inherited();
    raise_descriptor_limit();
    if (chdir("/") != 0)
        return EXIT_FAILURE;
    /* The owner's end is the only reason to stop: whatever ends the owner by a signal must leave the janitor its work. */
    for (const int *ignored = (const int[]){SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD, 0}; *ignored != 0; ignored++)
        signal(*ignored, SIG_IGN);
    serve();
    end_all();
    return EXIT_SUCCESS;
}
