#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const NAMES[] = {"ERROR", "WARN", "DEBUG", "TRACE"};

static enum sw_log_level wanted_level(void) {
    const char *value = getenv("SOCKET_WRAPPER_DEBUGLEVEL");
    if (value == NULL || *value == '\0')
        return SW_LOG_ERROR;
    if (*value >= '0' && *value <= '9')
        return *value >= '3' || value[1] != '\0' ? SW_LOG_TRACE : (enum sw_log_level)(*value - '0');
    if (strcasecmp(value, "warning") == 0)
        return SW_LOG_WARN;
    for (int level = SW_LOG_ERROR; level <= SW_LOG_TRACE; level++)
        if (strcasecmp(value, NAMES[level]) == 0)
            return (enum sw_log_level)level;
    return SW_LOG_ERROR;
}

static bool (*is_somebody_elses)(int fd);

void sw_log_spare(bool (*is_others)(int fd)) {
    is_somebody_elses = is_others;
}

void sw_log(enum sw_log_level level, const char *format, ...) {
    int saved_errno = errno;
    if (level > wanted_level() || (is_somebody_elses != NULL && is_somebody_elses(STDERR_FILENO)))
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
