/* forks.c: the calls that make a process. */
#include "interpose/forks.h"

#include "base/process.h"
#include "interpose/export.h"
#include "interpose/start.h"
#include "interpose/stdio.h"
#include "state/network.h"

#include <pty.h>
#include <sched.h>
#include <stdarg.h>
#include <unistd.h>

void sw_fork_begins(void) {
    sw_process_shares();
}

void sw_fork_ends(long result) {
    if (result <= 0)
        return;
    /* Sockets that other threads have made meanwhile may be the child's, too. */
    sw_process_shares();
    sw_network_enter_child((uint32_t)result);
}

/* fork(2) */
SW_EXPORT pid_t fork(void) {
    sw_start();
    sw_stdio_prepare_standard();
    sw_fork_begins();
    pid_t child = sw_real.fork();
    sw_fork_ends(child);
    return child;
}

/* _Fork(3) */
SW_EXPORT pid_t _Fork(void) {
    sw_start();
    if (sw_real._Fork == NULL)
        return (pid_t)sw_answer(-ENOSYS);
    sw_fork_begins();
    pid_t child = sw_real._Fork();
    sw_fork_ends(child);
    return child;
}

/* clone(2). A child that shares the parent's memory is a thread, or one that lives until it starts a program. */
SW_EXPORT int clone(int (*function)(void *), void *stack, int flags, void *argument, ...) {
    va_list more;
    va_start(more, argument);
    void *parent_id = va_arg(more, void *), *storage = va_arg(more, void *), *child_id = va_arg(more, void *);
    va_end(more);
    sw_start();
    if ((flags & CLONE_VM) != 0) {
        sw_process_id();
        return sw_real.clone(function, stack, flags, argument, parent_id, storage, child_id);
    }
    sw_fork_begins();
    int child = sw_real.clone(function, stack, flags, argument, parent_id, storage, child_id);
    sw_fork_ends(child);
    return child;
}

/* daemon(3): who calls it ends, and who returns from it is its child. */
SW_EXPORT int daemon(int stays, int keeps) {
    sw_start();
    int result = sw_real.daemon(stays, keeps);
    sw_process_id();
    return result;
}

/* forkpty(3) */
SW_EXPORT pid_t forkpty(int *terminal, char *name, const struct termios *settings, const struct winsize *size) {
    sw_start();
    if (sw_real.forkpty == NULL)
        return (pid_t)sw_answer(-ENOSYS);
    sw_fork_begins();
    pid_t child = sw_real.forkpty(terminal, name, settings, size);
    sw_fork_ends(child);
    return child;
}

/* vfork(2): its child returns first, into the same frame of the stack, so none of ours may be on it. A child of a fork that has not
 * been asked for its number yet would otherwise get that of its own child. */
__attribute__((used, visibility("hidden"))) pid_t (*sw_prepare_vfork(void))(void);

pid_t (*sw_prepare_vfork(void))(void) {
    sw_start();
    sw_process_id();
    return sw_real.vfork;
}

#if defined(__x86_64__)
__asm__(".pushsection .text\n"
        ".globl vfork\n"
        ".type vfork, @function\n"
        "vfork:\n"
        ".cfi_startproc\n"
        "    endbr64\n"
        "    subq $8, %rsp\n"
        ".cfi_adjust_cfa_offset 8\n"
        "    call sw_prepare_vfork\n"
        "    addq $8, %rsp\n"
        ".cfi_adjust_cfa_offset -8\n"
        "    jmp *%rax\n"
        ".cfi_endproc\n"
        ".size vfork, . - vfork\n"
        ".popsection\n");
#elif defined(__aarch64__)
__asm__(".pushsection .text\n"
        ".globl vfork\n"
        ".type vfork, %function\n"
        "vfork:\n"
        ".cfi_startproc\n"
        "    hint #34\n" /* bti c */
        "    stp x29, x30, [sp, #-16]!\n"
        ".cfi_def_cfa_offset 16\n"
        ".cfi_offset 29, -16\n"
        ".cfi_offset 30, -8\n"
        "    bl sw_prepare_vfork\n"
        "    mov x16, x0\n"
        "    ldp x29, x30, [sp], #16\n"
        ".cfi_def_cfa_offset 0\n"
        ".cfi_restore 29\n"
        ".cfi_restore 30\n"
        "    br x16\n"
        ".cfi_endproc\n"
        ".size vfork, . - vfork\n"
        ".popsection\n");
#endif
