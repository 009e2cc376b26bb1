/* test_netlink.c: questions to rtnetlink(7) about links and addresses, and the answers of a host. */
#include "check.h"
#include "names/interfaces.h"
#include "names/netlink.h"
#include "names/netlink_changes.h"
#include "names/netlink_families.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

enum { SEQUENCE = 77, PORT = 4711 };

static const struct sw_place place = {"/dev/shm/nowhere", SW_NETWORK_10_53_57, 11};

/* A request with a body of zeros, in which the first byte is the family. */
struct request {
    struct nlmsghdr header;
    union {
        struct ifinfomsg link;
        struct ifaddrmsg address;
    } body;
    char attributes[64];
};

static struct request request_of(uint16_t type, uint16_t flags, uint8_t family) {
    struct request request;
    memset(&request, 0, sizeof request);
    request.header = (struct nlmsghdr){.nlmsg_len = sizeof request.header + sizeof request.body, .nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = SEQUENCE};
    request.body.link.ifi_family = family;
    return request;
}

/* The answer to a request with `more` bytes of attributes, until the next one; no bytes when the kernel is to answer. */
static struct sw_growing *answer_to(const struct request *request, size_t size) {
    static struct sw_growing answer = SW_GROWING_NEW;
    sw_growing_end(&answer);
    CHECK(sw_netlink_answer(&place, request, size, PORT, &answer) == (answer.length > 0));
    return &answer;
}

static size_t size_with(const struct request *request, size_t more) {
    return sizeof request->header + sizeof request->body + more;
}

/* The attribute of the message at `at` with this type; NULL when it has none. */
static const void *attribute(const unsigned char *at, size_t body, unsigned short type, size_t *size) {
    struct nlmsghdr header;
    memcpy(&header, at, sizeof header);
    for (size_t i = sizeof header + NLMSG_ALIGN(body); i + sizeof(struct rtattr) <= header.nlmsg_len;) {
        struct rtattr found;
        memcpy(&found, at + i, sizeof found);
        if (found.rta_type == type) {
            *size = found.rta_len - sizeof found;
            return at + i + sizeof found;
        }
        i += RTA_ALIGN(found.rta_len);
    }
    return NULL;
}

static const char *bytes_of(const unsigned char *at, size_t body, unsigned short type) {
    static char text[80];
    size_t size = 0;
    const unsigned char *bytes = attribute(at, body, type, &size);
    text[0] = '\0';
    for (size_t i = 0; bytes != NULL && i < size; i++)
        snprintf(text + 2 * i, sizeof text - 2 * i, "%02x", bytes[i]);
    return text;
}

