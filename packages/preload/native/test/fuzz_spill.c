/* fuzz_spill.c: a libFuzzer target: files in which datagrams wait may hold anything; a receiver gets datagrams or EAGAIN, and an end. */
#include "sockets/address.h"
#include "sockets/error_queue.h"
#include "sockets/options.h"
#include "sockets/spill.h"
#include "state/records.h"
#include "state_in_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROOM = 512 };

static void must(bool condition) {
    if (!condition)
        abort();
}

static void write_file(const char *path, const uint8_t *data, size_t size) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
}

/* A buffer of its own size for each call, so that the sanitizer sees a byte too many. */
static void receive(struct sw_socket *socket, bool is_error) {
    char *data = malloc(ROOM), *control = malloc(ROOM);
    struct sockaddr_in6 from;
    struct iovec part = {data, ROOM};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = ROOM};
    if (is_error) {
        ssize_t length = sw_error_queue_take(socket, &message);
        must(length == -EAGAIN || (length >= 0 && length <= ROOM));
    } else {
        struct sw_sender sender;
        ssize_t length = sw_spill_take(socket->network, socket->record, &sender, &message, false);
        must(length == -EAGAIN || (length >= 0 && length <= 65535));
        if (length >= 0) {
            struct sw_address address = sender.address;
            if (address.family == 0)
                address = sw_address_of_name(socket->network, &sender.name, socket->record->family);
            socklen_t room = sizeof from;
            sw_address_write(&address, socket->record->family, (struct sockaddr *)&from, &room);
            room = sizeof from;
            if (sender.destination.family != 0)
                sw_address_write(&sender.destination, socket->record->family, (struct sockaddr *)&from, &room);
        }
    }
    free(data);
    free(control);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct sw_network *network;
    static struct sw_record *record;
    if (network == NULL) {
        network = state_here(SW_NETWORK_127);
        record = sw_record_create(network, 0x1000);
        record->type = SOCK_DGRAM;
    }
    record->family = size % 2 == 0 ? AF_INET : AF_INET6;
    sw_options_start(record);
    struct sw_socket socket = {-1, network, record};

    write_file(".spill-1000", data, size);
    atomic_store(&record->spilled, 3);
    uint64_t from = 0;
    memcpy(&from, data, size < sizeof from ? size : sizeof from);
    atomic_store(&record->spilled_from, from);
    for (int taken = 0; taken < 4; taken++)
        receive(&socket, false);
    must(atomic_load(&record->spilled) == 0);

    write_file(".error-1000", data, size);
    sw_record_set(record, SW_ERRORS);
    for (size_t taken = 0; sw_error_queue_waits(record); taken++) {
        must(taken <= size);
        receive(&socket, true);
    }
    return 0;
}
