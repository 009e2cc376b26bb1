/* test_groups.c: who is in a multicast group, and whom its members hear. */
#include "check.h"
#include "sockets/group_options.h"
#include "sockets/groups.h"
#include "sockets/options.h"
#include "state_in_memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

enum { PORT = 5353, ETHERNET = 2 };

static struct sw_network *network;

static struct sw_socket member_on(uint64_t cookie, uint16_t port) {
    struct sw_record *record = sw_record_create(network, cookie);
    record->type = SOCK_DGRAM;
    record->family = AF_INET;
    record->interface = 11;
    record->name_port = port;
    sw_options_start(record);
    return (struct sw_socket){-1, network, record};
}

static void gone(struct sw_socket *socket) {
    sw_groups_leave_all(network, socket->record);
    sw_record_free(network, socket->record);
}

static struct sw_address address_of(const char *ip, uint16_t port) {
    struct sw_address address = {.family = AF_INET, .port = port};
    inet_pton(AF_INET, ip, address.bytes);
    return address;
}

static int membership(struct sw_socket *socket, int option, const char *group) {
    struct ip_mreqn request = {.imr_ifindex = ETHERNET};
    inet_pton(AF_INET, group, &request.imr_multiaddr);
    return sw_group_option_set(socket, IPPROTO_IP, option, &request, sizeof request);
}

static int source_membership(struct sw_socket *socket, int option, const char *group, const char *source) {
    struct ip_mreq_source request = {0};
    inet_pton(AF_INET, group, &request.imr_multiaddr);
    inet_pton(AF_INET, source, &request.imr_sourceaddr);
    return sw_group_option_set(socket, IPPROTO_IP, option, &request, sizeof request);
}

static void count_one(struct sw_record *member, void *count) {
    (void)member;
    ++*(int *)count;
}

/* How many get a datagram that `sender` sends to `group`. */
static int receivers(const char *group, uint16_t port, const char *sender) {
    struct sw_address to = address_of(group, port), from = address_of(sender, 4000);
    int count = 0;
    sw_groups_each(network, &to, &from, count_one, &count);
    return count;
}

static void a_group_has_the_members_that_joined_and_have_its_port(void) {
    struct sw_socket one = member_on(0x10, PORT), two = member_on(0x20, PORT), other = member_on(0x30, PORT + 1);
    CHECK_INT(membership(&one, IP_ADD_MEMBERSHIP, "224.0.0.251"), 0);
    CHECK_INT(membership(&two, IP_ADD_MEMBERSHIP, "224.0.0.251"), 0);
    CHECK_INT(membership(&other, IP_ADD_MEMBERSHIP, "224.0.0.251"), 0);
    CHECK_INT(receivers("224.0.0.251", PORT, "127.0.0.12"), 2);
    CHECK_INT(receivers("224.0.0.252", PORT, "127.0.0.12"), 0);
    CHECK_INT(membership(&two, IP_DROP_MEMBERSHIP, "224.0.0.251"), 0);
    CHECK_INT(receivers("224.0.0.251", PORT, "127.0.0.12"), 1);
    gone(&one);
    CHECK_INT(receivers("224.0.0.251", PORT, "127.0.0.12"), 0);
    gone(&two);
    gone(&other);
}

static void a_socket_joins_a_group_once(void) {
    struct sw_socket one = member_on(0x10, PORT);
    CHECK_INT(membership(&one, IP_DROP_MEMBERSHIP, "224.0.0.251"), -EADDRNOTAVAIL);
    CHECK_INT(membership(&one, IP_ADD_MEMBERSHIP, "224.0.0.251"), 0);
    CHECK_INT(membership(&one, IP_ADD_MEMBERSHIP, "224.0.0.251"), -EADDRINUSE);
    CHECK_INT(receivers("224.0.0.251", PORT, "127.0.0.12"), 1);
    CHECK_INT(membership(&one, IP_ADD_MEMBERSHIP, "10.0.0.1"), -EINVAL);
    gone(&one);
}

static void a_blocked_sender_is_not_heard(void) {
    struct sw_socket one = member_on(0x10, PORT);
    CHECK_INT(source_membership(&one, IP_BLOCK_SOURCE, "224.0.0.251", "127.0.0.12"), -EINVAL);
    CHECK_INT(membership(&one, IP_ADD_MEMBERSHIP, "224.0.0.251"), 0);
    CHECK_INT(source_membership(&one, IP_BLOCK_SOURCE, "224.0.0.251", "127.0.0.12"), 0);
    CHECK_INT(source_membership(&one, IP_BLOCK_SOURCE, "224.0.0.251", "127.0.0.12"), -EADDRNOTAVAIL);
    CHECK_INT(receivers("224.0.0.251", PORT, "127.0.0.12"), 0);
    CHECK_INT(receivers("224.0.0.251", PORT, "127.0.0.13"), 1);
    CHECK_INT(source_membership(&one, IP_UNBLOCK_SOURCE, "224.0.0.251", "127.0.0.12"), 0);
    CHECK_INT(receivers("224.0.0.251", PORT, "127.0.0.12"), 1);
    gone(&one);
}

