/* fuzz_netlink.c: a libFuzzer target: a question to the kernel that is answered here gets whole messages, whatever else it says, and a program
 * that chooses sockets comes to its end. */
#include "base/netlink_message.h"
#include "listing/diag_filter.h"
#include "listing/socket_diag.h"
#include "names/netlink.h"
#include "names/netlink_changes.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { PORT = 4711 };

static void must(bool condition) {
    if (!condition)
        abort();
}

static void check_messages(const uint8_t *request, const struct sw_growing *answer) {
    struct nlmsghdr asked;
    memcpy(&asked, request, sizeof asked);
    must(answer->length > 0 && !answer->is_short);
    for (size_t at = 0; at < answer->length;) {
        struct nlmsghdr header;
        must(answer->length - at >= sizeof header);
        memcpy(&header, answer->bytes + at, sizeof header);
        must(header.nlmsg_len >= sizeof header && header.nlmsg_len <= answer->length - at);
        must(header.nlmsg_seq == asked.nlmsg_seq && header.nlmsg_pid == PORT);
        at += NLMSG_ALIGN(header.nlmsg_len);
    }
}

static void check_filter(const uint8_t *program, size_t size) {
    static const struct sw_listed_socket SOCKETS[] = {
        {.family = AF_INET, .local = {.address = {127, 0, 0, 1}, .port = 80}},
        {.family = AF_INET6, .local = {.address = {[15] = 1}, .port = 80}, .peer = {.address = {[10] = 0xff, [11] = 0xff, [12] = 10}, .port = 7}},
    };
    if (!sw_diag_filter_is_valid(program, size))
        return;
    for (size_t i = 0; i < sizeof SOCKETS / sizeof *SOCKETS; i++)
        sw_diag_filter_wants(program, size, &SOCKETS[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* A copy that ends where the request ends: reading behind it is noticed. */
    uint8_t *copy = malloc(size);
    if (copy == NULL || size == 0) {
        free(copy);
        return 0;
    }
    memcpy(copy, data, size);
    struct sw_place place = {.directory = "/", .interface = 1};
    struct sw_growing answer = SW_GROWING_NEW;
    if (sw_netlink_answer(&place, copy, size, PORT, &answer))
        check_messages(copy, &answer);
    else
        must(answer.length == 0);
    sw_growing_end(&answer);
    if (sw_socket_diag_answer(copy, size, PORT, &answer))
        check_messages(copy, &answer);
    else
        must(answer.length == 0);
    sw_growing_end(&answer);
    if (sw_netlink_is_change(copy, size)) {
        sw_netlink_refuse(copy, size, PORT, &answer);
        must(answer.length > 0);
    }
    sw_growing_end(&answer);
    check_filter(copy, size);
    must(sw_socket_diag_without_stand_ins(copy, size) <= size);
    free(copy);
    return 0;
}
