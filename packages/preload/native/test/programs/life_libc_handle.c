/* life_libc_handle.c: calls of functions that were looked up in libc by its name, as programs of other languages do. */
#include "harness.h"

#include <dlfcn.h>
#include <ifaddrs.h>

#ifdef __GLIBC__
static const char NAME[] = "libc.so.6";
#else
static const char NAME[] = "libc.so";
#endif

static void calls(void *libc) {
    int (*make)(int, int, int), (*attach)(int, const struct sockaddr *, socklen_t), (*list)(struct ifaddrs **), (*close_it)(int);
    *(void **)&make = dlsym(libc, "socket");
    *(void **)&attach = dlsym(libc, "connect");
    *(void **)&list = dlsym(libc, "getifaddrs");
    *(void **)&close_it = dlsym(libc, "close");
    int fd = (int)MUST(make(AF_INET, SOCK_STREAM, 0));
    CALL(attach(fd, AT4("127.0.0.1", 7320)));
    NAMES(fd);
    CALL(close_it(fd));
    struct ifaddrs *first;
    MUST(list(&first));
    bool has_others = false;
    for (const struct ifaddrs *entry = first; entry != NULL; entry = entry->ifa_next)
        has_others = has_others || (strcmp(entry->ifa_name, "lo") != 0 && strcmp(entry->ifa_name, "eth0") != 0);
    say("interfaces of the machine: %d", has_others);
    freeifaddrs(first);
}

static void others(void *libc) {
    size_t (*length)(const char *);
    *(void **)&length = dlsym(libc, "strlen");
    say("others: %zu, and none that it has not: %d", length("four"), dlsym(libc, "no_such_function_anywhere") == NULL);
    say("error: %d", dlerror() != NULL);
}

int main(void) {
    void *libc = dlopen(NAME, RTLD_LAZY);
    say("-- by name: %d", libc != NULL);
    calls(libc);
    others(libc);

    Dl_info info;
    MUST(dladdr(dlsym(RTLD_NEXT, "getpid"), &info) - 1);
    void *again = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
    say("-- by path: %d, the same: %d", again != NULL, again == libc);
    calls(again);
    CALL(dlclose(again));
    CALL(dlclose(libc));
    say("-- none: %d", dlopen("libc.no.such", RTLD_LAZY) == NULL && dlerror() != NULL);
}
