#include "sockets/option_levels.h"

#include "sockets/cork.h"
#include "sockets/datagram.h"
#include "sockets/option_table.h"
#include "sockets/option_values.h"

#include <errno.h>
#include <netinet/in.h>

/* How many bytes the checksum covers: nothing here is ever damaged on its way, so it only has to be remembered. */
static int set_coverage(struct sw_record *record, int name, int wanted) {
    enum { LEAST = 8 };
    if (!sw_record_has(record, SW_UDP_LITE))
        return -ENOPROTOOPT;
    if (wanted != 0 && wanted < LEAST)
        wanted = LEAST;
    sw_option_put(record, sw_option_find(record, IPPROTO_UDP, name), wanted < UINT16_MAX ? wanted : UINT16_MAX);
    return 0;
}

int sw_udp_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length) {
    const struct sw_option *option = sw_option_find(socket->record, IPPROTO_UDP, name);
    return option == NULL ? -ENOPROTOOPT : sw_give_int(sw_option_get(socket->record, option), value, length);
}

int sw_udp_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    int wanted, result = sw_take_int(IPPROTO_UDP, value, length, &wanted);
    if (result < 0)
        return result;
    if (name == UDPLITE_SEND_CSCOV || name == UDPLITE_RECV_CSCOV)
        return set_coverage(record, name, wanted);
    result = sw_option_set(record, IPPROTO_UDP, name, value, length);
    /* udp_lib_setsockopt() pushes what waited for the cork to go. */
    if (result == 0 && sw_cork_is_pending(record) && !sw_options_switch(record, SW_SWITCH_UDP_CORK))
        sw_datagram_push(socket);
    return result;
}