/* Asks, and prints what comes: one word per message. */
static const char *ask(const struct request *request, size_t more) {
    static char text[400];
    const struct sw_growing *whole = answer_to(request, size_with(request, more));
    const unsigned char *answer = whole->bytes;
    size_t length = whole->length;
    if (length == 0)
        return "not ours";
    text[0] = '\0';
    for (size_t at = 0; at < length;) {
        struct nlmsghdr header;
        size_t size;
        char *end = text + strlen(text);
        size_t left = sizeof text - (size_t)(end - text);
        memcpy(&header, answer + at, sizeof header);
        CHECK_INT(header.nlmsg_seq, SEQUENCE);
        CHECK_INT(header.nlmsg_pid, PORT);
        CHECK_INT((header.nlmsg_flags & NLM_F_MULTI) != 0, (request->header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
        if (header.nlmsg_type == RTM_NEWLINK)
            snprintf(end, left, "link %s; ", (const char *)attribute(answer + at, sizeof(struct ifinfomsg), IFLA_IFNAME, &size));
        else if (header.nlmsg_type == RTM_NEWADDR)
            snprintf(end, left, "address %s; ", bytes_of(answer + at, sizeof(struct ifaddrmsg), IFA_ADDRESS));
        else if (header.nlmsg_type == RTM_NEWROUTE)
            snprintf(end, left, "route %s; ", bytes_of(answer + at, sizeof(struct rtmsg), RTA_DST));
        else if (header.nlmsg_type == NLMSG_DONE)
            snprintf(end, left, "done");
        else if (header.nlmsg_type == NLMSG_ERROR)
            snprintf(end, left, "error %d", ((const struct nlmsgerr *)(const void *)(answer + at + NLMSG_HDRLEN))->error);
        if (header.nlmsg_len < sizeof header)
            return "an answer without an end";
        at += NLMSG_ALIGN(header.nlmsg_len);
    }
    return text;
}

static const char *dump(uint16_t type, uint8_t family) {
    struct request request = request_of(type, NLM_F_REQUEST | NLM_F_DUMP, family);
    return ask(&request, 0);
}

static void all_links_and_all_addresses_are_listed(void) {
    CHECK_TEXT(dump(RTM_GETLINK, AF_UNSPEC), "link lo; link eth0; done");
    CHECK_TEXT(dump(RTM_GETLINK, AF_PACKET), "link lo; link eth0; done");
    CHECK_TEXT(dump(RTM_GETADDR, AF_INET), "address 7f000001; address 0a35390b; done");
    CHECK_TEXT(dump(RTM_GETADDR, AF_INET6), "address 00000000000000000000000000000001; address fd000000000000000000000053575f0b; done");
    CHECK_TEXT(dump(RTM_GETADDR, AF_UNSPEC),
               "address 7f000001; address 00000000000000000000000000000001; address 0a35390b; address fd000000000000000000000053575f0b; done");
}

static void one_link_is_told_by_its_index_or_its_name(void) {
    static const unsigned short NAMED[] = {IFLA_IFNAME, 53 /* IFLA_ALT_IFNAME */};
    struct request request = request_of(RTM_GETLINK, NLM_F_REQUEST, AF_UNSPEC);
    CHECK_TEXT(ask(&request, 0), "error -19");
    request.body.link.ifi_index = 2;
    CHECK_TEXT(ask(&request, 0), "link eth0; ");
    request.body.link.ifi_index = 3;
    CHECK_TEXT(ask(&request, 0), "error -19");
    request.body.link.ifi_index = 0;
    for (int i = 0; i < 2; i++) {
        struct rtattr header = {.rta_len = sizeof header + 3, .rta_type = NAMED[i]};
        memcpy(request.attributes, &header, sizeof header);
        memcpy(request.attributes + sizeof header, "lo", 3);
        CHECK_TEXT(ask(&request, RTA_ALIGN(header.rta_len)), "link lo; ");
    }
    memcpy(request.attributes + sizeof(struct rtattr), "l0", 3);
    CHECK_TEXT(ask(&request, 8), "error -19");
}

static void the_addresses_of_one_interface_are_listed(void) {
    struct request request = request_of(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, AF_INET);
    request.body.address.ifa_index = 2;
    CHECK_TEXT(ask(&request, 0), "address 0a35390b; done");
    request.body.address.ifa_index = 9;
    CHECK_TEXT(ask(&request, 0), "done");
}

static void routes_lead_to_the_network_and_the_host_itself(void) {
    CHECK_TEXT(dump(RTM_GETROUTE, AF_INET),
               "route 0a353900; route 0a35390b; route 0a3539ff; route 7f000000; route 7f000001; route 7fffffff; done");
    CHECK_TEXT(dump(RTM_GETNEIGH, AF_INET), "done");
    struct request request = request_of(RTM_GETROUTE, NLM_F_REQUEST, AF_INET);
    CHECK_TEXT(ask(&request, 0), "error -22");
}

static void other_questions_are_the_kernels(void) {
    struct request request = request_of(RTM_NEWLINK, NLM_F_REQUEST, AF_UNSPEC);
    CHECK_TEXT(ask(&request, 0), "not ours");
    CHECK_TEXT(dump(RTM_GETRULE, AF_INET), "not ours");
    CHECK_TEXT(dump(RTM_GETADDRLABEL, AF_INET6), "not ours");
}

static void what_tells_of_the_interfaces_of_the_machine_is_not_there(void) {
    struct request request = request_of(RTM_GETADDR, NLM_F_REQUEST, AF_INET);
    CHECK_TEXT(ask(&request, 0), "error -95");
    CHECK_TEXT(dump(RTM_GETLINK, AF_BRIDGE), "done");
    CHECK_TEXT(dump(RTM_GETADDR, AF_PACKET), "done");
    CHECK_TEXT(dump(RTM_GETNEIGH, AF_BRIDGE), "done");
    CHECK_TEXT(dump(RTM_GETQDISC, AF_UNSPEC), "done");
    CHECK_TEXT(dump(RTM_GETNETCONF, AF_INET), "done");
    CHECK_TEXT(dump(RTM_GETSTATS, AF_UNSPEC), "done");
}

/* A question for the number of a family of generic netlink. */
static bool is_family_hidden(const char *name, size_t length) {
    static struct sw_growing answer = SW_GROWING_NEW;
    struct {
        struct nlmsghdr header;
        struct genlmsghdr generic;
        struct nlattr attribute;
        char name[64];
    } request = {.header = {.nlmsg_len = sizeof request, .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = SEQUENCE},
                 .generic = {.cmd = CTRL_CMD_GETFAMILY},
                 .attribute = {.nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = CTRL_ATTR_FAMILY_NAME}};
    memcpy(request.name, name, length);
    for (size_t cut = 0; cut < offsetof(__typeof__(request), name) + length; cut++)
        CHECK(!sw_netlink_hides_family(&request, cut, PORT, &answer));
    CHECK_INT(answer.length, 0);
    bool is_hidden = sw_netlink_hides_family(&request, sizeof request, PORT, &answer);
    CHECK(is_hidden == (answer.length > 0));
    sw_growing_end(&answer);
    return is_hidden;
}

static void families_that_tell_of_the_network_of_the_machine_are_not_there(void) {
    CHECK(is_family_hidden("tcp_metrics", sizeof "tcp_metrics"));
    CHECK(is_family_hidden("ethtool", sizeof "ethtool"));
    CHECK(!is_family_hidden("nl80211", sizeof "nl80211"));
    CHECK(!is_family_hidden("tcp_metricsx", sizeof "tcp_metricsx"));
    CHECK(!is_family_hidden("tcp", sizeof "tcp"));
}

static void a_question_that_is_cut_short_is_read_as_far_as_it_goes(void) {
    struct request request = request_of(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, AF_INET6);
    request.body.address.ifa_index = 2;
    size_t whole = answer_to(&request, size_with(&request, 0))->length;
    for (size_t size = 0; size <= sizeof request.header; size++)
        CHECK_INT(answer_to(&request, size)->length, 0);
    /* Without the interface, those of all are meant. */
    for (size_t size = sizeof request.header + 1; size < sizeof request.header + sizeof request.body.address; size++)
        CHECK(answer_to(&request, size)->length > whole);
}

static void attributes_of_nonsense_name_no_link(void) {
    static const unsigned short LENGTHS[] = {0, 1, 3, 200, UINT16_MAX};
    struct request request = request_of(RTM_GETLINK, NLM_F_REQUEST, AF_UNSPEC);
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        struct rtattr header = {.rta_len = LENGTHS[i], .rta_type = IFLA_IFNAME};
        memcpy(request.attributes, &header, sizeof header);
        CHECK_TEXT(ask(&request, sizeof request.attributes), "error -19");
    }
}

static void an_address_comes_with_all_that_programs_look_at(void) {
    struct request request = request_of(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, AF_INET);
    struct ifaddrmsg told;
    request.body.address.ifa_index = 2;
    const unsigned char *answer = answer_to(&request, size_with(&request, 0))->bytes;
    memcpy(&told, answer + NLMSG_HDRLEN, sizeof told);
    CHECK_INT(told.ifa_family, AF_INET);
    CHECK_INT(told.ifa_prefixlen, 24);
    CHECK_INT(told.ifa_scope, RT_SCOPE_UNIVERSE);
    CHECK_INT(told.ifa_index, 2);
    CHECK_TEXT(bytes_of(answer, sizeof told, IFA_LOCAL), "0a35390b");
    CHECK_TEXT(bytes_of(answer, sizeof told, IFA_BROADCAST), "0a3539ff");
    CHECK_TEXT(bytes_of(answer, sizeof told, IFA_LABEL), "6574683000");
    CHECK_TEXT(bytes_of(answer, sizeof told, IFA_FLAGS), "80000000");
}

static void a_link_comes_with_all_that_programs_look_at(void) {
    struct request request = request_of(RTM_GETLINK, NLM_F_REQUEST, AF_UNSPEC);
    struct ifinfomsg told;
    size_t size;
    request.body.link.ifi_index = 1;
    const unsigned char *answer = answer_to(&request, size_with(&request, 0))->bytes;
    memcpy(&told, answer + NLMSG_HDRLEN, sizeof told);
    CHECK_INT(told.ifi_index, 1);
    CHECK((told.ifi_flags & IFF_LOOPBACK) != 0 && (told.ifi_flags & IFF_UP) != 0);
    CHECK_TEXT(attribute(answer, sizeof told, IFLA_QDISC, &size), "noqueue");
    CHECK_TEXT(bytes_of(answer, sizeof told, IFLA_ADDRESS), "000000000000");
    CHECK_TEXT(bytes_of(answer, sizeof told, IFLA_OPERSTATE), "00");
}

static void every_change_is_refused_and_no_question(void) {
    static const uint16_t questions[] = {RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE, RTM_GETNEIGH, RTM_GETRULE, RTM_GETQDISC, NLMSG_NOOP, NLMSG_DONE};
    static const uint16_t changes[] = {RTM_NEWLINK, RTM_DELLINK, RTM_SETLINK, RTM_NEWADDR,  RTM_DELADDR, RTM_NEWROUTE,
                                       RTM_DELROUTE, RTM_NEWRULE, RTM_NEWNEIGH, RTM_NEWQDISC, RTM_NEWNSID};
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        struct request request = request_of(questions[i], 0, AF_INET);
        CHECK(!sw_netlink_is_change(&request, request.header.nlmsg_len));
    }
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct request request = request_of(changes[i], NLM_F_ACK, AF_INET);
        CHECK(sw_netlink_is_change(&request, request.header.nlmsg_len));
        CHECK(!sw_netlink_is_change(&request, sizeof request.header - 1));
    }
}

