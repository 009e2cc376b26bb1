/* log.h: what the library has to say, on stderr, one write(2) per line.
 *
 * The level is SOCKET_WRAPPER_DEBUGLEVEL: 0 to 3 (higher ones count as 3) or error, warn, warning, debug, trace. Errors are always printed. errno is untouched. */
#ifndef SW_BASE_LOG_H
#define SW_BASE_LOG_H

#include <stdbool.h>

enum sw_log_level { SW_LOG_ERROR, SW_LOG_WARN, SW_LOG_DEBUG, SW_LOG_TRACE };

/* The level that `text` names, -1 when it names none. */
int sw_log_level_of(const char *text);

__attribute__((format(printf, 2, 3))) void sw_log(enum sw_log_level level, const char *format, ...);

/* `is_others` says whether a descriptor leads to somebody else, as standard error of an inetd server does: its client. Nothing is
 * written there. */
void sw_log_spare(bool (*is_others)(int fd));

/* Prints an error once per `seen`, which starts as 0: for a bad value that every call would meet again. */
#define SW_LOG_ONCE(...)                                                                           \
    do {                                                                                           \
        static _Atomic int sw_log_seen;                                                            \
        if (!__atomic_exchange_n((int *)&sw_log_seen, 1, __ATOMIC_RELAXED))                        \
            sw_log(SW_LOG_ERROR, __VA_ARGS__);                                                     \
    } while (0)

#endif
