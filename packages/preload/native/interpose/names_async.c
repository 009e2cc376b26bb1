/* names_async.c: getaddrinfo_a(3), which glibc alone has.
 *
 * No answer here ever takes long, so each is there before the call returns; gai_suspend(3), gai_error(3) and gai_cancel(3) of
 * libc find it in the request. The notification comes as asked for. */
#include <netdb.h>

#ifdef __GLIBC__

#include "interpose/export.h"
#include "interpose/unknown_name.h"
#include "names/addrinfo.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct notice {
    void (*function)(union sigval);
    union sigval value;
};

static void *give_notice(void *argument) {
    struct notice notice = *(struct notice *)argument;
    free(argument);
    notice.function(notice.value);
    return NULL;
}

static int notify_by_thread(const struct sigevent *event) {
    struct notice *notice = malloc(sizeof *notice);
    if (notice == NULL)
        return EAI_MEMORY;
    *notice = (struct notice){event->sigev_notify_function, event->sigev_value};

    pthread_attr_t own_attributes;
    const pthread_attr_t *attributes = event->sigev_notify_attributes;
    pthread_attr_init(&own_attributes);
    pthread_attr_setdetachstate(&own_attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    int result = pthread_create(&thread, attributes != NULL ? attributes : &own_attributes, give_notice, notice);
    pthread_attr_destroy(&own_attributes);
    if (result == 0)
        return 0;
    free(notice);
    return EAI_AGAIN;
}

static int notify_by_signal(const struct sigevent *event) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = event->sigev_signo;
    info.si_code = SI_ASYNCNL;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value = event->sigev_value;
    return syscall(SYS_rt_sigqueueinfo, getpid(), event->sigev_signo, &info) == 0 ? 0 : EAI_SYSTEM;
}

static int notify(const struct sigevent *event) {
    if (event == NULL || event->sigev_notify == SIGEV_NONE)
        return 0;
    return event->sigev_notify == SIGEV_THREAD ? notify_by_thread(event) : notify_by_signal(event);
}

SW_EXPORT int getaddrinfo_a(int mode, struct gaicb *requests[restrict], int count, struct sigevent *restrict event) {
    static int (*real)(int, struct gaicb **, int, struct sigevent *);
    struct sw_place place;
    if (!sw_place_now(&place)) {
        if (real == NULL)
            *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo_a");
        return real == NULL ? EAI_SYSTEM : real(mode, requests, count, event);
    }
    if (mode != GAI_WAIT && mode != GAI_NOWAIT) {
        errno = EINVAL;
        return EAI_SYSTEM;
    }

    int saved_errno = errno;
    for (int i = 0; i < count; i++) {
        struct gaicb *request = requests[i];
        if (request == NULL)
            continue;
        request->__return =
            sw_getaddrinfo(&place, request->ar_name, request->ar_service, request->ar_request, &request->ar_result);
        bool may_be_name = request->ar_request == NULL || (request->ar_request->ai_flags & AI_NUMERICHOST) == 0;
        if (request->__return == EAI_NONAME && may_be_name)
            sw_tell_unknown_name(&place, request->ar_name);
    }
    int result = mode == GAI_NOWAIT ? notify(event) : 0;
    if (result != EAI_SYSTEM)
        errno = saved_errno;
    return result;
}

#endif
