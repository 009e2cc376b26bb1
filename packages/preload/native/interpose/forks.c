/* forks.c: the ways to make a process that pass by the handlers of pthread_atfork(3). */
#include "interpose/export.h"
#include "interpose/start.h"

#include <sched.h>
#include <stdarg.h>

struct child {
    int (*function)(void *);
    void *argument;
};

static int begin_child(void *given) {
    const struct child *child = given;
    sw_forked_in_child();
    return child->function(child->argument);
}

/* clone(2). A child that shares the parent's memory is a thread, or one that lives until it starts a program. */
SW_EXPORT int clone(int (*function)(void *), void *stack, int flags, void *argument, ...) {
    va_list more;
    va_start(more, argument);
    void *parent_id = va_arg(more, void *), *storage = va_arg(more, void *), *child_id = va_arg(more, void *);
    va_end(more);
    sw_start();
    if ((flags & CLONE_VM) != 0 || function == NULL)
        return sw_real.clone(function, stack, flags, argument, parent_id, storage, child_id);
    /* The child finds this in its own copy of the memory. */
    struct child child = {function, argument};
    sw_forked_in_parent();
    return sw_real.clone(begin_child, stack, flags, &child, parent_id, storage, child_id);
}

/* _Fork(3) */
SW_EXPORT pid_t _Fork(void) {
    sw_start();
    if (sw_real._Fork == NULL)
        return (pid_t)sw_answer(-ENOSYS);
    sw_forked_in_parent();
    pid_t child = sw_real._Fork();
    if (child == 0)
        sw_forked_in_child();
    return child;
}
