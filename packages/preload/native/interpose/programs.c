/* programs.c: the calls that start programs. A program keeps the library even when its parent wiped the environment, and inherited sockets
 * have another holder from here on. A program that the library cannot be loaded into gets no IP sockets, so that it cannot leave the
 * network. */
#include "base/config.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/real.h"
#include "interpose/export.h"
#include "interpose/sandbox.h"
#include "interpose/spawn.h"
#include "interpose/start.h"
#include "programs/image.h"
#include "programs/isolation.h"

#include <alloca.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

enum { MOST_VARIABLES = 65536 };

/* The environment for the child, on the caller's stack: between vfork(2) and execve(2) there is nothing else. */
#define FOR_CHILD(environment)                                                                                                    \
    sw_config_environment_for_child((environment), alloca((count((char *const *)(environment)) + 16) * sizeof(char *)),             \
                                    count((char *const *)(environment)) + 16,                                                     \
                                    alloca(sw_config_storage_for_child((char *const *)(environment))),                            \
                                    sw_config_storage_for_child((char *const *)(environment)))

static unsigned count(char *const *strings) {
    unsigned number = 0;
    while (strings != NULL && number < MOST_VARIABLES && strings[number] != NULL)
        number++;
    return number;
}

/* Where not, the kernel is to say EFAULT. It reads of each string what this does, and the rest of it. */
static bool is_readable(char *const *strings) {
    for (unsigned i = 0; strings != NULL && i < MOST_VARIABLES; i++) {
        if (!sw_is_readable(&strings[i], sizeof *strings))
            return false;
        if (strings[i] == NULL)
            return true;
        if (!sw_is_readable(strings[i], 1))
            return false;
    }
    return true;
}

/* Where programs are looked at before they start: on a network, and while this process may still open files. */
static bool is_judging(void) {
    return sw_config_directory() != NULL && !sw_sandbox_is_on();
}

/* Sockets without close-on-exec go along. In a child of vfork(2) this counts for the parent, as it must. */
static int about_to_start(void) {
    sw_start();
    sw_process_shares();
    return sw_config_library_is_readable();
}

/* execveat(2), which execve(2) and fexecve(3) are cases of. The process keeps the filter when the call fails after all; its own sockets
 * are Unix sockets. */
static int about_to_become(int directory, const char *path, int flags) {
    int result = about_to_start();
    return result < 0 || !is_judging() || !sw_is_readable(path, 1) ? result : sw_isolation_for(sw_image_at(directory, path, flags), path);
}

/* execve(2) */
SW_EXPORT int execve(const char *path, char *const arguments[], char *const environment[]) {
    int result = about_to_become(AT_FDCWD, path, 0);
    if (result < 0)
        return (int)sw_answer(result);
    if (!is_readable(environment))
        return sw_real.execve(path, arguments, environment);
    return sw_real.execve(path, arguments, (char *const *)FOR_CHILD(environment));
}

/* execv(3) */
SW_EXPORT int execv(const char *path, char *const arguments[]) {
    return execve(path, arguments, environ);
}

/* execvpe(3) */
SW_EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[]) {
    int result = about_to_start();
    if (result == 0 && is_judging())
        result = sw_isolation_for(sw_image_in_path(file), file);
    if (result < 0)
        return (int)sw_answer(result);
    if (!is_readable(environment))
        return sw_real.execvpe(file, arguments, environment);
    return sw_real.execvpe(file, arguments, (char *const *)FOR_CHILD(environment));
}

/* execvp(3) */
SW_EXPORT int execvp(const char *file, char *const arguments[]) {
    return execvpe(file, arguments, environ);
}

/* fexecve(3) */
SW_EXPORT int fexecve(int fd, char *const arguments[], char *const environment[]) {
    int result = about_to_become(fd, "", AT_EMPTY_PATH);
    if (result < 0)
        return (int)sw_answer(result);
    if (!is_readable(environment))
        return sw_real.fexecve(fd, arguments, environment);
    return sw_real.fexecve(fd, arguments, (char *const *)FOR_CHILD(environment));
}

/* execveat(2) */
SW_EXPORT int execveat(int directory, const char *path, char *const arguments[], char *const environment[], int flags) {
    int result = about_to_become(directory, path, flags);
    if (result < 0)
        return (int)sw_answer(result);
    char *const *kept = is_readable(environment) ? (char *const *)FOR_CHILD(environment) : environment;
    /* Not every libc has it; syscall(2) has. */
    if (sw_real.execveat == NULL)
        return (int)sw_real.syscall(SYS_execveat, directory, path, arguments, kept, flags);
    return sw_real.execveat(directory, path, arguments, kept, flags);
}

/* Counts and then copies the arguments of execl(3) and its kin. */
#define COLLECT(first, last, arguments)                                                                                            \
    va_list last;                                                                                                                  \
    unsigned last##_count = 1;                                                                                                     \
    va_start(last, first);                                                                                                         \
    while (va_arg(last, char *) != NULL)                                                                                           \
        last##_count++;                                                                                                            \
    va_end(last);                                                                                                                  \
    char **arguments = alloca((last##_count + 1) * sizeof *arguments);                                                             \
    arguments[0] = (char *)first;                                                                                                  \
    va_start(last, first);                                                                                                         \
    for (unsigned i = 1; i <= last##_count; i++)                                                                                   \
        arguments[i] = va_arg(last, char *)

/* execl(3) */
SW_EXPORT int execl(const char *path, const char *first, ...) {
    COLLECT(first, list, arguments);
    va_end(list);
    return execve(path, arguments, environ);
}

/* execlp(3) */
SW_EXPORT int execlp(const char *file, const char *first, ...) {
    COLLECT(first, list, arguments);
    va_end(list);
    return execvpe(file, arguments, environ);
}

/* execle(3) */
SW_EXPORT int execle(const char *path, const char *first, ...) {
    COLLECT(first, list, arguments);
    char *const *environment = va_arg(list, char *const *);
    va_end(list);
    return execve(path, arguments, environment);
}

/* posix_spawn(3) */
SW_EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                          char *const arguments[], char *const environment[]) {
    int result = about_to_start();
    if (result < 0)
        return -result;
    if (!is_readable(environment))
        return sw_real.posix_spawn(pid, path, actions, attributes, arguments, environment);
    enum sw_image image = is_judging() ? sw_image_at(AT_FDCWD, path, 0) : SW_IMAGE_REACHED;
    struct sw_spawn call = {sw_real.posix_spawn, pid, path, actions, attributes, arguments, (char *const *)FOR_CHILD(environment)};
    return image == SW_IMAGE_REACHED ? sw_spawn(&call) : sw_spawn_isolated(&call, image);
}

/* posix_spawnp(3) */
SW_EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                           char *const arguments[], char *const environment[]) {
    int result = about_to_start();
    if (result < 0)
        return -result;
    if (!is_readable(environment))
        return sw_real.posix_spawnp(pid, file, actions, attributes, arguments, environment);
    enum sw_image image = is_judging() ? sw_image_in_path(file) : SW_IMAGE_REACHED;
    struct sw_spawn call = {sw_real.posix_spawnp, pid, file, actions, attributes, arguments, (char *const *)FOR_CHILD(environment)};
    return image == SW_IMAGE_REACHED ? sw_spawn(&call) : sw_spawn_isolated(&call, image);
}
