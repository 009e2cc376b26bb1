/* test_process.c: what a child of fork(2) has of its own, where the kernel wipes memory for it and where it cannot. */
#include "check.h"
#include "base/process.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool kernel_wipes = true;
static unsigned children_noticed;

/* In front of libc's: a kernel before Linux 4.14, when the test wants one. */
int madvise(void *memory, size_t size, int advice) {
    if (!kernel_wipes) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_madvise, memory, size, advice);
}

static void notice(void) {
    children_noticed++;
}

/* What `body` finds in a child: its exit status is the number of failures. */
static void in_a_child(void (*body)(void)) {
    pid_t child = fork();
    if (child == 0) {
        int before = check_failures;
        body();
        _exit(check_failures - before);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
}

static void finds_itself_new(void) {
    CHECK_INT(sw_process_sharings(), 0);
    CHECK_INT(children_noticed, 0);
    CHECK_INT(sw_process_id(), getpid());
    CHECK_INT(children_noticed, 1);
    CHECK(sw_process_is_self());
    CHECK_INT(sw_process_id(), getpid());
    CHECK_INT(children_noticed, 1);
}

static void a_child_has_its_own_number_and_nothing_shared(void) {
    uint32_t before = sw_process_sharings();
    sw_process_shares();
    CHECK_INT(sw_process_sharings(), before + 1);
    in_a_child(finds_itself_new);
    CHECK_INT(sw_process_id(), getpid());
    CHECK_INT(sw_process_sharings(), before + 1);
    CHECK_INT(children_noticed, 0);
}

static void forks_again(void) {
    sw_process_shares();
    in_a_child(finds_itself_new);
    CHECK_INT(sw_process_sharings(), 1);
}

static void a_child_that_nobody_asked_has_children_like_any_other(void) {
    in_a_child(forks_again);
}

static void locks_each(void) {
    for (int lock = 0; lock < SW_PROCESS_LOCKS; lock++)
        CHECK_INT(pthread_mutex_trylock(sw_process_lock(lock)), 0);
}

static void a_lock_that_is_held_in_the_parent_is_free_in_the_child(void) {
    for (int lock = 0; lock < SW_PROCESS_LOCKS; lock++)
        pthread_mutex_lock(sw_process_lock(lock));
    in_a_child(locks_each);
    for (int lock = 0; lock < SW_PROCESS_LOCKS; lock++)
        pthread_mutex_unlock(sw_process_lock(lock));
}

/* ThreadSanitizer makes a fork(2) of it. */
#ifndef __SANITIZE_THREAD__
static void is_the_number_of_vforks_parent(void) {
    uint32_t id = sw_process_id();
    volatile bool is_self = true;
    pid_t child = vfork();
    if (child == 0) {
        is_self = sw_process_is_self() || sw_process_id() != id;
        _exit(0);
    }
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK(!is_self);
    CHECK(sw_process_is_self());
}

static void a_child_of_vfork_is_not_taken_for_the_process(void) {
    is_the_number_of_vforks_parent();
    in_a_child(is_the_number_of_vforks_parent);
}
#endif

static void zeros_are_a_lock_that_is_free(void) {
    static const pthread_mutex_t free_lock = PTHREAD_MUTEX_INITIALIZER;
    static const char zeros[sizeof free_lock];
    CHECK(memcmp(&free_lock, zeros, sizeof zeros) == 0);
}

static int run_all(void) {
    sw_process_start(notice);
    RUN(a_child_has_its_own_number_and_nothing_shared);
    RUN(a_child_that_nobody_asked_has_children_like_any_other);
    RUN(a_lock_that_is_held_in_the_parent_is_free_in_the_child);
#ifndef __SANITIZE_THREAD__
    RUN(a_child_of_vfork_is_not_taken_for_the_process);
#endif
    return check_result();
}

static void on_an_old_kernel(void) {
    kernel_wipes = false;
    CHECK_INT(run_all(), 0);
}

int main(void) {
    RUN(zeros_are_a_lock_that_is_free);
    in_a_child(on_an_old_kernel);
    return run_all();
}
