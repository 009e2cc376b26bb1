#include "state/files.h"

#include "base/log.h"
#include "base/root.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

void sw_network_own_path(const char *directory, const char *name, char *path) {
    size_t length = strlen(directory);
    memcpy(path, directory, length);
    path[length] = '/';
    strcpy(path + length + 1, name);
}

void sw_network_socket_path(const char *directory, const char *prefix, uint64_t cookie, char *path) {
    enum { BITS = 4 };
    sw_network_own_path(directory, prefix, path);
    char *end = path + strlen(path);
    int shift = 64 - BITS;
    while (shift > 0 && cookie >> shift == 0)
        shift -= BITS;
    for (; shift >= 0; shift -= BITS)
        *end++ = "0123456789ABCDEF"[cookie >> shift & 0xf];
    *end = '\0';
}

void sw_network_give_to_owner(int fd, const char *directory) {
    struct stat status;
    if (geteuid() == 0 && fstatat(SW_AT(directory), &status, 0) == 0 && status.st_uid != 0 && fchown(fd, status.st_uid, status.st_gid) != 0)
        sw_log(SW_LOG_WARN, "cannot give a file in '%s' to the owner of that directory: %s", directory, strerror(errno));
}

bool sw_network_has_other_users(const struct sw_network *network) {
    return atomic_load_explicit(&network->state->header.other_users, memory_order_relaxed) != 0;
}

mode_t sw_network_file_mode(const struct sw_network *network) {
    return sw_network_has_other_users(network) ? 0660 : 0600;
}
