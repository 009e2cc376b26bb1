/* calls.h: the calls that have to know where their caller is, or what they change for the others. */
#ifndef SW_ATTACH_CALLS_H
#define SW_ATTACH_CALLS_H

#include <pthread.h>
#include <sys/types.h>

/* socket(2). Code whose network has ended gets ENETDOWN. */
int sw_call_socket(int family, int type, int protocol);

/* fork(2): the child cannot be asked where it is, so its parent is. */
pid_t sw_call_fork(void);

/* pthread_create(3): the thread is where the code is that starts it. */
int sw_call_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument);

/* dlopen(3): what was loaded is hooked as well. */
void *sw_call_dlopen(const char *path, int mode);

#endif
