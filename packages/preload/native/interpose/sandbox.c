#include "interpose/sandbox.h"

#include "base/process.h"
#include "base/real.h"
#include "interpose/export.h"
#include "interpose/start.h"

#include <linux/prctl.h>
#include <stdarg.h>
#include <stdatomic.h>

static atomic_bool is_on;

bool sw_sandbox_is_on(void) {
    return atomic_load_explicit(&is_on, memory_order_relaxed);
}

void sw_sandbox_begins(void) {
    sw_process_id();
}

void sw_sandbox_entered(void) {
    atomic_store(&is_on, true);
}

SW_EXPORT int prctl(int option, ...);

/* prctl(2) */
SW_EXPORT int prctl(int option, ...) {
    unsigned long a[4];
    va_list arguments;
    va_start(arguments, option);
    for (int i = 0; i < 4; i++)
        a[i] = va_arg(arguments, unsigned long);
    va_end(arguments);
    sw_start();
    if (option == PR_SET_SECCOMP)
        sw_sandbox_begins();
    int result = sw_real.prctl(option, a[0], a[1], a[2], a[3]);
    if (option == PR_SET_SECCOMP && result == 0)
        sw_sandbox_entered();
    return result;
}
