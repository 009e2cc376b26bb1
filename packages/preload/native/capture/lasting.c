#include "capture/lasting.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    SEGMENTS = 8,
    ATTEMPTS = 8, /* in vain, until nobody asks again */
};

struct range {
    uintptr_t from;
    uintptr_t to;
};

static bool holds(const struct range *range, uintptr_t from, uintptr_t to) {
    return from >= range->from && to <= range->to;
}

/* Whether pages are mapped all the way: msync(2) looks at nothing but that, and with MS_ASYNC does nothing. */
static bool is_mapped(uintptr_t from, uintptr_t to) {
    int saved_errno = errno;
    from &= ~(uintptr_t)(PAGE - 1);
    bool mapped = to > from && msync((void *)from, to - from, MS_ASYNC) == 0;
    errno = saved_errno;
    return mapped;
}

/* What the executable's program headers have loaded. `segments_state` is how many there are, and KNOWN. */
enum segments_state { UNKNOWN, BEING_FOUND, KNOWN };
static struct range segments[SEGMENTS];
static _Atomic unsigned segments_state;

static void find_segments(void) {
    const ElfW(Phdr) *headers = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    unsigned long count = headers == NULL ? 0 : getauxval(AT_PHNUM);
    unsigned found = 0;
    for (unsigned long self = 0; self < count; self++) {
        if (headers[self].p_type != PT_PHDR)
            continue;
        uintptr_t base = (uintptr_t)headers - headers[self].p_vaddr;
        for (unsigned long i = 0; i < count && found < SEGMENTS; i++)
            if (headers[i].p_type == PT_LOAD && (headers[i].p_flags & PF_R) != 0)
                segments[found++] = (struct range){base + headers[i].p_vaddr, base + headers[i].p_vaddr + headers[i].p_memsz};
        break;
    }
    atomic_store_explicit(&segments_state, KNOWN + found, memory_order_release);
}

static bool is_static(uintptr_t from, uintptr_t to) {
    unsigned state = atomic_load_explicit(&segments_state, memory_order_acquire);
    if (state == UNKNOWN && atomic_compare_exchange_strong(&segments_state, &state, BEING_FOUND)) {
        find_segments();
        state = atomic_load(&segments_state);
    }
    for (unsigned i = 0; KNOWN + i < state; i++)
        if (holds(&segments[i], from, to))
            return true;
    return false;
}

/* The thread's stack, as far down as it has been looked at. Its end is known: what the kernel or libc have put above the first frame. */
static _Thread_local struct range stack;
static _Thread_local unsigned stack_attempts;

static bool is_on_stack(uintptr_t from, uintptr_t to) {
    if (holds(&stack, from, to))
        return true;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    if (from < frame || stack_attempts == ATTEMPTS)
        return false;
    uintptr_t end = (uintptr_t)pthread_self();
    if (stack.to != 0)
        end = stack.to;
    else if (end < frame) /* The first thread's own data is elsewhere. */
        end = getauxval(AT_RANDOM);
    if (to > end)
        return false;
    if (!is_mapped(frame, end)) {
        stack_attempts++;
        return false;
    }
    stack = (struct range){frame < stack.from || stack.to == 0 ? frame : stack.from, end};
    return true;
}

#ifdef __GLIBC__
/* The heap that brk(2) makes, as far down as it has been looked at. It ends where libc says now. */
static _Atomic uintptr_t heap_start;
static _Atomic unsigned heap_attempts;

static bool is_in_heap(uintptr_t from, uintptr_t to) {
    uintptr_t end = (uintptr_t)sbrk(0), start = atomic_load_explicit(&heap_start, memory_order_relaxed);
    if (to > end)
        return false;
    if (start != 0 && from >= start)
        return true;
    if (atomic_load_explicit(&heap_attempts, memory_order_relaxed) >= ATTEMPTS)
        return false;
    if (!is_mapped(from, start != 0 ? start : end)) {
        atomic_fetch_add_explicit(&heap_attempts, 1, memory_order_relaxed);
        return false;
    }
    while ((start == 0 || from < start) && !atomic_compare_exchange_weak(&heap_start, &start, from))
        ;
    return true;
}
#else
/* musl asks the kernel where its heap ends. */
static bool is_in_heap(uintptr_t from, uintptr_t to) {
    (void)from;
    (void)to;
    return false;
}
#endif

bool sw_is_lasting(uintptr_t from, uintptr_t to) {
    return is_on_stack(from, to) || is_static(from, to) || is_in_heap(from, to);
}
