#include "process.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FIRST_SPACE = 256 };

/* /proc/PID/NAME, opened to be read. */
static FILE *open_file_of(pid_t pid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return fopen(path, "re");
}

bool jn_process_read(pid_t pid, struct jn_process *process) {
    FILE *file = open_file_of(pid, "stat");
    if (file == NULL)
        return false;
    char text[1024];
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';

    /* proc_pid_stat(5): "pid (name) state ppid pgrp session …", the start time is field 22. A name may hold anything. */
    const char *rest = strrchr(text, ')');
    char state;
    int parent, session;
    unsigned long long start;
    if (rest == NULL ||
        sscanf(rest + 1,
               " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &state,
               &parent,
               &session,
               &start) != 4)
        return false;

    *process = (struct jn_process){
        .pid = pid,
        .parent = parent,
        .session = session,
        .start = start,
        .is_zombie = state == 'Z' || state == 'X',
    };
    return true;
}

bool jn_process_is_alive(const struct jn_process *process) {
    struct jn_process now;
    return jn_process_read(process->pid, &now) && now.start == process->start && !now.is_zombie;
}

struct jn_process *jn_process_list(size_t *count) {
    *count = 0;
    DIR *folder = opendir("/proc");
    if (folder == NULL)
        return NULL;

    struct jn_process *list = NULL;
    size_t space = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char *end;
        long pid = strtol(entry->d_name, &end, 10);
        if (*end != '\0' || pid <= 0 || pid > INT_MAX)
            continue;
        if (*count == space) {
            space = space == 0 ? FIRST_SPACE : 2 * space;
            struct jn_process *larger = realloc(list, space * sizeof *list);
            if (larger == NULL)
                break;
            list = larger;
        }
        if (jn_process_read((pid_t)pid, &list[*count]))
            ++*count;
    }
    closedir(folder);
    return list;
}

int jn_process_hold(const struct jn_process *process) {
    int hold = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (hold < 0)
        return -1;
    /* Whoever has the number now is held. If that is still the process meant, it is what is held. */
    if (jn_process_is_alive(process))
        return hold;
    close(hold);
    return -1;
}

void jn_process_signal(const struct jn_process *process, int hold, int signal) {
    if (hold >= 0)
        syscall(SYS_pidfd_send_signal, hold, signal, NULL, 0);
    else if (jn_process_is_alive(process))
        kill(process->pid, signal);
}

bool jn_process_has_variable(pid_t pid, const char *entry) {
    FILE *file = open_file_of(pid, "environ");
    if (file == NULL)
        return false;
    char *line = NULL;
    size_t space = 0;
    bool has_found = false;
    while (!has_found && getdelim(&line, &space, '\0', file) > 0)
        has_found = strcmp(line, entry) == 0;
    free(line);
    fclose(file);
    return has_found;
}

bool jn_process_has_mapped(pid_t pid, const char *path) {
    FILE *file = open_file_of(pid, "maps");
    if (file == NULL)
        return false;
    char *line = NULL;
    size_t space = 0;
    bool has_found = false;
    for (ssize_t length; !has_found && (length = getline(&line, &space, file)) > 0;) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        /* The name is the last field and the only one with a slash; a removed file is marked (proc_pid_maps(5)). */
        const char *name = strchr(line, '/');
        size_t path_length = strlen(path);
        has_found = name != NULL && strncmp(name, path, path_length) == 0 &&
                    (name[path_length] == '\0' || strcmp(name + path_length, " (deleted)") == 0);
    }
    free(line);
    fclose(file);
    return has_found;
}
