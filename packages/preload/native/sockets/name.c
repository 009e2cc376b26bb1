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

/* 0 to 15; anything above is no digit. */
static uint32_t digit_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return (uint32_t)(digit - '0');
    return digit >= 'A' && digit <= 'F' ? (uint32_t)(digit - 'A') + 10 : 16;
}

static bool get_hex(const char *text, unsigned digits, uint32_t *value) {
    *value = 0;
    for (unsigned i = 0; i < digits; i++) {
        uint32_t digit = digit_value(text[i]);
        if (digit > 15)
            return false;
        *value = *value << 4 | digit;
    }
    return true;
}

bool sw_name_parse(const char *path, size_t length, struct sw_name *name) {
    const char *slash = memrchr(path, '/', length);
    bool wildcard = slash != NULL && slash > path && slash[-1] == '/';
    if (slash != NULL) {
        length -= (size_t)(slash + 1 - path);
        path = slash + 1;
    }
    if (length < 7 || length >= SW_NAME_SIZE)
        return false;

    static const char LETTERS[] = "TUXYtuxy";
    const char *letter = memchr(LETTERS, path[0], 8);
    uint32_t interface, port, address = 0, share = 0;
    if (letter == NULL || !get_hex(path + 1, 2, &interface) || !get_hex(path + 3, 4, &port))
        return false;
    size_t at = 7;
    if (at < length && path[at] == '.') {
        if (length - at < 9 || !get_hex(path + at + 1, 8, &address))
            return false;
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
    unsigned kind = (unsigned)(letter - LETTERS);
    *name = (struct sw_name){
        .udp = (kind & 1) != 0,
        .wire_family = (kind & 2) != 0 ? 6 : 4,
        .loopback = (kind & 4) != 0,
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
    return sw_name_parse(address->sun_path, strnlen(address->sun_path, room), name);
}
