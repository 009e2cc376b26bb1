#include "names/netlink.h"

#include "base/netlink_message.h"
#include "names/interfaces.h"
#include "names/netlink_routes.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

/* What is asked for: all links, all addresses, or one link. */
struct question {
    uint16_t type; /* RTM_GETLINK or RTM_GETADDR */
    uint8_t family;
    bool is_dump;
    uint32_t index; /* of the one interface that is asked for; 0 for all, and for one that does not exist */
};

static void write_link(struct sw_netlink_writer *writer, const struct sw_interface *interface) {
    enum { OPERATION_UNKNOWN = 0, OPERATION_UP = 6, QUEUE = 1000 };
    bool is_loopback = (interface->flags & IFF_LOOPBACK) != 0;
    struct ifinfomsg link = {.ifi_type = interface->hardware_type, .ifi_index = (int)interface->index, .ifi_flags = interface->flags};
    uint32_t mtu = interface->mtu, queue = QUEUE;
    uint8_t operation = is_loopback ? OPERATION_UNKNOWN : OPERATION_UP;
    sw_netlink_begin(writer, RTM_NEWLINK, &link, sizeof link);
    sw_netlink_attribute(writer, IFLA_IFNAME, interface->name, strlen(interface->name) + 1);
    sw_netlink_attribute(writer, IFLA_TXQLEN, &queue, sizeof queue);
    sw_netlink_attribute(writer, IFLA_OPERSTATE, &operation, sizeof operation);
    sw_netlink_attribute(writer, IFLA_MTU, &mtu, sizeof mtu);
    sw_netlink_attribute(writer, IFLA_QDISC, "noqueue", sizeof "noqueue");
    sw_netlink_attribute(writer, IFLA_ADDRESS, interface->hardware_address, SW_HARDWARE_ADDRESS_SIZE);
    sw_netlink_attribute(writer, IFLA_BROADCAST, interface->hardware_broadcast, SW_HARDWARE_ADDRESS_SIZE);
}

static void write_address(struct sw_netlink_writer *writer, const struct sw_interface *interface, const struct sw_interface_address *address) {
    if (address->ip.family == 0)
        return;
    bool is_ipv4 = address->ip.family == AF_INET;
    size_t size = sw_ip_size(address->ip.family);
    struct ifaddrmsg message = {.ifa_family = (uint8_t)address->ip.family,
                                .ifa_prefixlen = (uint8_t)address->prefix,
                                .ifa_flags = IFA_F_PERMANENT,
                                .ifa_scope = (interface->flags & IFF_LOOPBACK) != 0 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
                                .ifa_index = interface->index};
    struct ifa_cacheinfo forever = {.ifa_prefered = UINT32_MAX, .ifa_valid = UINT32_MAX};
    uint32_t flags = IFA_F_PERMANENT;
    sw_netlink_begin(writer, RTM_NEWADDR, &message, sizeof message);
    sw_netlink_attribute(writer, IFA_ADDRESS, address->ip.bytes, size);
    if (is_ipv4) {
        sw_netlink_attribute(writer, IFA_LOCAL, address->ip.bytes, size);
        if (interface->ipv4_broadcast.family != 0)
            sw_netlink_attribute(writer, IFA_BROADCAST, interface->ipv4_broadcast.bytes, size);
        sw_netlink_attribute(writer, IFA_LABEL, interface->name, strlen(interface->name) + 1);
    }
    sw_netlink_attribute(writer, IFA_FLAGS, &flags, sizeof flags);
    sw_netlink_attribute(writer, IFA_CACHEINFO, &forever, sizeof forever);
}

