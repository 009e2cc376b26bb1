/* test_records.c: the shared table of sockets and the index of endpoints, by one thread and by many. */
#include "check.h"
#include "state/endpoint_index.h"
#include "state/records.h"
#include "state_in_memory.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>

enum { THREADS = 4, RECORDS_EACH = 400, ROUNDS = 5 };

static void finds_what_was_created_until_it_is_freed(void) {
    struct sw_network *network = state_in_memory(SW_NETWORK_127);
    CHECK(sw_record_find(network, 42) == NULL);
    struct sw_record *record = sw_record_create(network, 42);
    CHECK(record != NULL);
    CHECK(sw_record_find(network, 42) == record);
    CHECK(sw_record_find(network, 43) == NULL);
    CHECK(sw_record_at(network, sw_record_slot(network, record)) == record);
    sw_record_free(network, record);
    CHECK(sw_record_find(network, 42) == NULL);
    forget_state(network);
}

static void records_are_in_use_once_there_was_one_wherever_it_stands(void) {
    for (uint64_t cookie = 1000; cookie < 1100; cookie++) {
        struct sw_network *network = state_in_memory(SW_NETWORK_127);
        CHECK(!sw_records_are_in_use(network));
        struct sw_record *record = sw_record_create(network, cookie);
        CHECK(sw_records_are_in_use(network));
        sw_record_free(network, record);
        CHECK(sw_records_are_in_use(network));
        forget_state(network);
    }
}

static void a_new_record_is_zeroed_although_it_was_used_before(void) {
    struct sw_network *network = state_in_memory(SW_NETWORK_127);
    struct sw_record *record = sw_record_create(network, 7);
    sw_record_set(record, SW_BOUND | SW_LISTENING);
    record->local.port = 80;
    sw_record_free(network, record);
    record = sw_record_create(network, 7);
    CHECK_INT(record->flags, 0);
    CHECK_INT(record->local.port, 0);
    forget_state(network);
}

static void the_table_fills_up_and_says_so(void) {
    struct sw_network *network = state_in_memory(SW_NETWORK_127);
    unsigned made = 0;
    while (made < SW_RECORD_COUNT && sw_record_create(network, 1000 + made) != NULL)
        made++;
    CHECK_INT(made, SW_RECORD_COUNT);
    CHECK(sw_record_create(network, 999) == NULL);
    CHECK(sw_record_find(network, 1000) != NULL);
    CHECK(sw_record_find(network, 1000 + made - 1) != NULL);
    /* The last region is open to every cookie. */
    sw_record_free(network, sw_record_at(network, SW_RECORD_COUNT - 1));
    CHECK(sw_record_create(network, 999) != NULL);
    CHECK(sw_record_find(network, 999) != NULL);
    forget_state(network);
}

static void a_flag_is_claimed_once(void) {
    struct sw_network *network = state_in_memory(SW_NETWORK_127);
    struct sw_record *record = sw_record_create(network, 2);
    CHECK(sw_record_claim(record, SW_FIN_SENT));
    CHECK(!sw_record_claim(record, SW_FIN_SENT));
    CHECK(sw_record_has(record, SW_FIN_SENT));
    sw_record_clear(record, SW_FIN_SENT);
    CHECK(!sw_record_has(record, SW_FIN_SENT));
    forget_state(network);
}

static void an_endpoint_names_its_sockets_and_no_others(void) {
    struct sw_network *network = state_in_memory(SW_NETWORK_127);
    uint32_t key = sw_endpoint_key(SW_TCP, 4, false, 10, 80);
    struct sw_record *records[20];
    for (unsigned i = 0; i < 20; i++) {
        records[i] = sw_record_create(network, 100 + i);
        records[i]->type = SOCK_STREAM;
        records[i]->name_claims = SW_CLAIM_IPV4;
        records[i]->name_interface = 10;
        records[i]->name_port = i < 10 ? 80 : 81;
        records[i]->local.port = records[i]->name_port;
        records[i]->interface = 10;
        uint32_t keys[4];
        CHECK_INT(sw_endpoint_keys(records[i], keys), 1);
        sw_endpoint_add(network, keys[0], records[i]);
    }
    unsigned position = 0;
    unsigned found = 0;
    for (struct sw_record *record; (record = sw_endpoint_next(network, key, &position)) != NULL; found++)
        CHECK(record->name_port == 80);
    CHECK_INT(found, 10);
    for (unsigned i = 0; i < 10; i++)
        sw_endpoint_remove_all(network, records[i]);
    position = 0;
    CHECK(sw_endpoint_next(network, key, &position) == NULL);
    forget_state(network);
}

static struct sw_network *shared;
static _Atomic unsigned lost;

static void *create_and_free(void *argument) {
    uint64_t first = 2 + (uint64_t)(uintptr_t)argument * RECORDS_EACH;
    for (int round = 0; round < ROUNDS; round++) {
        for (uint64_t i = 0; i < RECORDS_EACH; i++)
            lost += sw_record_create(shared, first + i) == NULL;
        for (uint64_t i = 0; i < RECORDS_EACH; i++) {
            struct sw_record *record = sw_record_find(shared, first + i);
            lost += record == NULL || record->cookie != first + i;
            if (record != NULL)
                sw_record_free(shared, record);
        }
    }
    return NULL;
}

static void threads_do_not_take_each_others_records(void) {
    shared = state_in_memory(SW_NETWORK_127);
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, create_and_free, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(lost, 0);
    forget_state(shared);
}

int main(void) {
    RUN(finds_what_was_created_until_it_is_freed);
    RUN(records_are_in_use_once_there_was_one_wherever_it_stands);
    RUN(a_new_record_is_zeroed_although_it_was_used_before);
    RUN(the_table_fills_up_and_says_so);
    RUN(a_flag_is_claimed_once);
    RUN(an_endpoint_names_its_sockets_and_no_others);
    RUN(threads_do_not_take_each_others_records);
    return check_result();
}
