#include "state/users.h"

#include "base/directory_entry.h"
#include "base/log.h"
#include "base/real.h"
#include "base/root.h"
#include "state/network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACCESS_LIST "system.posix_acl_access"
#define DEFAULT_LIST "system.posix_acl_default"

/* The bytes of those attributes, little-endian: uapi/linux/posix_acl_xattr.h. Entries stand in the order of their tags, and
 * those of users in the order of their numbers. */
enum { LIST_VERSION = 2, MOST_ENTRIES = 64 };
enum tag { OWNER = 0x01, USER = 0x02, OWNING_GROUP = 0x04, GROUP = 0x08, MASK = 0x10, OTHERS = 0x20 };
enum { NOBODY_IN_PARTICULAR = -1, EVERYTHING = 7 };

struct entry {
    uint16_t tag;
    uint16_t rights;
    uint32_t id;
};

struct list {
    uint32_t version;
    struct entry entries[MOST_ENTRIES];
};

static size_t size_of(unsigned count) {
    return offsetof(struct list, entries) + count * sizeof(struct entry);
}

/* What the mode of a file without a list says. */
static unsigned from_mode(struct list *list, mode_t mode) {
    *list = (struct list){
        .version = LIST_VERSION,
        .entries = {{OWNER, mode >> 6 & 7, (uint32_t)NOBODY_IN_PARTICULAR},
                    {OWNING_GROUP, mode >> 3 & 7, (uint32_t)NOBODY_IN_PARTICULAR},
                    {OTHERS, mode & 7, (uint32_t)NOBODY_IN_PARTICULAR}},
    };
    return 3;
}

static bool has(const struct list *list, unsigned count, enum tag tag, uint32_t id) {
    for (unsigned i = 0; i < count; i++)
        if (list->entries[i].tag == tag && list->entries[i].id == id)
            return true;
    return false;
}

/* Puts an entry where the order wants it, in place of one for the same. */
static bool put(struct list *list, unsigned *count, struct entry entry) {
    unsigned at = 0;
    while (at < *count && (list->entries[at].tag < entry.tag ||
                           (list->entries[at].tag == entry.tag && entry.tag == USER && list->entries[at].id < entry.id)))
        at++;
    if (at < *count && list->entries[at].tag == entry.tag && list->entries[at].id == entry.id) {
        list->entries[at] = entry;
        return true;
    }
    if (*count == MOST_ENTRIES)
        return false;
    memmove(&list->entries[at + 1], &list->entries[at], (*count - at) * sizeof entry);
    list->entries[at] = entry;
    ++*count;
    return true;
}

/* Adds the user to the list `name` of a file. 1 when it was there already. */
static int add_to_list(const char *path, const char *name, mode_t mode, uid_t user) {
    struct list list;
    unsigned count;
    ssize_t length = lgetxattr(path, name, &list, sizeof list);
    if (length >= (ssize_t)size_of(0) && list.version == LIST_VERSION)
        count = (unsigned)(((size_t)length - size_of(0)) / sizeof(struct entry));
    else if (length < 0 && errno == ENODATA)
        count = from_mode(&list, mode);
    else
        return length < 0 ? -errno : -EINVAL;
    if (has(&list, count, USER, user))
        return 1;
    /* The mask bounds what users are given; without one the mode's group bits did for the group alone. */
    if (!put(&list, &count, (struct entry){USER, EVERYTHING, user}) ||
        !put(&list, &count, (struct entry){MASK, EVERYTHING, (uint32_t)NOBODY_IN_PARTICULAR}))
        return -E2BIG;
    return lsetxattr(path, name, &list, size_of(count), 0) == 0 ? 0 : -errno;
}

static int let_into_file(const char *path, uid_t user) {
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISREG(status.st_mode) && !S_ISSOCK(status.st_mode))
        return 0;
    int result = add_to_list(path, ACCESS_LIST, status.st_mode, user);
    return result == -ENOENT ? 0 : result;
}

/* All files that are there. */
static int let_into_files(int directory, const char *path, uid_t user) {
    _Alignas(struct sw_directory_entry) char names[1024];
    int result = 0;
    long length;
    while ((length = sw_real.syscall(SYS_getdents64, directory, names, sizeof names)) > 0) {
        for (long at = 0; at < length;) {
            const struct sw_directory_entry *entry = (const struct sw_directory_entry *)(names + at);
            char file[PATH_MAX + 256];
            snprintf(file, sizeof file, "%s/%s", path, entry->name);
            int answer = let_into_file(file, user);
            result = answer < 0 ? answer : result;
            at += entry->size;
        }
    }
    return length < 0 ? -errno : result;
}

static int let_into_directory(struct sw_network *network, const char *path, uid_t user) {
    struct stat status;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -errno;
    int result = fstat(directory, &status) == 0 ? 0 : -errno;
    /* Another process may be at it for another user. */
    if (result == 0 && status.st_uid != user && flock(directory, LOCK_EX) == 0) {
        atomic_store(&network->state->header.other_users, 1);
        /* First for files to come, so that none is made in between. */
        result = add_to_list(path, DEFAULT_LIST, status.st_mode, user);
        /* What the user makes there stays open to whose directory it is. */
        if (result == 0)
            result = add_to_list(path, DEFAULT_LIST, status.st_mode, status.st_uid);
        if (result >= 0)
            result = let_into_files(directory, path, user);
        if (result >= 0)
            result = add_to_list(path, ACCESS_LIST, status.st_mode, user);
    }
    sw_real.close(directory);
    return result;
}

struct guest {
    struct sw_network *network;
    uid_t user;
    int result;
};

static void let_in(void *given) {
    struct guest *guest = given;
    struct sw_network *network = guest->network;
    guest->result = let_into_directory(network, sw_root_relative(network->directory), guest->user);
    if (network->capture_path[0] != '\0')
        let_into_file(sw_root_relative(network->capture_path), guest->user);
}

void sw_users_let_in(uid_t user) {
    if (user == 0 || user == (uid_t)-1 || geteuid() != 0)
        return;
    int saved_errno = errno;
    struct guest guest = {.user = user};
    if (sw_network_current(&guest.network) == 0 && guest.network != NULL) {
        /* The calls for attributes take a path and no directory. */
        int result = sw_root_is_kept() ? sw_root_call(-1, let_in, &guest) : (let_in(&guest), 0);
        result = result < 0 ? result : guest.result;
        /* EINVAL: there is no such user in this user namespace, as the caller is about to be told. */
        if (result < 0 && result != -EINVAL)
            sw_log(SW_LOG_ERROR, "cannot let user %u into '%s', so its sockets will not work: %s", (unsigned)user,
                   guest.network->directory, strerror(-result));
    }
    errno = saved_errno;
}
