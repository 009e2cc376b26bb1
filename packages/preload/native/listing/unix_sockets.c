#include "listing/unix_sockets.h"

#include "base/netlink_message.h"
#include "base/real.h"
#include "base/room.h"
#include "base/unix_inodes.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>

/* Newer than some headers. */
enum { SHOW_UID = 0x40, ATTRIBUTE_UID = 7 };

static void read_message(struct sw_growing *entries, const unsigned char *message, size_t size) {
    struct unix_diag_msg head;
    if (size < NLMSG_HDRLEN + sizeof head)
        return;
    memcpy(&head, message + NLMSG_HDRLEN, sizeof head);
    struct sw_unix_socket found = {
        .cookie = (uint64_t)head.udiag_cookie[1] << 32 | head.udiag_cookie[0], .inode = head.udiag_ino, .uid = UINT32_MAX};
    size_t position = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof head), length;
    uint16_t type;
    const void *data;
    while ((data = sw_netlink_next(message, size, &position, &type, &length)) != NULL) {
        struct unix_diag_rqlen queues;
        if (type == UNIX_DIAG_RQLEN && length >= sizeof queues) {
            memcpy(&queues, data, sizeof queues);
            found.receive_queue = queues.udiag_rqueue;
            found.send_queue = queues.udiag_wqueue;
        } else if (type == UNIX_DIAG_SHUTDOWN && length >= 1) {
            found.shutdown = *(const uint8_t *)data;
        } else if (type == ATTRIBUTE_UID && length >= sizeof found.uid) {
            memcpy(&found.uid, data, sizeof found.uid);
        }
    }
    sw_growing_add(entries, &found, sizeof found);
}

/* False at the end of the list. `*error` is that of a list that does not begin. */
static bool read_messages(struct sw_growing *entries, const unsigned char *bytes, size_t length, int *error) {
    struct nlmsghdr header;
    for (size_t at = 0; length - at >= sizeof header; at += NLMSG_ALIGN(header.nlmsg_len)) {
        memcpy(&header, bytes + at, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > length - at)
            return false;
        if (header.nlmsg_type == NLMSG_DONE)
            return false;
        if (header.nlmsg_type == NLMSG_ERROR) {
            *error = EIO;
            return false;
        }
        read_message(entries, bytes + at, header.nlmsg_len);
        if (length - at <= NLMSG_ALIGN(header.nlmsg_len))
            break;
    }
    return true;
}

static bool ask_kernel(int fd, struct sw_growing *entries) {
    enum { BUFFER = 32768 };
    struct {
        struct nlmsghdr header;
        struct unix_diag_req question;
    } request = {
        .header = {.nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .question = {.sdiag_family = AF_UNIX, .udiag_states = UINT32_MAX, .udiag_show = UDIAG_SHOW_RQLEN | SHOW_UID},
    };
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    if (sw_real.sendto(fd, &request, sizeof request, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0)
        return false;
    struct sw_growing buffer = SW_GROWING_NEW;
    unsigned char *bytes = sw_growing_take(&buffer, BUFFER);
    int error = bytes == NULL ? ENOMEM : 0;
    while (error == 0) {
        ssize_t length = sw_real.recv(fd, bytes, BUFFER, 0);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            error = EIO;
        else if (!read_messages(entries, bytes, (size_t)length, &error))
            break;
    }
    sw_growing_end(&buffer);
    return error == 0;
}

static bool read_by_netlink(struct sw_growing *entries) {
    struct sw_room room = SW_NO_ROOM;
    int fd;
    do
        fd = sw_real.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    while (fd < 0 && sw_room_make(&room));
    sw_room_leave(&room);
    if (fd < 0)
        return false;
    bool is_read = ask_kernel(fd, entries);
    sw_real.close(fd);
    return is_read;
}

static void add_by_inode(void *entries, uint64_t inode) {
    struct sw_unix_socket found = {.inode = inode, .uid = UINT32_MAX};
    sw_growing_add(entries, &found, sizeof found);
}

static size_t place_of(const struct sw_unix_sockets *sockets, uint64_t inode) {
    size_t mask = sockets->places.length / sizeof(uint32_t) - 1;
    return (size_t)(inode * 0x9e3779b97f4a7c15ull >> 32) & mask;
}

static bool make_places(struct sw_unix_sockets *sockets) {
    size_t count = sockets->entries.length / sizeof(struct sw_unix_socket), size = 64;
    while (size < 2 * count)
        size *= 2;
    uint32_t *places = sw_growing_take(&sockets->places, size * sizeof *places);
    if (places == NULL || sockets->entries.is_short)
        return false;
    const struct sw_unix_socket *entries = (const void *)sockets->entries.bytes;
    for (size_t i = 0; i < count; i++) {
        size_t place = place_of(sockets, entries[i].inode);
        while (places[place] != 0)
            place = (place + 1) % size;
        places[place] = (uint32_t)i + 1;
    }
    return true;
}

bool sw_unix_sockets_read(struct sw_unix_sockets *sockets) {
    *sockets = (struct sw_unix_sockets){.entries = SW_GROWING_NEW, .places = SW_GROWING_NEW};
    int saved_errno = errno;
    bool is_read = read_by_netlink(&sockets->entries);
    if (!is_read) {
        sw_growing_end(&sockets->entries);
        is_read = sw_unix_inodes(add_by_inode, &sockets->entries);
    }
    errno = saved_errno;
    return is_read && make_places(sockets);
}

void sw_unix_sockets_end(struct sw_unix_sockets *sockets) {
    sw_growing_end(&sockets->entries);
    sw_growing_end(&sockets->places);
}

const struct sw_unix_socket *sw_unix_sockets_find(const struct sw_unix_sockets *sockets, const struct sw_record *record) {
    size_t size = sockets->places.length / sizeof(uint32_t);
    if (size == 0)
        return NULL;
    const uint32_t *places = (const void *)sockets->places.bytes;
    const struct sw_unix_socket *entries = (const void *)sockets->entries.bytes;
    uint64_t cookie = atomic_load(&record->cookie) - 1;
    for (size_t place = place_of(sockets, record->inode); places[place] != 0; place = (place + 1) % size) {
        const struct sw_unix_socket *entry = &entries[places[place] - 1];
        if (entry->inode == record->inode && (entry->cookie == 0 || entry->cookie == cookie))
            return entry;
    }
    return NULL;
}
