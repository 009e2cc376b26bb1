#include "names/hosts_text.h"

#include <arpa/inet.h>
#include <string.h>

static bool parse_address(struct sw_span word, struct sw_ip *ip) {
    char text[INET6_ADDRSTRLEN];
    if (word.size >= sizeof text)
        return false;
    memcpy(text, word.bytes, word.size);
    text[word.size] = '\0';
    *ip = (struct sw_ip){.family = memchr(text, ':', word.size) == NULL ? AF_INET : AF_INET6};
    return inet_pton(ip->family, text, ip->bytes) == 1;
}

bool sw_hosts_next_entry(struct sw_span *text, struct sw_hosts_entry *entry) {
    struct sw_span line;
    while (sw_next_line(text, &line)) {
        struct sw_span word;
        if (!sw_next_word(&line, &word) || !parse_address(word, &entry->ip))
            continue;
        entry->names = line;
        if (sw_next_word(&line, &word))
            return true;
    }
    return false;
}

static bool has_name(struct sw_span names, struct sw_span name) {
    struct sw_span word;
    while (sw_next_word(&names, &word))
        if (sw_same_host_name(word, name))
            return true;
    return false;
}

static void add_names(struct sw_host *host, struct sw_span names) {
    struct sw_span word;
    while (sw_next_word(&names, &word))
        sw_host_add_name(host, word);
}

bool sw_hosts_text_by_name(struct sw_span text, struct sw_span name, struct sw_host *host) {
    struct sw_hosts_entry entry;
    bool found = false;
    while (sw_hosts_next_entry(&text, &entry))
        if (has_name(entry.names, name)) {
            sw_host_add_address(host, &entry.ip);
            add_names(host, entry.names);
            found = true;
        }
    return found;
}

bool sw_hosts_text_by_address(struct sw_span text, const struct sw_ip *ip, struct sw_host *host) {
    struct sw_hosts_entry entry;
    bool found = false;
    while (sw_hosts_next_entry(&text, &entry))
        if (sw_ip_equal(&entry.ip, ip)) {
            sw_host_add_address(host, &entry.ip);
            add_names(host, entry.names);
            found = true;
        }
    return found;
}
