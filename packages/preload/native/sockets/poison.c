#include "sockets/poison.h"

#include "base/real.h"
#include "base/room.h"
#include "sockets/spill.h"

#include <errno.h>
#include <sys/un.h>

/* A Unix socket with a name of the kernel's choice, outside any directory: bind(2) with the family alone. */
static int make_helper(struct sockaddr_un *address, socklen_t *length) {
    struct sw_room room = SW_NO_ROOM;
    int fd;
    do
        fd = sw_real.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    while (fd < 0 && sw_room_make(&room));
    sw_room_leave(&room);
    if (fd < 0)
        return -1;
    address->sun_family = AF_UNIX;
    *length = sizeof *address;
    if (sw_real.bind(fd, (struct sockaddr *)address, sizeof address->sun_family) == 0 &&
        sw_real.getsockname(fd, (struct sockaddr *)address, length) == 0)
        return fd;
    sw_real.close(fd);
    return -1;
}

/* unix_dgram_disconnected() reports ECONNRESET to a peer that is connected back, when a socket with unread data turns away. The same function
 * throws away what waits when the poisoned socket turns away in its turn, so nothing may wait by then. */
void sw_poison_datagram(const struct sw_socket *socket, const struct sw_path *own) {
    int saved_errno = errno;
    struct sockaddr_un address;
    socklen_t length;
    int helper = make_helper(&address, &length);
    if (helper >= 0) {
        static const struct sockaddr NOBODY = {.sa_family = AF_UNSPEC};
        if (sw_real.connect(socket->fd, (struct sockaddr *)&address, length) == 0) {
            sw_spill_queue(socket);
            sw_real.send(socket->fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
            sw_path_connect(helper, own);
            sw_real.connect(helper, &NOBODY, sizeof NOBODY);
            sw_real.connect(socket->fd, &NOBODY, sizeof NOBODY);
            if (atomic_load(&socket->record->spilled) != 0)
                sw_spill_announce(socket->network, socket->record);
        }
        sw_real.close(helper);
    }
    errno = saved_errno;
}
