/* data_mmsg.c: many messages in one call. */
#include "harness.h"

enum { MESSAGES = 40 };

static void fill(struct mmsghdr *messages, struct iovec *parts, char (*texts)[16], size_t size) {
    for (int i = 0; i < MESSAGES; i++) {
        snprintf(texts[i], sizeof texts[i], "message %02d", i);
        parts[i] = (struct iovec){texts[i], size != 0 ? size : strlen(texts[i])};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &parts[i], .msg_iovlen = 1}};
    }
}

int main(void) {
    static struct mmsghdr messages[MESSAGES];
    static struct iovec parts[MESSAGES];
    static char texts[MESSAGES][16];
    static struct sockaddr_in names[MESSAGES];

    say("UDP");
    int receiver = udp_on(AF_INET, 7000);
    int other = udp_on(AF_INET, 7001);
    int sender = udp_on(AF_INET, 7002);
    fill(messages, parts, texts, 0);
    for (int i = 0; i < MESSAGES; i++) {
        names[i] = *(const struct sockaddr_in *)address4("127.0.0.1", i % 10 == 9 ? 7001 : 7000);
        messages[i].msg_hdr.msg_name = &names[i];
        messages[i].msg_hdr.msg_namelen = sizeof names[i];
    }
    CALL(sendmmsg(sender, messages, MESSAGES, 0));
    say("lengths %u and %u", messages[0].msg_len, messages[MESSAGES - 1].msg_len);

    fill(messages, parts, texts, 8);
    for (int i = 0; i < MESSAGES; i++) {
        messages[i].msg_hdr.msg_name = &names[i];
        messages[i].msg_hdr.msg_namelen = sizeof names[i];
    }
    CALL(recvmmsg(receiver, messages, 3, 0, NULL));
    CALL(recvmmsg(receiver, messages + 3, MESSAGES - 3, MSG_DONTWAIT, NULL));
    say("the third: \"%.8s\", %u bytes, flags %d, from %s", texts[2], messages[2].msg_len,
        messages[2].msg_hdr.msg_flags, address_text(&names[2], messages[2].msg_hdr.msg_namelen));
    CALL(recvmmsg(receiver, messages, MESSAGES, MSG_DONTWAIT, NULL));
    struct timespec none = {0};
    CALL(recvmmsg(other, messages, MESSAGES, MSG_WAITFORONE, &none));
    CALL(recvmmsg(other, messages, MESSAGES, MSG_WAITFORONE | MSG_DONTWAIT, NULL));
    CALL(recvmmsg(other, messages, 0, 0, NULL));
    CALL(sendmmsg(sender, messages, 0, 0));

    say("an error in the middle");
    fill(messages, parts, texts, 0);
    for (int i = 0; i < 4; i++) {
        messages[i].msg_hdr.msg_name = &names[0];
        messages[i].msg_hdr.msg_namelen = i == 2 ? 3 : sizeof names[0];
    }
    CALL(sendmmsg(sender, messages, 4, 0));
    CALL(sendmmsg(sender, messages + 2, 2, 0));
    CALL(sendmmsg(-1, messages, 2, 0));
    CALL(recvmmsg(-1, messages, 2, 0, NULL));

    say("TCP");
    struct pair pair = tcp_pair(AF_INET);
    fill(messages, parts, texts, 0);
    CALL(sendmmsg(pair.client, messages, MESSAGES, 0));
    fill(messages, parts, texts, 0);
    int count = (int)CALL(recvmmsg(pair.server, messages, MESSAGES, 0, NULL));
    say("the last: \"%s\", %u bytes", texts[count - 1], messages[count - 1].msg_len);
}