static void of_chosen_senders_only_these_are_heard_and_the_last_one_ends_the_membership(void) {
    struct sw_socket one = member_on(0x10, PORT);
    CHECK_INT(source_membership(&one, IP_ADD_SOURCE_MEMBERSHIP, "232.1.1.1", "127.0.0.12"), 0);
    CHECK_INT(source_membership(&one, IP_ADD_SOURCE_MEMBERSHIP, "232.1.1.1", "127.0.0.13"), 0);
    CHECK_INT(receivers("232.1.1.1", PORT, "127.0.0.12"), 1);
    CHECK_INT(receivers("232.1.1.1", PORT, "127.0.0.14"), 0);
    CHECK_INT(source_membership(&one, IP_BLOCK_SOURCE, "232.1.1.1", "127.0.0.12"), -EINVAL);
    CHECK_INT(source_membership(&one, IP_DROP_SOURCE_MEMBERSHIP, "232.1.1.1", "127.0.0.12"), 0);
    CHECK_INT(receivers("232.1.1.1", PORT, "127.0.0.12"), 0);
    CHECK_INT(source_membership(&one, IP_DROP_SOURCE_MEMBERSHIP, "232.1.1.1", "127.0.0.13"), 0);
    CHECK_INT(membership(&one, IP_DROP_MEMBERSHIP, "232.1.1.1"), -EADDRNOTAVAIL);
    gone(&one);
}

static void the_entry_of_a_killed_process_is_nobody_and_is_used_again(void) {
    struct sw_socket killed = member_on(0x10, PORT);
    CHECK_INT(membership(&killed, IP_ADD_MEMBERSHIP, "224.0.0.251"), 0);
    sw_record_free(network, killed.record);
    CHECK_INT(receivers("224.0.0.251", PORT, "127.0.0.12"), 0);
    struct sw_socket next = member_on(0x20, PORT);
    CHECK_INT(membership(&next, IP_ADD_MEMBERSHIP, "224.0.0.251"), 0);
    CHECK_INT(atomic_load(&network->state->members[0].cookie), 0x20);
    CHECK_INT(receivers("224.0.0.251", PORT, "127.0.0.12"), 1);
    gone(&next);
}

static void a_full_table_takes_no_more_until_a_member_has_left(void) {
    struct sw_socket one = member_on(0x10, PORT), others = member_on(0x20, PORT);
    for (int i = 0; i < SW_MEMBER_COUNT; i++)
        atomic_store(&network->state->members[i].cookie, 0x20);
    CHECK_INT(membership(&one, IP_ADD_MEMBERSHIP, "226.0.0.1"), -ENOBUFS);
    atomic_store(&network->state->members[SW_MEMBER_COUNT - 1].cookie, SW_COOKIE_FREE);
    CHECK_INT(membership(&one, IP_ADD_MEMBERSHIP, "226.0.0.1"), 0);
    CHECK_INT(receivers("226.0.0.1", PORT, "127.0.0.12"), 1);
    gone(&one);
    CHECK_INT(receivers("226.0.0.1", PORT, "127.0.0.12"), 0);
    for (int i = 0; i < SW_MEMBER_COUNT; i++)
        atomic_store(&network->state->members[i].cookie, SW_COOKIE_FREE);
    gone(&others);
}

static void a_request_that_is_too_short_or_nowhere_is_refused(void) {
    struct sw_socket one = member_on(0x10, PORT);
    struct ip_mreqn request = {0};
    CHECK_INT(sw_group_option_set(&one, IPPROTO_IP, IP_ADD_MEMBERSHIP, NULL, sizeof request), -EFAULT);
    CHECK_INT(sw_group_option_set(&one, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(struct ip_mreq) - 1), -EINVAL);
    CHECK_INT(sw_group_option_set(&one, IPPROTO_IP, MCAST_JOIN_GROUP, &request, sizeof request), -EINVAL);
    gone(&one);
}

int main(void) {
    network = state_in_memory(SW_NETWORK_127);
    RUN(a_group_has_the_members_that_joined_and_have_its_port);
    RUN(a_socket_joins_a_group_once);
    RUN(a_blocked_sender_is_not_heard);
    RUN(of_chosen_senders_only_these_are_heard_and_the_last_one_ends_the_membership);
    RUN(the_entry_of_a_killed_process_is_nobody_and_is_used_again);
    RUN(a_full_table_takes_no_more_until_a_member_has_left);
    RUN(a_request_that_is_too_short_or_nowhere_is_refused);
    forget_state(network);
    return check_result();
}
