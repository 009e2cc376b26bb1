#include "names/name_servers.h"

#include "names/text_file.h"

#include <arpa/inet.h>
#include <string.h>

/* "10.0.0.1", "fd00::1" or "fe80::1%eth0" */
static bool parse_ip(struct sw_span word, struct sw_ip *ip) {
    char text[INET6_ADDRSTRLEN + 16];
    uint8_t bytes[SW_IPV6_SIZE];
    if (word.size >= sizeof text)
        return false;
    memcpy(text, word.bytes, word.size);
    text[word.size] = '\0';
    text[strcspn(text, "%")] = '\0';
    int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    if (inet_pton(family, text, bytes) != 1)
        return false;
    *ip = sw_ip_of_bytes(family, bytes);
    return true;
}

bool sw_names_server(struct sw_span text, const struct sw_ip *ip) {
    struct sw_ip plain = sw_ip_unmapped(ip), server;
    struct sw_span line, word;
    bool any = false;
    while (sw_next_line(&text, &line)) {
        if (!sw_next_word(&line, &word) || !sw_word_is(word, "nameserver") || !sw_next_word(&line, &word) || !parse_ip(word, &server))
            continue;
        any = true;
        if (sw_ip_equal(&plain, &server))
            return true;
    }
    server = sw_ipv4(127, 0, 0, 1);
    return !any && sw_ip_equal(&plain, &server);
}

bool sw_is_name_server(const struct sw_ip *ip) {
    struct sw_text *file = sw_text_acquire(SW_TEXT_RESOLVER, "/etc/resolv.conf");
    struct sw_span text = {"", 0};
    if (file != NULL)
        text = (struct sw_span){sw_text_bytes(file), sw_text_size(file)};
    bool is = sw_names_server(text, ip);
    if (file != NULL)
        sw_text_release(file);
    return is;
}
