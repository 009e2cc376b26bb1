#include "base/root.h"

#include "base/own_descriptors.h"
#include "base/real.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK = 1 << 16 };

static _Atomic int kept = -1;

void sw_root_keep(void) {
    int saved_errno = errno, nothing = -1;
    if (atomic_load(&kept) < 0) {
        int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0)
            fd = sw_own_descriptor_take(fd);
        if (fd >= 0 && !atomic_compare_exchange_strong(&kept, &nothing, fd)) {
            sw_own_descriptor_release(fd);
            sw_real.close(fd);
        }
    }
    errno = saved_errno;
}

bool sw_root_is_kept(void) {
    return atomic_load_explicit(&kept, memory_order_relaxed) >= 0;
}

int sw_root_at(void) {
    int fd = atomic_load_explicit(&kept, memory_order_relaxed);
    return fd >= 0 ? fd : AT_FDCWD;
}

const char *sw_root_relative(const char *path) {
    return sw_root_is_kept() && path[0] == '/' ? path + 1 : path;
}

struct visit {
    int directory;
    int result;
    void (*act)(void *);
    void *argument;
};

static int visit_root(void *given) {
    struct visit *visit = given;
    if (fchdir(visit->directory) == 0)
        visit->act(visit->argument);
    else
        visit->result = -errno;
    return 0;
}

int sw_root_call(int directory, void (*act)(void *), void *argument) {
    /* A process with our memory and descriptors and a working directory of its own, for the time of one call. As with vfork(2) this
     * thread waits, and since no signal tells of its end, no wait(2) of the program meets it. */
    char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return -errno;
    struct visit visit = {directory >= 0 ? directory : sw_root_at(), 0, act, argument};
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = sw_real.clone(visit_root, stack + STACK, CLONE_VM | CLONE_VFORK | CLONE_FILES, &visit);
    int result = child < 0 ? -errno : 0;
    if (child >= 0)
        waitpid(child, NULL, __WALL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stack, STACK);
    return result < 0 ? result : visit.result;
}
