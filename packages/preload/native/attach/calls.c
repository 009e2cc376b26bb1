#include "attach/calls.h"

#include "attach/got.h"
#include "attach/places.h"
#include "attach/thread.h"
#include "base/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int sw_call_socket(int family, int type, int protocol) {
    if (family != AF_INET && family != AF_INET6)
        return sw_real.socket(family, type, protocol);
    int number = sw_thread_ask();
    if (number == SW_PLACE_ENDED) {
        errno = ENETDOWN;
        return -1;
    }
    struct sw_config_place *place = sw_place_at(number);
    if (place == NULL)
        return sw_real.socket(family, type, protocol);
    struct sw_pin before = sw_thread_pin(place);
    int fd = socket(family, type, protocol);
    sw_thread_unpin(before);
    return fd;
}

pid_t sw_call_fork(void) {
    int number = sw_thread_ask();
    /* The program would be on the machine's network, where its starter gets no socket any more. */
    if (number == SW_PLACE_ENDED) {
        errno = ENETDOWN;
        return -1;
    }
    struct sw_pin before = sw_thread_pin(sw_place_at(number));
    pid_t pid = fork();
    if (pid != 0)
        sw_thread_unpin(before);
    return pid;
}

struct start {
    void *(*routine)(void *);
    void *argument;
    struct sw_home home;
};

static void *begin(void *data) {
    struct start start = *(struct start *)data;
    free(data);
    sw_thread_settle(start.home);
    return start.routine(start.argument);
}

int sw_call_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument) {
    int number = sw_thread_ask();
    struct start *start = number == SW_PLACE_NONE ? NULL : malloc(sizeof *start);
    if (start == NULL)
        return pthread_create(thread, attributes, routine, argument);
    *start = (struct start){routine, argument, sw_place_home(number)};
    int result = pthread_create(thread, attributes, begin, start);
    if (result != 0)
        free(start);
    return result;
}

void *sw_call_dlopen(const char *path, int mode) {
    void *handle = dlopen(path, mode);
    if (handle != NULL)
        sw_got_hook_all();
    return handle;
}
