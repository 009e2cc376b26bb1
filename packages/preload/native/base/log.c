#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const NAMES[] = {"ERROR", "WARN", "DEBUG", "TRACE"};

int sw_log_level_of(const char *text) {
    /* Like the peer, a number above the last level means that one. */
    if (*text != '\0' && text[strspn(text, "0123456789")] == '\0')
        return *text >= '0' + SW_LOG_TRACE || text[1] != '\0' ? SW_LOG_TRACE : *text - '0';
    if (strcasecmp(text, "warning") == 0)
        return SW_LOG_WARN;
    for (int level = SW_LOG_ERROR; level <= SW_LOG_TRACE; level++)
        if (strcasecmp(text, NAMES[level]) == 0)
            return level;
    return -1;
}

static int wanted_level(void) {
    const char *value = getenv("SOCKET_WRAPPER_DEBUGLEVEL");
    int level = value == NULL ? -1 : sw_log_level_of(value);
    return level < 0 ? SW_LOG_ERROR : level;
}

static bool (*is_somebody_elses)(int fd);

void sw_log_spare(bool (*is_others)(int fd)) {
    is_somebody_elses = is_others;
}

void sw_log(enum sw_log_level level, const char *format, ...) {
    int saved_errno = errno;
    if ((int)level > wanted_level() || (is_somebody_elses != NULL && is_somebody_elses(STDERR_FILENO)))
        return;

    char line[1024];
    int length = snprintf(line, sizeof line, "SWRAP_%s[%s (%d)] - ", NAMES[level],
                          program_invocation_short_name, (int)getpid());
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
    va_end(arguments);
    if (more > 0)
        length += more;
    if (length > (int)sizeof line - 2)
        length = (int)sizeof line - 2;
    line[length++] = '\n';
    /* Not write(): that is one of the functions we stand in front of. */
    syscall(SYS_write, STDERR_FILENO, line, (size_t)length);
    errno = saved_errno;
}
