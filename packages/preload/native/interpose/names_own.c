/* names_own.c: the functions of libc that say what the process's own host is called. */
#include "base/real.h"
#include "interpose/export.h"
#include "names/lookup.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* gethostname(2): a name that does not fit is cut, without a NUL, and ENAMETOOLONG. */
SW_EXPORT int gethostname(char *name, size_t size) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.gethostname(name, size);

    int saved_errno = errno;
    char own[SW_HOST_NAME_SIZE];
    sw_own_host_name(&place, own);
    errno = saved_errno;
    size_t needed = strlen(own) + 1;
    memcpy(name, own, needed < size ? needed : size);
    return (int)sw_answer(needed <= size ? 0 : -ENAMETOOLONG);
}

/* gethostname(2) in programs built with _FORTIFY_SOURCE. Only libc knows how to end a program that is about to overflow. */
SW_EXPORT int __gethostname_chk(char *name, size_t size, size_t room) {
    static int (*real)(char *, size_t, size_t);
    if (size <= room)
        return gethostname(name, size);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "__gethostname_chk");
    return real == NULL ? gethostname(name, room) : real(name, size, room);
}

/* uname(2) */
SW_EXPORT int uname(struct utsname *machine) {
    struct sw_place place;
    if (syscall(SYS_uname, machine) < 0)
        return -1;
    if (!sw_place_now(&place))
        return 0;

    int saved_errno = errno;
    char own[SW_HOST_NAME_SIZE];
    sw_own_host_name(&place, own);
    errno = saved_errno;
    size_t length = strnlen(own, sizeof machine->nodename - 1);
    memset(machine->nodename, 0, sizeof machine->nodename);
    memcpy(machine->nodename, own, length);
    return 0;
}

/* gethostid(3): libc would look its own host name up in DNS. Made of the IPv4 address, as there. */
SW_EXPORT long gethostid(void) {
    static long (*real)(void);
    struct sw_place place;
    if (!sw_place_now(&place) || place.interface == 0) {
        if (real == NULL)
            *(void **)&real = dlsym(RTLD_NEXT, "gethostid");
        return real == NULL ? 0 : real();
    }
    struct sw_ip own = sw_place_address(&place, AF_INET, place.interface);
    uint32_t address;
    memcpy(&address, own.bytes, sizeof address);
    return (int32_t)(address << 16 | address >> 16);
}
