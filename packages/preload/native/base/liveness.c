#include "base/liveness.h"

#include "base/real.h"
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool sw_is_gone(uint32_t pid) {
    /* For kill(2) these are groups of processes. */
    if (pid == 0 || pid > INT32_MAX)
        return true;
    if (kill((pid_t)pid, 0) != 0)
        return errno == ESRCH;
    char path[32], text[512];
    snprintf(path, sizeof path, "/proc/%u/stat", pid);
    int fd = openat(SW_AT(path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    ssize_t size = sw_real.read(fd, text, sizeof text - 1);
    sw_real.close(fd);
    text[size > 0 ? size : 0] = '\0';
    /* Its name, which may hold anything, is in parentheses. */
    const char *name_end = strrchr(text, ')');
    return name_end != NULL && name_end[1] == ' ' && (name_end[2] == 'Z' || name_end[2] == 'X');
}
