#include "programs/isolation.h"

#include "base/log.h"
#include "base/real.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

/* Calls of the 32-bit machine that the same kernel runs: the names in the headers are those of our own. */
#if defined(__x86_64__)
enum { OWN_MACHINE = AUDIT_ARCH_X86_64, OTHER_MACHINE = AUDIT_ARCH_I386, OTHER_SOCKET = 359, OTHER_SOCKETCALL = 102 };
enum { X32_BIT = 0x40000000 };
#else
enum { OWN_MACHINE = AUDIT_ARCH_AARCH64, OTHER_MACHINE = AUDIT_ARCH_ARM, OTHER_SOCKET = 281, OTHER_SOCKETCALL = 102 };
enum { X32_BIT = 0 };
#endif
enum { IO_URING_SETUP = 425, SOCKETCALL_SOCKET = 1 }; /* on all machines; SYS_SOCKET of socketcall(2) */

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* The lower half: an int, whatever the upper one is. Both machines are little-endian. */
#define LOAD_FIRST_ARGUMENT BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), 0, (count))
#define SKIP_IF(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), (count), 0)
#define ANSWER(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static const struct sock_filter FILTER[] = {
    LOAD(arch),
    SKIP_IF(OTHER_MACHINE, 11),
    SKIP_UNLESS(OWN_MACHINE, 9),

    LOAD(nr),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(unsigned)X32_BIT),
    SKIP_UNLESS(IO_URING_SETUP, 1),
    ANSWER(EPERM),
    SKIP_UNLESS(SYS_socket, 4),
    LOAD_FIRST_ARGUMENT,
    SKIP_IF(AF_INET, 1),
    SKIP_UNLESS(AF_INET6, 1),
    ANSWER(EACCES),
    ALLOW,

    LOAD(nr),
    SKIP_UNLESS(IO_URING_SETUP, 1),
    ANSWER(EPERM),
    SKIP_UNLESS(OTHER_SOCKETCALL, 3),
    /* The family is in memory, where a filter cannot look. */
    LOAD_FIRST_ARGUMENT,
    SKIP_UNLESS(SOCKETCALL_SOCKET, 6),
    ANSWER(EACCES),
    SKIP_UNLESS(OTHER_SOCKET, 4),
    LOAD_FIRST_ARGUMENT,
    SKIP_IF(AF_INET, 1),
    SKIP_UNLESS(AF_INET6, 1),
    ANSWER(EACCES),
    ALLOW,
};

/* The kernel would say EINVAL of such a type. */
static bool is_isolated(void) {
    enum { NO_TYPE = 15 };
    return sw_real.socket(AF_INET, NO_TYPE, 0) < 0 && errno == EACCES;
}

static int install(void) {
    struct sock_fprog program = {.len = sizeof FILTER / sizeof *FILTER, .filter = (struct sock_filter *)FILTER};
    /* Without the flag, older kernels would slow the program down against Spectre (PR_SPEC_STORE_BYPASS, seccomp(2)). */
    return (int)sw_real.syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
}

int sw_isolate(void) {
    int saved_errno = errno, result = 0;
    /* Who has CAP_SYS_ADMIN need not give up set-user-ID programs. */
    if (!is_isolated() && install() < 0 && (sw_real.prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0 || install() < 0))
        result = -errno;
    errno = saved_errno;
    return result;
}

int sw_isolation_for(enum sw_image image, const char *name) {
    if (image == SW_IMAGE_REACHED)
        return 0;
    sw_log(SW_LOG_WARN, "'%s' %s: it gets no IP sockets (EACCES)", name, sw_image_reason(image));
    int result = sw_isolate();
    if (result < 0)
        sw_log(SW_LOG_ERROR, "'%s' %s, and the kernel does not let it be kept from the real network (error %d of seccomp), so it is not started", name,
               sw_image_reason(image), -result);
    return result;
}
