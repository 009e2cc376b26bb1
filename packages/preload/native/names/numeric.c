#include "names/numeric.h"

#include "names/interfaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static bool parse_ipv4(const char *text, struct sw_ip *ip) {
    struct in_addr address;
    /* inet_aton(3) alone would take "1.2.3.4 rest". */
    if (text[strcspn(text, " \t\n\v\f\r")] != '\0')
        return false;
    int saved_errno = errno;
    bool numeric = inet_aton(text, &address) != 0;
    errno = saved_errno; /* musl sets it for names */
    if (numeric)
        *ip = sw_ip_of_bytes(AF_INET, &address);
    return numeric;
}

static bool parse_scope(const char *text, struct sw_ip *ip) {
    if (sw_ip_is_link_local(ip)) {
        ip->scope = sw_interface_index(text);
        if (ip->scope != 0)
            return true;
    }
    uint64_t number = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || number > UINT32_MAX)
            return false;
        number = number * 10 + (uint64_t)(*text - '0');
    }
    ip->scope = (uint32_t)number;
    return number <= UINT32_MAX;
}

enum sw_numeric sw_numeric_parse(const char *text, struct sw_ip *ip) {
    if (parse_ipv4(text, ip))
        return SW_NUMERIC;

    char address[INET6_ADDRSTRLEN];
    size_t length = strcspn(text, "%");
    if (length >= sizeof address)
        return SW_NOT_NUMERIC;
    memcpy(address, text, length);
    address[length] = '\0';
    *ip = (struct sw_ip){.family = AF_INET6};
    if (inet_pton(AF_INET6, address, ip->bytes) != 1)
        return SW_NOT_NUMERIC;
    return text[length] == '\0' || parse_scope(text + length + 1, ip) ? SW_NUMERIC : SW_BAD_SCOPE;
}

static void append_number(char *end, uint32_t number) {
    char digits[10];
    unsigned count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0)
        *end++ = digits[--count];
    *end = '\0';
}

void sw_numeric_format(const struct sw_ip *ip, char text[static SW_NUMERIC_SIZE]) {
    inet_ntop(ip->family, ip->bytes, text, INET6_ADDRSTRLEN);
    if (ip->family != AF_INET6 || ip->scope == 0)
        return;
    char *end = text + strlen(text);
    *end++ = '%';
    const char *interface = sw_ip_is_link_local(ip) ? sw_interface_name(ip->scope) : NULL;
    if (interface != NULL)
        strcpy(end, interface);
    else
        append_number(end, ip->scope);
}
