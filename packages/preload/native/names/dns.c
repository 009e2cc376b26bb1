#include "names/dns.h"

#include "names/lookup.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <string.h>

/* RFC 1035 §4.1.1: offsets into the header, and bits of its flags. */
enum { FLAGS_AT = 2, QUESTIONS_AT = 4, ANSWERS_AT = 6, HEADER_SIZE = 12 };
enum { IS_REPLY = 0x8000, OPCODE = 0x7800, AUTHORITATIVE = 0x0400, RECURSION_WANTED = 0x0100, RECURSION_THERE = 0x0080 };
enum { LABEL_MAX = 63, NAME_MAX_OCTETS = 255, TTL_S = 0 };
enum { POINTER_TO_QUESTION = 0xc000 | HEADER_SIZE };

/* Bytes that are read or written in order and never beyond their end; `bad` once that was tried. */
struct cursor {
    uint8_t *bytes;
    size_t size;
    size_t at;
    bool bad;
};

struct question {
    char name[NAME_MAX_OCTETS + 1];
    unsigned type;
    unsigned class;
};

static uint8_t *take(struct cursor *cursor, size_t count) {
    if (cursor->bad || count > cursor->size - cursor->at) {
        cursor->bad = true;
        return NULL;
    }
    uint8_t *here = cursor->bytes + cursor->at;
    cursor->at += count;
    return here;
}

static void write_bytes(struct cursor *cursor, const void *bytes, size_t count) {
    uint8_t *to = take(cursor, count);
    if (to != NULL)
        memcpy(to, bytes, count);
}

