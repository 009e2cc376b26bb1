/* shell.c: system(3) and popen(3), which start a shell inside libc. Where the program has thrown its environment away, the shell is told what
 * its children need. */
#include "base/config.h"
#include "base/process.h"
#include "base/real.h"
#include "interpose/export.h"
#include "interpose/start.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static bool is_in(char *const *environment, const char *variable) {
    for (; environment != NULL && *environment != NULL; environment++)
        if (*environment == variable)
            return true;
    return false;
}

/* Writes `export NAME='value'; ` at `end`, as a shell reads it; returns the new end. With NULL it only counts. */
static size_t write_export(char *text, const char *variable) {
    const char *value = strchr(variable, '=') + 1;
    size_t length = 0;
#define ADD(byte)                                                                                                                  \
    do {                                                                                                                           \
        if (text != NULL)                                                                                                          \
            text[length] = (byte);                                                                                                 \
        length++;                                                                                                                  \
    } while (0)
    for (const char *c = "export "; *c != '\0'; c++)
        ADD(*c);
    for (const char *c = variable; c < value; c++)
        ADD(*c);
    ADD('\'');
    for (const char *c = value; *c != '\0'; c++) {
        /* A quote ends the quoted part, is written by itself, and begins another. */
        if (*c == '\'')
            for (const char *quote = "'\\'"; *quote != '\0'; quote++)
                ADD(*quote);
        ADD(*c);
    }
    for (const char *c = "'; "; *c != '\0'; c++)
        ADD(*c);
#undef ADD
    return length;
}

/* The command with what is missing in the environment in front of it, to be freed; NULL when it can stay as it is. */
static char *complete(const char *command) {
    enum { STORAGE = 8192 };
    char storage[STORAGE];
    unsigned count = 0;
    while (environ != NULL && environ[count] != NULL)
        count++;
    char **pointers = malloc((count + 16) * sizeof *pointers);
    if (pointers == NULL)
        return NULL;
    char *const *wanted = sw_config_environment_for_child(environ, pointers, count + 16, storage, STORAGE);
    char *text = NULL;
    if (wanted != environ) {
        size_t length = strlen(command) + 1;
        for (char *const *variable = wanted; *variable != NULL; variable++)
            if (!is_in(environ, *variable))
                length += write_export(NULL, *variable);
        text = malloc(length);
        char *end = text;
        for (char *const *variable = wanted; text != NULL && *variable != NULL; variable++)
            if (!is_in(environ, *variable))
                end += write_export(end, *variable);
        if (text != NULL)
            strcpy(end, command);
    }
    free(pointers);
    return text;
}

/* system(3) */
SW_EXPORT int system(const char *command) {
    sw_start();
    if (command == NULL)
        return sw_real.system(command);
    sw_process_shares();
    char *completed = complete(command);
    int status = sw_real.system(completed != NULL ? completed : command);
    int saved_errno = errno;
    free(completed);
    errno = saved_errno;
    return status;
}

/* popen(3) */
SW_EXPORT FILE *popen(const char *command, const char *mode) {
    sw_start();
    sw_process_shares();
    char *completed = complete(command);
    FILE *stream = sw_real.popen(completed != NULL ? completed : command, mode);
    int saved_errno = errno;
    free(completed);
    errno = saved_errno;
    return stream;
}