static void a_change_behind_a_question_is_refused_by_its_own_number(void) {
    static struct sw_growing answer = SW_GROWING_NEW;
    struct request requests[3] = {request_of(RTM_GETLINK, NLM_F_DUMP, AF_UNSPEC), request_of(RTM_NEWADDR, 0, AF_INET), request_of(RTM_DELADDR, 0, AF_INET)};
    for (unsigned i = 0; i < 3; i++) {
        requests[i].header.nlmsg_len = sizeof requests[i];
        requests[i].header.nlmsg_seq = SEQUENCE + i;
    }
    CHECK(sw_netlink_is_change(requests, sizeof requests));
    sw_netlink_refuse(requests, sizeof requests, PORT, &answer);
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } refusals[2];
    CHECK_INT(answer.length, sizeof refusals);
    memcpy(refusals, answer.bytes, sizeof refusals);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_INT(refusals[i].header.nlmsg_type, NLMSG_ERROR);
        CHECK_INT(refusals[i].header.nlmsg_seq, SEQUENCE + 1 + i);
        CHECK_INT(refusals[i].header.nlmsg_pid, PORT);
        CHECK_INT(refusals[i].error.error, -EPERM);
    }
    sw_growing_end(&answer);
}

int main(void) {
    RUN(all_links_and_all_addresses_are_listed);
    RUN(one_link_is_told_by_its_index_or_its_name);
    RUN(the_addresses_of_one_interface_are_listed);
    RUN(routes_lead_to_the_network_and_the_host_itself);
    RUN(other_questions_are_the_kernels);
    RUN(what_tells_of_the_interfaces_of_the_machine_is_not_there);
    RUN(families_that_tell_of_the_network_of_the_machine_are_not_there);
    RUN(a_question_that_is_cut_short_is_read_as_far_as_it_goes);
    RUN(attributes_of_nonsense_name_no_link);
    RUN(an_address_comes_with_all_that_programs_look_at);
    RUN(a_link_comes_with_all_that_programs_look_at);
    RUN(every_change_is_refused_and_no_question);
    RUN(a_change_behind_a_question_is_refused_by_its_own_number);
    return check_result();
}
