/* test_outcome.c: how much a process had sent that was killed on the way: what those know who were on the other side, or came later. */
#include "capture/outcome.h"
#include "capture/packet.h"
#include "check.h"
#include "state/records.h"
#include "state_in_memory.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct sw_network *network;
static struct sw_ring ring;

static void open_ring(void) {
    unlink("ring.d/.capture");
    mkdir("ring.d", 0700);
    memset(&ring, 0, sizeof ring);
    CHECK_INT(sw_ring_open(&ring, "ring.d", 0600, 65536, 0), 0);
}

static struct sw_outcome outcome_of(const struct sw_ticket *ticket) {
    return sw_outcome_of(network->state, &ring, ticket->position, sw_ring_head(&ring));
}

/* An event between 10.53.57.12:40000 and 10.53.57.11:80. */
static struct sw_ticket between(bool back, uint32_t sequence, uint32_t acknowledgement, uint32_t length) {
    static const uint8_t CLIENT[] = {10, 53, 57, 12}, SERVER[] = {10, 53, 57, 11};
    struct sw_ticket ticket = sw_ring_reserve(&ring, SW_EVENT_HEADER_IPV4 + (uint64_t)length, NULL);
    struct sw_event *event = ticket.event;
    event->kind = SW_EVENT_SEGMENTS;
    event->family = 4;
    event->sequence = sequence;
    event->acknowledgement = acknowledgement;
    event->stored = event->length = length;
    memcpy(event->addresses, back ? SERVER : CLIENT, 4);
    memcpy(event->addresses + 4, back ? CLIENT : SERVER, 4);
    event->source_port = back ? 80 : 40000;
    event->destination_port = back ? 40000 : 80;
    return ticket;
}

static void last_words_are_told_by_those_who_heard_them(void) {
    static const struct {
        const char *what;
        bool back;
        uint32_t sequence, acknowledgement, sent;
        bool is_final;
    } LATER[] = {
        {"the end of the stream", false, 104, 0, 4, true},
        {"another sender", false, 110, 0, 10, true},
        {"nothing was sent", false, 100, 0, 0, true},
        {"an answer", true, 1, 107, 7, false},
        {"an answer to all of it", true, 1, 110, 10, true},
        {"an answer to what was before", true, 1, 90, 0, false},
    };
    for (size_t i = 0; i < sizeof LATER / sizeof *LATER; i++) {
        open_ring();
        struct sw_ticket offered = between(false, 100, 1, 10);
        sw_ring_offer(&offered);
        struct sw_ticket later = between(LATER[i].back, LATER[i].sequence, LATER[i].acknowledgement, 0);
        sw_ring_commit(&ring, &later);
        struct sw_outcome outcome = outcome_of(&offered);
        if (outcome.sent != LATER[i].sent || outcome.is_final != LATER[i].is_final)
            printf("# %s\n", LATER[i].what);
        CHECK_INT(outcome.sent, LATER[i].sent);
        CHECK_INT(outcome.is_final, LATER[i].is_final);
        sw_ring_close(&ring);
    }
}

/* Ten bytes of the client, offered at 100. */
static struct sw_ticket offer_ten(void) {
    open_ring();
    struct sw_ticket offered = between(false, 100, 1, 10);
    sw_ring_offer(&offered);
    return offered;
}

static struct sw_record *record_of(uint64_t cookie, bool is_client) {
    static const uint8_t CLIENT[] = {10, 53, 57, 12}, SERVER[] = {10, 53, 57, 11};
    struct sw_record *record = sw_record_create(network, cookie);
    record->type = SOCK_STREAM;
    record->local = (struct sw_address){.family = AF_INET, .port = is_client ? 40000 : 80};
    record->peer = (struct sw_address){.family = AF_INET, .port = is_client ? 80 : 40000};
    memcpy(record->local.bytes, is_client ? CLIENT : SERVER, 4);
    memcpy(record->peer.bytes, is_client ? SERVER : CLIENT, 4);
    sw_record_set(record, SW_CONNECTED);
    return record;
}

static void check_outcome(const struct sw_ticket *offered, uint32_t sent, bool is_final) {
    struct sw_outcome outcome = outcome_of(offered);
    CHECK_INT(outcome.sent, sent);
    CHECK_INT(outcome.is_final, is_final);
}

static void who_receives_has_counted_what_it_read(void) {
    struct sw_ticket offered = offer_ten();
    struct sw_record *server = record_of(0x10, false);
    check_outcome(&offered, 0, false);
    atomic_store(&server->received, 99);
    check_outcome(&offered, 0, false);
    atomic_store(&server->received, 103);
    check_outcome(&offered, 4, false);
    atomic_store(&server->received, 109);
    check_outcome(&offered, 10, true);
    atomic_store(&server->received, 5000);
    check_outcome(&offered, 10, true);
    sw_record_free(network, server);
    sw_ring_close(&ring);
}

