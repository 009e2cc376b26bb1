/* test_network.c: opening a directory, damaged ones too, the lock that outlives its holders, and who is in the table of processes. */
#include "check.h"
#include "base/real.h"
#include "state/lock.h"
#include "state_in_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[] = "network-XXXXXX";
static char state_path[64];

/* What the process that is given the directory anew finds: opening is once per process. */
static int opening(void) {
    pid_t child = fork();
    if (child == 0) {
        struct sw_network *network;
        _exit(-sw_network_current(&network));
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void write_state(const void *bytes, size_t size) {
    unlink(state_path);
    int fd = open(state_path, O_WRONLY | O_CREAT, 0600);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    close(fd);
}

static void an_empty_file_becomes_a_table(void) {
    write_state("", 0);
    CHECK_INT(opening(), 0);
    struct stat status;
    CHECK(stat(state_path, &status) == 0 && status.st_size == sizeof(struct sw_state));
}

static void a_table_that_was_cut_off_is_whole_again(void) {
    CHECK_INT(opening(), 0);
    for (off_t size = 8; size < (off_t)sizeof(struct sw_state); size *= 7) {
        CHECK(truncate(state_path, size) == 0);
        CHECK_INT(opening(), 0);
    }
}

static void a_file_of_something_else_is_refused_at_every_length(void) {
    char bytes[64];
    memset(bytes, 'x', sizeof bytes);
    for (size_t size = 1; size <= sizeof bytes; size++) {
        write_state(bytes, size);
        CHECK_INT(opening(), EINVAL);
    }
}

static void a_table_of_another_version_is_refused(void) {
    write_state("SWRAPST2", 8);
    CHECK_INT(opening(), EINVAL);
}

static void what_is_no_file_is_refused(void) {
    unlink(state_path);
    CHECK(mkdir(state_path, 0700) == 0);
    CHECK_INT(opening(), EISDIR);
    rmdir(state_path);
    CHECK(symlink("/dev/null", state_path) == 0);
    CHECK_INT(opening(), ELOOP);
    unlink(state_path);
}

/* Somebody else's lock is got, and let go of. */
static void take_over(uint32_t holder) {
    struct sw_network *network = state_in_memory(SW_NETWORK_127);
    sigset_t mask;
    atomic_store(&network->state->header.lock, holder);
    sw_network_lock(network, &mask);
    /* The highest bit says that somebody may wait. */
    CHECK_INT(atomic_load(&network->state->header.lock) & 0x7fffffff, getpid());
    sw_network_unlock(network, &mask);
    CHECK_INT(atomic_load(&network->state->header.lock), 0);
    forget_state(network);
}

static void a_lock_outlives_a_holder_that_nobody_has_reaped(void) {
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    siginfo_t info;
    CHECK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0);
    take_over((uint32_t)child);
    waitpid(child, NULL, 0);
    take_over((uint32_t)child);
}

static void a_lock_with_a_damaged_holder_is_got(void) {
    take_over(UINT32_MAX);
    take_over(0x80000000u);
}

static void a_lock_whose_holder_got_its_number_from_a_dead_one_is_got(void) {
    take_over(1);
    take_over((uint32_t)getpid());
}

static void a_lock_that_was_taken_over_is_not_let_go_by_the_first_holder(void) {
    struct sw_network *network = state_in_memory(SW_NETWORK_127);
    sigset_t mask;
    sw_network_lock(network, &mask);
    atomic_store(&network->state->header.lock, 1);
    sw_network_unlock(network, &mask);
    CHECK_INT(atomic_load(&network->state->header.lock), 1);
    forget_state(network);
}

static uint32_t spawn_of_entry(const struct sw_network *network, uint32_t pid) {
    for (unsigned i = 0; i < SW_PROCESS_COUNT; i++)
        if (atomic_load(&network->state->processes[i].pid) == pid)
            return atomic_load(&network->state->processes[i].spawn);
    return UINT32_MAX;
}

static void a_child_has_the_number_of_its_parent(void) {
    unlink(state_path);
    pid_t child = fork();
    if (child == 0) {
        const uint32_t self = (uint32_t)getpid(), grandchild = self + 1;
        struct sw_network *network;
        setenv("SOCKET_WRAPPER_SPAWN", "5", 1);
        if (sw_network_current(&network) != 0)
            _exit(1);
        sw_network_enter_child(grandchild);
        if (spawn_of_entry(network, self) != 5 || spawn_of_entry(network, grandchild) != 5)
            _exit(2);
        /* A process that was killed has left its number, and this one got it. */
        atomic_store(&network->state->processes[self % SW_PROCESS_COUNT].spawn, 99);
        sw_network_enter_child(self);
        _exit(spawn_of_entry(network, self) == 5 ? 0 : 3);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
}

int main(void) {
    sw_real_load();
    if (mkdtemp(directory) == NULL)
        return 2;
    snprintf(state_path, sizeof state_path, "%s/.state", directory);
    setenv("SOCKET_WRAPPER_DIR", directory, 1);
    /* What is refused is said, which is not the matter here. */
    if (freopen("/dev/null", "w", stderr) == NULL)
        return 2;
    RUN(an_empty_file_becomes_a_table);
    RUN(a_table_that_was_cut_off_is_whole_again);
    RUN(a_file_of_something_else_is_refused_at_every_length);
    RUN(a_table_of_another_version_is_refused);
    RUN(what_is_no_file_is_refused);
    RUN(a_lock_outlives_a_holder_that_nobody_has_reaped);
    RUN(a_lock_with_a_damaged_holder_is_got);
    RUN(a_lock_whose_holder_got_its_number_from_a_dead_one_is_got);
    RUN(a_lock_that_was_taken_over_is_not_let_go_by_the_first_holder);
    RUN(a_child_has_the_number_of_its_parent);
    unlink(state_path);
    rmdir(directory);
    return check_result();
}
