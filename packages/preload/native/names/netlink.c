#include "names/netlink.h"

#include "names/interfaces.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

/* An answer that grows. Every message and attribute starts at a multiple of four. */
struct writer {
    unsigned char *bytes;
    size_t length;
    size_t message; /* where the last one starts */
    uint16_t flags;
    uint32_t sequence, port;
};

static void append(struct writer *writer, const void *data, size_t size) {
    size_t padded = NLMSG_ALIGN(size);
    if (writer->length + padded > SW_NETLINK_ANSWER_SIZE)
        return;
    memcpy(writer->bytes + writer->length, data, size);
    memset(writer->bytes + writer->length + size, 0, padded - size);
    writer->length += padded;
    uint32_t length = (uint32_t)(writer->length - writer->message);
    memcpy(writer->bytes + writer->message, &length, sizeof length);
}

static void begin(struct writer *writer, uint16_t type, const void *body, size_t size) {
    struct nlmsghdr header = {.nlmsg_type = type, .nlmsg_flags = writer->flags, .nlmsg_seq = writer->sequence, .nlmsg_pid = writer->port};
    writer->message = writer->length;
    append(writer, &header, sizeof header);
    append(writer, body, size);
}

static void attribute(struct writer *writer, unsigned short type, const void *data, size_t size) {
    unsigned char bytes[sizeof(struct rtattr) + 32];
    struct rtattr header = {.rta_len = (unsigned short)(sizeof header + size), .rta_type = type};
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, data, size);
    append(writer, bytes, sizeof header + size);
}

static void write_link(struct writer *writer, const struct sw_interface *interface) {
    enum { OPERATION_UNKNOWN = 0, OPERATION_UP = 6, QUEUE = 1000 };
    bool is_loopback = (interface->flags & IFF_LOOPBACK) != 0;
    struct ifinfomsg link = {.ifi_type = interface->hardware_type, .ifi_index = (int)interface->index, .ifi_flags = interface->flags};
    uint32_t mtu = interface->mtu, queue = QUEUE;
    uint8_t operation = is_loopback ? OPERATION_UNKNOWN : OPERATION_UP;
    begin(writer, RTM_NEWLINK, &link, sizeof link);
    attribute(writer, IFLA_IFNAME, interface->name, strlen(interface->name) + 1);
    attribute(writer, IFLA_TXQLEN, &queue, sizeof queue);
    attribute(writer, IFLA_OPERSTATE, &operation, sizeof operation);
    attribute(writer, IFLA_MTU, &mtu, sizeof mtu);
    attribute(writer, IFLA_QDISC, "noqueue", sizeof "noqueue");
    attribute(writer, IFLA_ADDRESS, interface->hardware_address, SW_HARDWARE_ADDRESS_SIZE);
    attribute(writer, IFLA_BROADCAST, interface->hardware_broadcast, SW_HARDWARE_ADDRESS_SIZE);
}

static void write_address(struct writer *writer, const struct sw_interface *interface, const struct sw_interface_address *address) {
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
    begin(writer, RTM_NEWADDR, &message, sizeof message);
    attribute(writer, IFA_ADDRESS, address->ip.bytes, size);
    if (is_ipv4) {
        attribute(writer, IFA_LOCAL, address->ip.bytes, size);
        if (interface->ipv4_broadcast.family != 0)
            attribute(writer, IFA_BROADCAST, interface->ipv4_broadcast.bytes, size);
        attribute(writer, IFA_LABEL, interface->name, strlen(interface->name) + 1);
    }
    attribute(writer, IFA_FLAGS, &flags, sizeof flags);
    attribute(writer, IFA_CACHEINFO, &forever, sizeof forever);
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
    struct rtattr header;
    for (size_t at = NLMSG_ALIGN(sizeof link); at + sizeof header <= size; at += RTA_ALIGN(header.rta_len)) {
        memcpy(&header, body + at, sizeof header);
        if (header.rta_len < sizeof header || header.rta_len > size - at)
            return 0;
        char name[IFNAMSIZ] = "";
        size_t length = header.rta_len - sizeof header;
        if ((header.rta_type != IFLA_IFNAME && header.rta_type != ALT_IFNAME) || length >= sizeof name)
            continue;
        memcpy(name, body + at + sizeof header, length);
        return sw_interface_index(name);
    }
    return 0;
}

bool sw_netlink_read_question(const void *data, size_t size, struct sw_netlink_question *question) {
    struct nlmsghdr header;
    struct ifaddrmsg body = {0};
    if (size < sizeof header + 1)
        return false;
    memcpy(&header, data, sizeof header);
    bool is_link = header.nlmsg_type == RTM_GETLINK, is_dump = (header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    if (!is_link && (header.nlmsg_type != RTM_GETADDR || !is_dump))
        return false;
    const unsigned char *rest = (const unsigned char *)data + sizeof header;
    size -= sizeof header;
    memcpy(&body, rest, size < sizeof body ? size : sizeof body);
    *question = (struct sw_netlink_question){.type = header.nlmsg_type, .family = body.ifa_family, .is_dump = is_dump,
                                             .sequence = header.nlmsg_seq};
    if (!is_dump)
        question->index = link_asked_for(rest, size);
    else if (!is_link && size >= sizeof body)
        question->index = body.ifa_index;
    /* The links of bridges and the like are another matter. */
    return question->family == AF_UNSPEC || question->family == AF_INET || question->family == AF_INET6 ||
           (question->family == AF_PACKET && is_link);
}

size_t sw_netlink_answer(const struct sw_place *place, const struct sw_netlink_question *question, uint32_t port,
                         unsigned char answer[static SW_NETLINK_ANSWER_SIZE]) {
    struct writer writer = {.bytes = answer, .sequence = question->sequence, .port = port,
                            .flags = question->is_dump ? NLM_F_MULTI : 0};
    if (!question->is_dump && question->index == 0) {
        struct nlmsgerr error = {.error = -ENODEV, .msg = {.nlmsg_len = sizeof error.msg, .nlmsg_type = question->type,
                                                           .nlmsg_seq = question->sequence, .nlmsg_pid = port}};
        begin(&writer, NLMSG_ERROR, &error, sizeof error);
        return writer.length;
    }
    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    sw_interfaces(place, interfaces);
    for (unsigned i = 0; i < SW_INTERFACE_COUNT; i++) {
        const struct sw_interface *interface = &interfaces[i];
        if (question->index != 0 && question->index != interface->index)
            continue;
        if (question->type == RTM_GETLINK)
            write_link(&writer, interface);
        if (question->type == RTM_GETADDR && question->family != AF_INET6)
            write_address(&writer, interface, &interface->ipv4);
        if (question->type == RTM_GETADDR && question->family != AF_INET)
            write_address(&writer, interface, &interface->ipv6);
    }
    int no_error = 0;
    if (question->is_dump)
        begin(&writer, NLMSG_DONE, &no_error, sizeof no_error);
    return writer.length;
}