static void a_socket_of_ipv6_counts_for_the_ipv4_in_it(void) {
    struct sw_ticket offered = offer_ten();
    struct sw_record *server = record_of(0x10, false);
    struct sw_address *ends[] = {&server->local, &server->peer};
    for (int i = 0; i < 2; i++) {
        memcpy(ends[i]->bytes + 12, ends[i]->bytes, 4);
        memcpy(ends[i]->bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
        ends[i]->family = AF_INET6;
    }
    atomic_store(&server->received, 102);
    check_outcome(&offered, 3, false);
    sw_record_free(network, server);
    sw_ring_close(&ring);
}

static void of_two_sockets_on_the_same_ports_the_newer_one_counts(void) {
    struct sw_ticket offered = offer_ten();
    struct sw_record *older = record_of(0x10, false), *newer = record_of(0x20, false);
    atomic_store(&older->received, 108);
    atomic_store(&newer->received, 101);
    check_outcome(&offered, 2, false);
    sw_record_free(network, newer);
    check_outcome(&offered, 9, false);
    sw_record_free(network, older);
    sw_ring_close(&ring);
}

static void when_the_other_side_is_closed_nobody_will_read_more(void) {
    struct sw_ticket offered = offer_ten();
    struct sw_record *client = record_of(0x10, true);
    check_outcome(&offered, 0, false);
    atomic_store(&client->peer_cookie, 0x30);
    check_outcome(&offered, 0, true);
    struct sw_record *server = record_of(0x30, false);
    check_outcome(&offered, 0, false);
    sw_record_free(network, server);
    sw_record_free(network, client);
    sw_ring_close(&ring);
}

static void other_connections_and_unfinished_events_tell_nothing(void) {
    struct sw_ticket offered = offer_ten();
    struct sw_ticket other = between(true, 1, 107, 0);
    other.event->destination_port = 40001;
    sw_ring_commit(&ring, &other);
    other = between(true, 1, 107, 0);
    other.event->kind = SW_EVENT_NOTHING;
    sw_ring_commit(&ring, &other);
    other = between(true, 1, 107, 0);
    sw_ring_announce(&other);
    other = between(true, 1, 107, 4);
    sw_ring_offer(&other);
    check_outcome(&offered, 0, false);
    struct sw_ticket told = between(true, 1, 105, 0);
    sw_ring_commit(&ring, &told);
    check_outcome(&offered, 5, false);
    sw_ring_close(&ring);
}

static void sequence_numbers_go_on_at_zero(void) {
    open_ring();
    struct sw_ticket offered = between(false, UINT32_MAX - 2, 1, 10);
    sw_ring_offer(&offered);
    struct sw_ticket answer = between(true, 1, 4, 0);
    sw_ring_commit(&ring, &answer);
    check_outcome(&offered, 7, false);
    sw_ring_close(&ring);
}

static void a_datagram_is_taken_as_sent(void) {
    struct sw_ticket offered = offer_ten();
    offered.event->kind = SW_EVENT_DATAGRAM;
    check_outcome(&offered, 10, true);
    sw_ring_close(&ring);
}

static void sizes_of_nonsense_lead_nowhere(void) {
    static const uint32_t SIZES[] = {0, 1, 63, 65, 1 << 20, UINT32_MAX};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        struct sw_ticket offered = offer_ten();
        struct sw_ticket first = between(true, 1, 90, 0), later = between(true, 1, 107, 0);
        sw_ring_commit(&ring, &first);
        sw_ring_commit(&ring, &later);
        first.event->size = 0;
        offered.event->size = SIZES[i];
        struct sw_outcome outcome = outcome_of(&offered);
        CHECK(outcome.sent == (SIZES[i] < 128 ? 7 : 0));
        sw_ring_close(&ring);
    }
}

int main(void) {
    network = state_in_memory(SW_NETWORK_10_53_57);
    RUN(last_words_are_told_by_those_who_heard_them);
    RUN(who_receives_has_counted_what_it_read);
    RUN(a_socket_of_ipv6_counts_for_the_ipv4_in_it);
    RUN(of_two_sockets_on_the_same_ports_the_newer_one_counts);
    RUN(when_the_other_side_is_closed_nobody_will_read_more);
    RUN(other_connections_and_unfinished_events_tell_nothing);
    RUN(sequence_numbers_go_on_at_zero);
    RUN(a_datagram_is_taken_as_sent);
    RUN(sizes_of_nonsense_lead_nowhere);
    forget_state(network);
    return check_result();
}
