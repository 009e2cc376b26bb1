#include "interpose/spawn.h"

#include "programs/isolation.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

enum { STACK_SIZE = 256 * 1024 };

struct task {
    const struct sw_spawn *call;
    enum sw_image image;
    int result;
};

static void *run(void *argument) {
    struct task *task = argument;
    int isolation = sw_isolation_for(task->image, task->call->program);
    task->result = isolation < 0 ? -isolation : sw_spawn(task->call);
    return NULL;
}

/* Runs the task in a thread of its own, and waits for its end. */
static int run_apart(struct task *task) {
    pthread_t thread;
    pthread_attr_t attributes;
    int result = pthread_attr_init(&attributes);
    if (result != 0)
        return result;
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    result = pthread_create(&thread, &attributes, run, task);
    pthread_attr_destroy(&attributes);
    if (result != 0)
        return result;
    int cancel_state; /* pthread_join(3) is a cancellation point, and posix_spawn(3) is none. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    pthread_join(thread, NULL);
    pthread_setcancelstate(cancel_state, NULL);
    return task->result;
}

/* A filter holds for the thread that asks for it and for what this thread starts, so a thread that does nothing else asks. No signal finds
 * it; its child gets the mask that the caller's would have. */
int sw_spawn_isolated(const struct sw_spawn *call, enum sw_image image) {
    posix_spawnattr_t attributes;
    short flags = 0;
    sigset_t all, mask;
    if (call->attributes != NULL)
        attributes = *call->attributes;
    else if (posix_spawnattr_init(&attributes) != 0)
        return ENOMEM;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mask);
    posix_spawnattr_getflags(&attributes, &flags);
    if ((flags & POSIX_SPAWN_SETSIGMASK) == 0) {
        posix_spawnattr_setsigmask(&attributes, &mask);
        posix_spawnattr_setflags(&attributes, (short)(flags | POSIX_SPAWN_SETSIGMASK));
    }
    struct sw_spawn changed = *call;
    changed.attributes = &attributes;
    struct task task = {.call = &changed, .image = image};
    int result = run_apart(&task);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return result;
}
