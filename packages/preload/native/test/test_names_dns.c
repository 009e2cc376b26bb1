/* test_names_dns.c: DNS questions that libc's resolver would have sent to the machine's name servers. */
#include "check.h"
#include "names/dns.h"
#include "names_network.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <resolv.h>

int __res_query(const char *, int, int, unsigned char *, int);

static unsigned char answer[4096];

static unsigned u16(int at) {
    return (unsigned)answer[at] << 8 | answer[at + 1];
}

/* Where the data of the only record begins: after header, question and the record's twelve fixed bytes. */
static int record_data(const char *name) {
    return 12 + (int)strlen(name) + 2 + 4 + 12;
}

static void answers_for_the_addresses_of_a_host(void) {
    int size = res_query("web", ns_c_in, ns_t_a, answer, sizeof answer);
    CHECK_INT(size, record_data("web") + 4);
    CHECK_INT(u16(2) & 0x8000, 0x8000);
    CHECK_INT(u16(4), 1);
    CHECK_INT(u16(6), 1);
    CHECK(memcmp(answer + record_data("web"), "\x0a\x35\x39\x0b", 4) == 0);
    CHECK_INT(res_search("web", ns_c_in, ns_t_aaaa, answer, sizeof answer), record_data("web") + 16);
    CHECK_INT(answer[record_data("web") + 15], 0x0b);
    CHECK_INT(res_querydomain("web", "example.org", ns_c_in, ns_t_a, answer, sizeof answer),
              record_data("web.example.org") + 4);
    CHECK_INT(__res_query("web", ns_c_in, ns_t_any, answer, sizeof answer) > size, 1);
    CHECK_INT(u16(6), 2);
}

static void answers_for_the_names_of_addresses(void) {
    static const char WEB[] = "\3web";
    static const char NAME[] = "11.57.53.10.in-addr.arpa";
    static const char NAME6[] = "b.0.f.5.7.5.3.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.IP6.arpa";
    CHECK_INT(res_query(NAME, ns_c_in, ns_t_ptr, answer, sizeof answer), record_data(NAME) + (int)sizeof WEB);
    CHECK(memcmp(answer + record_data(NAME), WEB, sizeof WEB) == 0);
    CHECK_INT(res_query(NAME6, ns_c_in, ns_t_ptr, answer, sizeof answer), record_data(NAME6) + (int)sizeof WEB);
}

static int failure(const char *name, int class, int type) {
    int result = res_query(name, class, type, answer, sizeof answer);
    return result == -1 ? h_errno : 0;
}

static void tells_why_there_is_no_answer(void) {
    CHECK_INT(failure("nobody.example.org", ns_c_in, ns_t_a), HOST_NOT_FOUND);
    CHECK_INT(u16(2) & 0xf, ns_r_nxdomain);
    CHECK_INT(failure("99.57.53.10.in-addr.arpa", ns_c_in, ns_t_ptr), HOST_NOT_FOUND);
    CHECK_INT(failure("four", ns_c_in, ns_t_aaaa), NO_DATA);
    CHECK_INT(failure("web", ns_c_in, ns_t_mx), NO_DATA);
    CHECK_INT(failure("web", ns_c_chaos, ns_t_a), NO_RECOVERY);
    CHECK_INT(failure("a..b", ns_c_in, ns_t_a), NO_RECOVERY);
    CHECK_INT(failure("10.53.57.11", ns_c_in, ns_t_a), HOST_NOT_FOUND);
    static char label[100];
    memset(label, 'x', 64);
    CHECK_INT(failure(label, ns_c_in, ns_t_a), NO_RECOVERY);
}

static void cuts_a_reply_and_says_so(void) {
    memset(answer, 0xee, sizeof answer);
    int size = res_query("web", ns_c_in, ns_t_a, answer, 20);
    CHECK_INT(size, record_data("web") + 4);
    CHECK_INT(answer[2] & 2, 2);
    CHECK_INT(answer[20], 0xee);
}

static void answers_a_message_that_the_program_made(void) {
    uint8_t query[SW_DNS_QUERY_SIZE_MAX];
    int size = sw_dns_write_query("web.", ns_c_in, ns_t_a, query);
    CHECK_INT(size, 12 + 5 + 4);
    query[0] = 0xab;
    query[1] = 0xcd;
    CHECK_INT(res_send(query, size, answer, sizeof answer), record_data("web") + 4);
    CHECK_INT(u16(0), 0xabcd);
}

static void survives_a_message_cut_or_damaged_at_every_byte(void) {
    uint8_t query[SW_DNS_QUERY_SIZE_MAX];
    struct sw_place place;
    enum sw_dns_outcome outcome;
    int size = sw_dns_write_query("11.57.53.10.in-addr.arpa", ns_c_in, ns_t_ptr, query);
    CHECK(sw_place_now(&place));
    for (int cut = 0; cut < size; cut++) {
        uint8_t *copy = malloc((size_t)cut + 1);
        memcpy(copy, query, (size_t)cut);
        CHECK_INT(sw_dns_answer(&place, copy, (size_t)cut, answer, &outcome), -EINVAL);
        free(copy);
    }
    for (int at = 0; at < size; at++)
        for (int value = 0; value < 256; value++) {
            uint8_t kept = query[at];
            query[at] = (uint8_t)value;
            int reply = sw_dns_answer(&place, query, (size_t)size, answer, &outcome);
            CHECK(reply == -EINVAL || (reply >= 12 && reply <= SW_DNS_REPLY_SIZE_MAX));
            query[at] = kept;
        }
    CHECK_INT(res_send(query, -1, answer, sizeof answer), -1);
}

static void refuses_a_name_that_is_longer_than_names_are(void) {
    uint8_t query[12 + 5 * 64 + 1 + 4] = {[5] = 1};
    for (int label = 0; label < 5; label++)
        memset(memset(query + 12 + label * 64, 63, 1) + 1, 'x', 63);
    struct sw_place place;
    enum sw_dns_outcome outcome;
    CHECK(sw_place_now(&place));
    CHECK_INT(sw_dns_answer(&place, query, sizeof query, answer, &outcome), -EINVAL);
    query[12 + 3 * 64] = 0; /* three labels are fine */
    CHECK(sw_dns_answer(&place, query, sizeof query, answer, &outcome) > 0);
}

int main(void) {
    network_make();
    RUN(answers_for_the_addresses_of_a_host);
    RUN(answers_for_the_names_of_addresses);
    RUN(tells_why_there_is_no_answer);
    RUN(cuts_a_reply_and_says_so);
    RUN(answers_a_message_that_the_program_made);
    RUN(survives_a_message_cut_or_damaged_at_every_byte);
    RUN(refuses_a_name_that_is_longer_than_names_are);
    network_remove();
    return check_result();
}
