/* option_table.h: the options that only have to be remembered, and those that others ask for by their switch. */
#ifndef SW_SOCKETS_OPTION_TABLE_H
#define SW_SOCKETS_OPTION_TABLE_H

#include "sockets/options.h"

/* Numbers that the C library's headers may be too old for. */
enum {
    OPT_IP_MINTTL = 21, OPT_IP_NODEFRAG = 22, OPT_IP_CHECKSUM = 23, OPT_IP_BIND_ADDRESS_NO_PORT = 24, OPT_IP_RECVFRAGSIZE = 25,
    OPT_IP_RECVERR_RFC4884 = 26, OPT_IP_LOCAL_PORT_RANGE = 51,
    OPT_IPV6_2292PKTINFO = 2, OPT_IPV6_2292HOPOPTS = 3, OPT_IPV6_2292DSTOPTS = 4, OPT_IPV6_2292RTHDR = 5, OPT_IPV6_2292HOPLIMIT = 8,
    OPT_IPV6_FLOWINFO = 11, OPT_IPV6_MULTICAST_ALL = 29, OPT_IPV6_ROUTER_ALERT_ISOLATE = 30, OPT_IPV6_RECVERR_RFC4884 = 31,
    OPT_IPV6_FLOWLABEL_MGR = 32, OPT_IPV6_FLOWINFO_SEND = 33, OPT_IPV6_AUTOFLOWLABEL = 70, OPT_IPV6_ADDR_PREFERENCES = 72, OPT_IPV6_MINHOPCOUNT = 73,
    OPT_IPV6_RECVORIGDSTADDR = 74, OPT_IPV6_TRANSPARENT = 75, OPT_IPV6_UNICAST_IF = 76, OPT_IPV6_RECVFRAGSIZE = 77,
    OPT_IPV6_FREEBIND = 78,
    OPT_TCP_NOTSENT_LOWAT = 25, OPT_TCP_FASTOPEN_CONNECT = 30, OPT_TCP_FASTOPEN_NO_COOKIE = 34, OPT_TCP_TX_DELAY = 37,
    OPT_TCP_CC_INFO = 26, OPT_TCP_SAVE_SYN = 27,
    OPT_UDP_CORK = 1, OPT_UDP_NO_CHECK6_TX = 101, OPT_UDP_NO_CHECK6_RX = 102, OPT_UDP_SEGMENT = 103, OPT_UDP_GRO = 104,
    UDPLITE_SEND_CSCOV = 10, UDPLITE_RECV_CSCOV = 11,
    OPT_SO_BINDTOIFINDEX = 62, OPT_SO_TIMESTAMP_NEW = 63, OPT_SO_TIMESTAMPNS_NEW = 64, OPT_SO_TIMESTAMPING_NEW = 65, OPT_SO_RCVTIMEO_NEW = 66, OPT_SO_SNDTIMEO_NEW = 67, OPT_SO_TXREHASH = 74, OPT_SO_PASSPIDFD = 76, OPT_SO_PEERPIDFD = 77, OPT_SO_BUF_LOCK = 72, OPT_SO_RCVMARK = 75, OPT_SO_RCVPRIORITY = 82, OPT_SO_PASSRIGHTS = 83, OPT_SO_INQ = 84,
    OPT_TCP_INQ = 36, OPT_TCP_IS_MPTCP = 43, OPT_IP_PROTOCOL = 52, OPT_SO_PREFER_BUSY_POLL = 69,
};

enum sw_option_kind { SW_OPTION_SWITCH, SW_OPTION_STRICT, SW_OPTION_NUMBER };
enum sw_option_who { SW_OPTION_OF_TCP = 1, SW_OPTION_OF_UDP = 2, SW_OPTION_OF_BOTH = 3 };

/* An option that only has to be remembered, or that others ask for by its switch. */
struct sw_option {
    int level, name;
    enum sw_option_kind kind;
    enum sw_option_who who;
    int initial;
    int minimum, maximum;
    uint8_t offset, width; /* of a NUMBER in struct sw_options */
    uint8_t which;         /* of a SWITCH */
    int reset;             /* a value below `minimum` that brings the default back; 1 for none */
};

/* The option as sockets like `record` have it; NULL when they do not. */
const struct sw_option *sw_option_find(const struct sw_record *record, int level, int name);

int sw_option_get(struct sw_record *record, const struct sw_option *option);
void sw_option_put(struct sw_record *record, const struct sw_option *option, int value);

/* setsockopt(2) for an option of the table; -ENOPROTOOPT when it is not in it. */
int sw_option_set(struct sw_record *record, int level, int name, const void *value, socklen_t length);

/* Gives a new socket the defaults. */
void sw_option_defaults(struct sw_record *record);

/* tcp(7): TCP_DEFER_ACCEPT counts in retransmissions, so it is read back rounded up to 1, 3, 7, 15, … seconds. */
int sw_option_defer_accept(int seconds);

#endif