static void write_u16(struct cursor *cursor, unsigned value) {
    write_bytes(cursor, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static unsigned read_u16(struct cursor *cursor) {
    const uint8_t *from = take(cursor, 2);
    return from == NULL ? 0 : (unsigned)from[0] << 8 | from[1];
}

static void write_name(struct cursor *cursor, const char *name) {
    while (*name != '\0') {
        size_t length = strcspn(name, ".");
        if (length == 0 || length > LABEL_MAX) {
            cursor->bad |= strcmp(name, ".") != 0;
            break;
        }
        write_bytes(cursor, (uint8_t[]){(uint8_t)length}, 1);
        write_bytes(cursor, name, length);
        name += length + (name[length] == '.');
    }
    write_bytes(cursor, "", 1);
}

/* The name of a question, which is never compressed. Labels with a dot or a NUL in them cannot be names of hosts. */
static void read_name(struct cursor *cursor, char name[static NAME_MAX_OCTETS + 1]) {
    size_t used = 0;
    for (;;) {
        const uint8_t *length = take(cursor, 1);
        if (length == NULL || *length == 0)
            break;
        const uint8_t *label = *length > LABEL_MAX ? NULL : take(cursor, *length);
        if (label == NULL || used + *length + 1 > NAME_MAX_OCTETS || memchr(label, '.', *length) != NULL ||
            memchr(label, '\0', *length) != NULL) {
            cursor->bad = true;
            break;
        }
        if (used > 0)
            name[used++] = '.';
        memcpy(name + used, label, *length);
        used += *length;
    }
    name[used] = '\0';
}

int sw_dns_write_query(const char *name, int class, int type, uint8_t query[static SW_DNS_QUERY_SIZE_MAX]) {
    struct cursor cursor = {.bytes = query, .size = HEADER_SIZE + NAME_MAX_OCTETS};
    write_u16(&cursor, 0);
    write_u16(&cursor, RECURSION_WANTED);
    write_u16(&cursor, 1);
    write_bytes(&cursor, "\0\0\0\0\0", HEADER_SIZE - QUESTIONS_AT - 2);
    write_name(&cursor, name);
    cursor.size = SW_DNS_QUERY_SIZE_MAX;
    write_u16(&cursor, (unsigned)type);
    write_u16(&cursor, (unsigned)class);
    return cursor.bad ? -EMSGSIZE : (int)cursor.at;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "11.57.53.10.in-addr.arpa": the bytes backwards, in decimal. */
static bool read_reverse_ipv4(const char *name, struct sw_ip *ip) {
    *ip = (struct sw_ip){.family = AF_INET};
    for (int i = SW_IPV4_SIZE - 1; i >= 0; i--) {
        int byte = 0;
        const char *start = name;
        for (; *name >= '0' && *name <= '9' && byte <= 255; name++)
            byte = byte * 10 + (*name - '0');
        if (name == start || byte > 255 || *name++ != '.')
            return false;
        ip->bytes[i] = (uint8_t)byte;
    }
    return sw_same_host_name(sw_span_of(name), sw_span_of("in-addr.arpa"));
}

/* "b.0.f.5. … .ip6.arpa": the hexadecimal digits backwards. */
static bool read_reverse_ipv6(const char *name, struct sw_ip *ip) {
    *ip = (struct sw_ip){.family = AF_INET6};
    for (int i = 2 * SW_IPV6_SIZE - 1; i >= 0; i--) {
        int digit = hex_digit(name[0]);
        if (digit < 0 || name[1] != '.')
            return false;
        ip->bytes[i / 2] |= (uint8_t)(i % 2 == 0 ? digit << 4 : digit);
        name += 2;
    }
    return sw_same_host_name(sw_span_of(name), sw_span_of("ip6.arpa"));
}

/* The parts of a record that come before its data: the name asked for, type, class, TTL and the data's size. */
static void write_record_head(struct cursor *reply, unsigned type, size_t data_size) {
    write_u16(reply, POINTER_TO_QUESTION);
    write_u16(reply, type);
    write_u16(reply, ns_c_in);
    write_u16(reply, TTL_S >> 16);
    write_u16(reply, TTL_S & 0xffff);
    write_u16(reply, (unsigned)data_size);
}

static unsigned write_addresses(struct cursor *reply, const struct sw_host *host, unsigned type) {
    unsigned count = 0;
    for (unsigned i = 0; i < host->address_count; i++) {
        const struct sw_ip *ip = &host->addresses[i];
        unsigned type_of_address = ip->family == AF_INET ? ns_t_a : ns_t_aaaa;
        if (type != type_of_address && type != ns_t_any)
            continue;
        write_record_head(reply, type_of_address, sw_ip_size(ip->family));
        write_bytes(reply, ip->bytes, sw_ip_size(ip->family));
        count++;
    }
    return count;
}

static unsigned write_name_record(struct cursor *reply, const struct sw_host *host) {
    uint8_t bytes[NAME_MAX_OCTETS];
    struct cursor name = {.bytes = bytes, .size = sizeof bytes};
    write_name(&name, sw_host_canonical_name(host));
    if (name.bad)
        return 0;
    write_record_head(reply, ns_t_ptr, name.at);
    write_bytes(reply, bytes, name.at);
    return 1;
}

/* Writes the answers and says how many they are. */
static unsigned write_answers(const struct sw_place *place, const struct question *question, struct cursor *reply,
                              enum sw_dns_outcome *outcome) {
    struct sw_host host;
    struct sw_ip ip;
    unsigned count = 0;
    if (read_reverse_ipv4(question->name, &ip) || read_reverse_ipv6(question->name, &ip)) {
        if (!sw_lookup_address(place, &ip, &host)) {
            *outcome = SW_DNS_NO_SUCH_NAME;
            return 0;
        }
        if (question->type == ns_t_ptr || question->type == ns_t_any)
            count = write_name_record(reply, &host);
    } else if (sw_lookup_name(place, question->name, &host)) {
        count = write_addresses(reply, &host, question->type);
    } else {
        *outcome = SW_DNS_NO_SUCH_NAME;
        return 0;
    }
    *outcome = count > 0 ? SW_DNS_FOUND : SW_DNS_NO_DATA;
    return count;
}

static unsigned response_code(enum sw_dns_outcome outcome) {
    return outcome == SW_DNS_NO_SUCH_NAME ? ns_r_nxdomain : outcome == SW_DNS_REFUSED ? ns_r_refused : ns_r_noerror;
}

int sw_dns_answer(const struct sw_place *place, const uint8_t *query, size_t size, uint8_t reply[static SW_DNS_REPLY_SIZE_MAX],
                  enum sw_dns_outcome *outcome) {
    struct cursor in = {.bytes = (uint8_t *)query, .size = size};
    struct question question;
    take(&in, FLAGS_AT);
    unsigned flags = read_u16(&in);
    unsigned question_count = read_u16(&in);
    take(&in, HEADER_SIZE - ANSWERS_AT);
    read_name(&in, question.name);
    question.type = read_u16(&in);
    question.class = read_u16(&in);
    if (in.bad || question_count != 1 || (flags & IS_REPLY) != 0)
        return -EINVAL;

    struct cursor out = {.bytes = reply, .size = SW_DNS_REPLY_SIZE_MAX};
    write_bytes(&out, query, in.at);
    unsigned answers = 0;
    *outcome = SW_DNS_REFUSED;
    if ((flags & OPCODE) == 0 && (question.class == ns_c_in || question.class == ns_c_any))
        answers = write_answers(place, &question, &out, outcome);

    struct cursor header = {.bytes = reply, .size = HEADER_SIZE, .at = FLAGS_AT};
    write_u16(&header, IS_REPLY | (flags & OPCODE) | AUTHORITATIVE | (flags & RECURSION_WANTED) | RECURSION_THERE |
                           response_code(*outcome));
    write_u16(&header, 1);
    write_u16(&header, answers);
    write_u16(&header, 0);
    write_u16(&header, 0);
    return (int)out.at;
}
