#include "names/services.h"

#include "names/text_file.h"
#include "names/text_line.h"

#include <string.h>

struct entry {
    struct sw_span name;
    struct sw_span aliases;
    int port;
    struct sw_span protocol;
};

/* "80/tcp" */
static bool parse_port(struct sw_span word, struct entry *entry) {
    int port = 0;
    size_t i = 0;
    for (; i < word.size && word.bytes[i] >= '0' && word.bytes[i] <= '9' && port <= 65535; i++)
        port = port * 10 + (word.bytes[i] - '0');
    if (i == 0 || port > 65535 || i + 1 >= word.size || word.bytes[i] != '/')
        return false;
    entry->port = port;
    entry->protocol = (struct sw_span){word.bytes + i + 1, word.size - i - 1};
    return true;
}

static bool next_entry(struct sw_span *text, struct entry *entry) {
    struct sw_span line;
    while (sw_next_line(text, &line)) {
        struct sw_span port;
        if (!sw_next_word(&line, &entry->name) || !sw_next_word(&line, &port) || !parse_port(port, entry))
            continue;
        entry->aliases = line;
        return true;
    }
    return false;
}

static bool is_called(struct entry entry, const char *name) {
    struct sw_span alias;
    if (sw_word_is(entry.name, name))
        return true;
    while (sw_next_word(&entry.aliases, &alias))
        if (sw_word_is(alias, name))
            return true;
    return false;
}

int sw_service_port(const char *name, const char *protocol) {
    struct sw_text *file = sw_text_acquire(SW_TEXT_SERVICES, "/etc/services");
    if (file == NULL)
        return -1;
    struct sw_span text = {sw_text_bytes(file), sw_text_size(file)};
    struct entry entry;
    int port = -1;
    while (port < 0 && next_entry(&text, &entry))
        if (sw_word_is(entry.protocol, protocol) && is_called(entry, name))
            port = entry.port;
    sw_text_release(file);
    return port;
}

bool sw_service_name(int port, const char *protocol, char name[static SW_SERVICE_NAME_SIZE]) {
    struct sw_text *file = sw_text_acquire(SW_TEXT_SERVICES, "/etc/services");
    if (file == NULL)
        return false;
    struct sw_span text = {sw_text_bytes(file), sw_text_size(file)};
    struct entry entry;
    bool found = false;
    while (!found && next_entry(&text, &entry))
        found = entry.port == port && sw_word_is(entry.protocol, protocol) && entry.name.size < SW_SERVICE_NAME_SIZE;
    if (found) {
        memcpy(name, entry.name.bytes, entry.name.size);
        name[entry.name.size] = '\0';
    }
    sw_text_release(file);
    return found;
}
