/* spawn.h: posix_spawn(3) for programs that the library cannot be loaded into. */
#ifndef SW_INTERPOSE_SPAWN_H
#define SW_INTERPOSE_SPAWN_H

#include "programs/image.h"

#include <spawn.h>
#include <sys/types.h>

/* A call of posix_spawn(3) or posix_spawnp(3). */
struct sw_spawn {
    int (*function)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[], char *const[]);
    pid_t *pid;
    const char *program;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    char *const *arguments;
    char *const *environment;
};

/* Makes the call: 0 or a positive errno. */
static inline int sw_spawn(const struct sw_spawn *call) {
    return call->function(call->pid, call->program, call->actions, call->attributes, call->arguments, call->environment);
}

/* The same, and the program gets no IP sockets (programs/isolation.h). */
int sw_spawn_isolated(const struct sw_spawn *call, enum sw_image image);

#endif
