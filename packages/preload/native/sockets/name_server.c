#include "sockets/name_server.h"

#include "base/parts.h"
#include "base/scratch.h"
#include "capture/capture.h"
#include "names/dns.h"
#include "names/name_servers.h"
#include "sockets/spill.h"

#include <string.h>

bool sw_is_for_name_server(const struct sw_address *address) {
    if (address->port != SW_NAME_SERVER_PORT)
        return false;
    struct sw_ip ip = sw_ip_of_bytes(address->family, address->bytes);
    return sw_is_name_server(&ip);
}

struct exchange {
    uint8_t query[SW_DNS_REPLY_SIZE_MAX], reply[SW_DNS_REPLY_SIZE_MAX];
};

static void answer(const struct sw_delivery *delivery, struct exchange *exchange) {
    struct sw_socket *socket = delivery->socket;
    size_t size = sw_parts_gather(&delivery->message, exchange->query, sizeof exchange->query);
    struct sw_place place = {socket->network->directory, socket->network->ipv4_network, socket->record->interface};
    enum sw_dns_outcome outcome;
    int reply_size = sw_dns_answer(&place, exchange->query, size, exchange->reply, &outcome);
    if (reply_size < 0)
        return;
    struct iovec part = {exchange->reply, (size_t)reply_size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    struct sw_entry entry = sw_capture_datagram_starts(socket, &delivery->destination, &delivery->source, (struct sw_packet_marks){.hop_limit = 64}, &message);
    struct sw_sender sender = {.address = delivery->destination};
    sw_spill_put(socket->network, socket->record, &sender, &message);
    sw_capture_datagram_sent(&entry, &message);
}

void sw_name_server_answer(struct sw_delivery *delivery) {
    const struct sw_record *record = delivery->socket->record;
    if (sw_record_has(record, SW_CONNECTED) && !sw_address_equal(&record->peer, &delivery->destination))
        return; /* It listens to somebody else. */
    struct exchange *exchange = sw_scratch_take(sizeof *exchange);
    if (exchange != NULL)
        answer(delivery, exchange);
    sw_scratch_give_back(exchange, sizeof *exchange);
}