/* The interface that a request for one link means: by its index, or by a name among its attributes. */
static uint32_t link_asked_for(const unsigned char *body, size_t size) {
    enum { ALT_IFNAME = 53 }; /* IFLA_ALT_IFNAME, which older headers lack */
    struct ifinfomsg link = {0};
    if (size < sizeof link)
        return 0;
    memcpy(&link, body, sizeof link);
    if (link.ifi_index > 0)
        return sw_interface_name((unsigned)link.ifi_index) != NULL ? (uint32_t)link.ifi_index : 0;
    size_t position = NLMSG_ALIGN(sizeof link), length;
    uint16_t type;
    const void *data;
    while ((data = sw_netlink_next(body, size, &position, &type, &length)) != NULL) {
        char name[IFNAMSIZ] = "";
        if ((type != IFLA_IFNAME && type != ALT_IFNAME) || length >= sizeof name)
            continue;
        memcpy(name, data, length);
        return sw_interface_index(name);
    }
    return 0;
}

static bool read_question(const struct nlmsghdr *header, const unsigned char *rest, size_t size, struct question *question) {
    struct ifaddrmsg body = {0};
    bool is_link = header->nlmsg_type == RTM_GETLINK, is_dump = (header->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    if (!is_link && (header->nlmsg_type != RTM_GETADDR || !is_dump))
        return false;
    memcpy(&body, rest, size < sizeof body ? size : sizeof body);
    *question = (struct question){.type = header->nlmsg_type, .family = body.ifa_family, .is_dump = is_dump};
    if (!is_dump)
        question->index = link_asked_for(rest, size);
    else if (!is_link && size >= sizeof body)
        question->index = body.ifa_index;
    /* The links of bridges and the like are another matter. */
    return question->family == AF_UNSPEC || question->family == AF_INET || question->family == AF_INET6 ||
           (question->family == AF_PACKET && is_link);
}

static void write_interfaces(const struct sw_place *place, const struct question *question, struct sw_netlink_writer *writer) {
    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    sw_interfaces(place, interfaces);
    for (unsigned i = 0; i < SW_INTERFACE_COUNT; i++) {
        const struct sw_interface *interface = &interfaces[i];
        if (question->index != 0 && question->index != interface->index)
            continue;
        if (question->type == RTM_GETLINK)
            write_link(writer, interface);
        if (question->type == RTM_GETADDR && question->family != AF_INET6)
            write_address(writer, interface, &interface->ipv4);
        if (question->type == RTM_GETADDR && question->family != AF_INET)
            write_address(writer, interface, &interface->ipv6);
    }
    if (question->is_dump)
        sw_netlink_done(writer);
}

/* What is asked for and is answered neither here nor in netlink_routes.c: queues, statistics, settings, bridges, groups. The machine's answer would
 * tell of its interfaces. */
static bool is_of_interfaces(uint16_t type) {
    enum { KIND_GET = 2, KINDS = 4, NAMESPACE_IDS = 90 }; /* RTM_GETNSID, which older headers lack */
    return type >= RTM_BASE && type % KINDS == KIND_GET && type != RTM_GETADDRLABEL && type != NAMESPACE_IDS && type != RTM_GETRULE;
}

bool sw_netlink_answer(const struct sw_place *place, const void *request, size_t size, uint32_t port, struct sw_growing *answer) {
    struct nlmsghdr header;
    if (size < sizeof header + 1)
        return false;
    memcpy(&header, request, sizeof header);
    const unsigned char *body = (const unsigned char *)request + sizeof header;
    size -= sizeof header;
    bool is_dump = (header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    struct sw_netlink_writer writer = {.bytes = answer, .flags = is_dump ? NLM_F_MULTI : 0, .sequence = header.nlmsg_seq, .port = port};
    if (sw_netlink_answer_routes(place, &header, body, size, &writer))
        return true;
    struct question question;
    if (!read_question(&header, body, size, &question)) {
        if (!is_of_interfaces(header.nlmsg_type))
            return false;
        if (is_dump)
            sw_netlink_done(&writer);
        else
            sw_netlink_failed(&writer, -EOPNOTSUPP, &header);
        return true;
    }
    if (!is_dump && question.index == 0)
        sw_netlink_failed(&writer, -ENODEV, &header);
    else
        write_interfaces(place, &question, &writer);
    return true;
}
