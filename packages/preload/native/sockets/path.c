#include "sockets/path.h"

#include "base/real.h"
#include "base/room.h"
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_DIRECTORIES "/proc/self/fd/"

int sw_path_open(struct sw_path *path, const struct sw_network *network, const struct sw_name *name) {
    char text[SW_NAME_SIZE];
    unsigned length = sw_name_format(name, text);
    path->directory = -1;
    path->address.sun_family = AF_UNIX;
    char *end = path->address.sun_path;
    unsigned slashes = name->wildcard ? 2 : 1;
    if (network->directory_length + slashes + length < sizeof path->address.sun_path) {
        end = mempcpy(end, network->directory, network->directory_length);
    } else {
        struct sw_room room = SW_NO_ROOM;
        do
            path->directory = openat(SW_AT(network->directory), O_PATH | O_DIRECTORY | O_CLOEXEC);
        while (path->directory < 0 && sw_room_make(&room));
        sw_room_leave(&room);
        if (path->directory < 0)
            return -errno;
        /* Behind the descriptor stands a name that may be used from within the directory: `.//U0A0007`. */
        end += snprintf(end, sizeof path->address.sun_path, OPEN_DIRECTORIES "%d%s", path->directory, name->wildcard ? "/." : "");
    }
    end = mempcpy(end, "//", slashes);
    end = mempcpy(end, text, length + 1);
    path->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)(end - path->address.sun_path));
    return 0;
}

void sw_path_close(struct sw_path *path) {
    if (path->directory < 0)
        return;
    int saved_errno = errno;
    sw_real.close(path->directory);
    path->directory = -1;
    errno = saved_errno;
}

/* The file for openat(2) and its kin, as their first two arguments. */
#define IN_DIRECTORY(path) directory_of(path), name_in(path)

static int directory_of(const struct sw_path *path) {
    return path->directory >= 0 ? path->directory : sw_root_at();
}

static const char *name_in(const struct sw_path *path) {
    const char *text = path->address.sun_path;
    return path->directory >= 0 ? strchr(text + strlen(OPEN_DIRECTORIES), '/') + 1 : sw_root_relative(text);
}

/* One call in the first root. The program may have no /proc any more: there the file has its bare name. */
struct call {
    int fd;
    int flags;
    struct sockaddr_un address;
    socklen_t length;
    const struct msghdr *message; /* of a send */
    ssize_t result;
};

static void bind_there(void *given) {
    struct call *call = given;
    call->result = sw_real.bind(call->fd, (struct sockaddr *)&call->address, call->length) == 0 ? 0 : -errno;
}

static void connect_there(void *given) {
    struct call *call = given;
    call->result = sw_real.connect(call->fd, (struct sockaddr *)&call->address, call->length) == 0 ? 0 : -errno;
}

static void send_there(void *given) {
    struct call *call = given;
    struct msghdr message = *call->message;
    message.msg_name = &call->address;
    message.msg_namelen = call->length;
    ssize_t sent = sw_real.sendmsg(call->fd, &message, call->flags);
    call->result = sent >= 0 ? sent : -errno;
}

static ssize_t call_there(const struct sw_path *path, void (*act)(void *), struct call *call) {
    const char *name = name_in(path);
    size_t length = strlen(name);
    call->address.sun_family = AF_UNIX;
    memcpy(call->address.sun_path, name, length + 1);
    call->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    int result = sw_root_call(path->directory, act, call);
    return result < 0 ? result : call->result;
}

int sw_path_bind(int fd, const struct sw_path *path) {
    if (sw_root_is_kept())
        return (int)call_there(path, bind_there, &(struct call){.fd = fd});
    return sw_real.bind(fd, (const struct sockaddr *)&path->address, path->length) == 0 ? 0 : -errno;
}

/* Whoever may not write to the file of a socket may neither connect to it nor send to it, and the owner's right to do so may have been taken by the
 * umask(2) of the process that has bound it. The owner gets it back. */
static bool give_back_right(const struct sw_path *path) {
    struct stat status;
    return fstatat(IN_DIRECTORY(path), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode) && (status.st_mode & S_IWUSR) == 0 &&
           fchmodat(IN_DIRECTORY(path), (status.st_mode & 07777) | S_IWUSR, 0) == 0;
}

static int connect_to(int fd, const struct sw_path *path) {
    if (sw_root_is_kept())
        return (int)call_there(path, connect_there, &(struct call){.fd = fd});
    return sw_real.connect(fd, (const struct sockaddr *)&path->address, path->length) == 0 ? 0 : -errno;
}

int sw_path_connect(int fd, const struct sw_path *path) {
    int saved_errno = errno, result = connect_to(fd, path);
    if (result == -EACCES && give_back_right(path)) {
        errno = saved_errno;
        result = connect_to(fd, path);
    }
    return result;
}

/* A block of data alone takes less of the kernel's time as sendto(2). */
static bool is_block(const struct msghdr *message) {
    return message->msg_iovlen == 1 && message->msg_controllen == 0;
}

static ssize_t send_to(int fd, struct sw_path *path, struct msghdr *message, int flags) {
    if (sw_root_is_kept())
        return call_there(path, send_there, &(struct call){.fd = fd, .flags = flags, .message = message});
    if (is_block(message)) {
        const struct iovec *block = message->msg_iov;
        ssize_t sent = sw_real.sendto(fd, block->iov_base, block->iov_len, flags, (struct sockaddr *)&path->address, path->length);
        return sent >= 0 ? sent : -errno;
    }
    message->msg_name = &path->address;
    message->msg_namelen = path->length;
    ssize_t sent = sw_real.sendmsg(fd, message, flags);
    ssize_t result = sent >= 0 ? sent : -errno;
    message->msg_name = NULL;
    message->msg_namelen = 0;
    return result;
}

ssize_t sw_path_send(int fd, struct sw_path *path, struct msghdr *message, int flags) {
    int saved_errno = errno;
    ssize_t result = send_to(fd, path, message, flags);
    if (result == -EACCES && give_back_right(path)) {
        errno = saved_errno;
        result = send_to(fd, path, message, flags);
    }
    return result;
}

bool sw_path_exists(const struct sw_path *path) {
    struct stat status;
    return fstatat(IN_DIRECTORY(path), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

void sw_path_open_to_others(const struct sw_path *path) {
    /* The bits of the group bound what the access control list gives. */
    fchmodat(IN_DIRECTORY(path), 0770, 0);
}

int sw_path_unlink(const struct sw_path *path) {
    return unlinkat(IN_DIRECTORY(path), 0) == 0 ? 0 : -errno;
}

int sw_path_link(const struct sw_path *from, const struct sw_path *to) {
    return linkat(IN_DIRECTORY(from), IN_DIRECTORY(to), 0) == 0 ? 0 : -errno;
}
