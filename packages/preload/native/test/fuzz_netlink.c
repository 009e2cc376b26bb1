/* fuzz_netlink.c: a libFuzzer target: a question to the kernel that is answered here gets whole messages that end, whatever else it says. */
#include "names/netlink.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void must(bool condition) {
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_netlink_question question;
    uint8_t *copy = malloc(size);
    if (copy == NULL && size > 0)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    bool is_question = sw_netlink_read_question(copy, size, &question);
    free(copy);
    if (!is_question)
        return 0;

    must(size >= sizeof(struct nlmsghdr));
    must(question.type == RTM_GETLINK || question.type == RTM_GETADDR);
    struct sw_place place;
    memset(&place, 0, sizeof place);
    place.interface = 1;
    static unsigned char answer[SW_NETLINK_ANSWER_SIZE];
    size_t length = sw_netlink_answer(&place, &question, 4711, answer);
    must(length > 0 && length <= sizeof answer);
    for (size_t at = 0; at < length;) {
        struct nlmsghdr header;
        must(length - at >= sizeof header);
        memcpy(&header, answer + at, sizeof header);
        must(header.nlmsg_len >= sizeof header && header.nlmsg_len <= length - at);
        must(header.nlmsg_seq == question.sequence && header.nlmsg_pid == 4711);
        at += NLMSG_ALIGN(header.nlmsg_len);
    }
    return 0;
}
