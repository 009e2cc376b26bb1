#include "sockets/name.h"

#include "base/real.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const char DIGITS[] = "0123456789ABCDEF";

static char *put_hex(char *end, uint32_t value, unsigned digits) {
    for (unsigned i = digits; i-- > 0;)
        *end++ = DIGITS[value >> 4 * i & 0xf];
    return end;
}

unsigned sw_name_format(const struct sw_name *name, char text[SW_NAME_SIZE]) {
    static const char LETTERS[2][2][2] = {{{'T', 'U'}, {'X', 'Y'}}, {{'t', 'u'}, {'x', 'y'}}};
    char *end = text;
    *end++ = LETTERS[name->loopback][name->wire_family == 6][name->udp];
    end = put_hex(end, name->interface, 2);
    end = put_hex(end, name->port, 4);
    if (name->loopback_address != 0) {
        *end++ = '.';
        end = put_hex(end, name->loopback_address, 8);
    }
    if (name->share != 0) {
        char decimal[8];
        unsigned count = 0;
        for (unsigned rest = name->share; rest != 0; rest /= 10)
            decimal[count++] = (char)('0' + rest % 10);
        *end++ = '+';
        while (count > 0)
            *end++ = decimal[--count];
    }
    *end = '\0';
    return (unsigned)(end - text);
}

/* One more than the digit's value; 0 of what is no digit. A table and no loop, for each datagram that comes has a name to read. */
static const uint8_t DIGIT_VALUES[256] = {
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* Of two digits and of four; more than as many can say where one is none. */
static uint32_t hex_2(const char *text) {
    return (DIGIT_VALUES[(uint8_t)text[0]] - 1u) << 4 | (DIGIT_VALUES[(uint8_t)text[1]] - 1u);
}

static uint32_t hex_4(const char *text) {
    return hex_2(text) << 8 | hex_2(text + 2);
}

enum { UDP = 'u' - 't', IPV6 = 'x' - 't', LOWER_CASE = 'a' - 'A' };
_Static_assert('y' - 't' == (UDP | IPV6) && 'U' - 'T' == UDP && 'X' - 'T' == IPV6, "the letters' bits");

bool sw_name_parse(const char *path, size_t length, struct sw_name *name) {
    const char *slash = memrchr(path, '/', length);
    bool wildcard = slash != NULL && slash > path && slash[-1] == '/';
    if (slash != NULL) {
        length -= (size_t)(slash + 1 - path);
        path = slash + 1;
    }
    if (length < 7 || length >= SW_NAME_SIZE)
        return false;

    /* T U X Y and t u x y: what they stand for is in their bits. */
    unsigned kind = ((uint8_t)path[0] | LOWER_CASE) - 't';
    uint32_t interface = hex_2(path + 1), port = hex_4(path + 3), address = 0, share = 0;
    if ((kind & ~(UDP | IPV6)) != 0 || port > UINT16_MAX)
        return false;
    size_t at = 7;
    if (at < length && path[at] == '.') {
        if (length - at < 9 || hex_4(path + at + 1) > UINT16_MAX || hex_4(path + at + 5) > UINT16_MAX)
            return false;
        address = hex_4(path + at + 1) << 16 | hex_4(path + at + 5);
        at += 9;
    }
    if (at < length && path[at] == '+') {
        for (at++; at < length && path[at] >= '0' && path[at] <= '9' && share <= UINT16_MAX; at++)
            share = share * 10 + (uint32_t)(path[at] - '0');
        if (share == 0 || share > UINT16_MAX)
            return false;
    }
    if (at != length || interface < SW_INTERFACE_MIN || interface > SW_INTERFACE_MAX || port == 0)
        return false;
    *name = (struct sw_name){
        .udp = (kind & UDP) != 0,
        .wire_family = (kind & IPV6) != 0 ? 6 : 4,
        .loopback = (path[0] & LOWER_CASE) != 0,
        .wildcard = wildcard,
        .interface = (uint8_t)interface,
        .port = (uint16_t)port,
        .share = (uint16_t)share,
        .loopback_address = address,
    };
    /* Other loopback addresses exist in IPv4 only, and 127.0.0.1 has the plain name. */
    if (address != 0 && (!name->loopback || name->wire_family != 4 || address >> 24 != 127 || address == 0x7f000001))
        return false;
    if (length == 7)
        return true;
    char canonical[SW_NAME_SIZE];
    return sw_name_format(name, canonical) == length && memcmp(canonical, path, length) == 0;
}

bool sw_name_of_unix(const struct sockaddr_un *address, socklen_t length, struct sw_name *name) {
    size_t offset = offsetof(struct sockaddr_un, sun_path);
    if (length <= offset || address->sun_family != AF_UNIX || address->sun_path[0] == '\0')
        return false;
    size_t room = length - offset < sizeof address->sun_path ? length - offset : sizeof address->sun_path;
    /* The kernel counts the NUL behind a path. Within one there is none, and a name with one were none. */
    while (room > 0 && address->sun_path[room - 1] == '\0')
        room--;
    return sw_name_parse(address->sun_path, room, name);
}
