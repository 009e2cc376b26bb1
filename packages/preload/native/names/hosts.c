#include "names/hosts.h"

#include "names/hosts_text.h"
#include "names/text_file.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const enum sw_text_slot SLOTS[] = {SW_TEXT_NETWORK_HOSTS, SW_TEXT_WRAPPER_HOSTS};
enum { FILE_COUNT = sizeof SLOTS / sizeof *SLOTS };

static const char NAME[] = "/hosts";

/* What path_of() needs: no more, for threads may have small stacks. */
static size_t storage_size(const struct sw_place *place) {
    size_t size = strlen(place->directory) + sizeof NAME;
    return size < PATH_MAX ? size : PATH_MAX;
}

/* The path of one of the files; NULL when there is none. */
static const char *path_of(enum sw_text_slot slot, const struct sw_place *place, char *storage) {
    if (slot == SW_TEXT_WRAPPER_HOSTS)
        return sw_config_value("NSS_WRAPPER_HOSTS");
    size_t length = strlen(place->directory);
    if (length + sizeof NAME > PATH_MAX)
        return NULL;
    memcpy(storage, place->directory, length);
    memcpy(storage + length, NAME, sizeof NAME);
    return storage;
}

static struct sw_text *acquire(enum sw_text_slot slot, const struct sw_place *place) {
    char storage[storage_size(place)];
    const char *path = path_of(slot, place, storage);
    return path == NULL ? NULL : sw_text_acquire(slot, path);
}

static struct sw_span span_of(const struct sw_text *text) {
    return (struct sw_span){sw_text_bytes(text), sw_text_size(text)};
}

bool sw_hosts_by_name(const struct sw_place *place, struct sw_span name, struct sw_host *host) {
    bool found = false;
    for (int i = 0; i < FILE_COUNT && !found; i++) {
        struct sw_text *text = acquire(SLOTS[i], place);
        if (text == NULL)
            continue;
        found = sw_hosts_text_by_name(span_of(text), name, host);
        sw_text_release(text);
    }
    return found;
}

bool sw_hosts_by_address(const struct sw_place *place, const struct sw_ip *ip, struct sw_host *host) {
    bool found = false;
    for (int i = 0; i < FILE_COUNT && !found; i++) {
        struct sw_text *text = acquire(SLOTS[i], place);
        if (text == NULL)
            continue;
        found = sw_hosts_text_by_address(span_of(text), ip, host);
        sw_text_release(text);
    }
    return found;
}

bool sw_hosts_name_of_interface(const struct sw_place *place, int interface, char name[static SW_HOST_NAME_SIZE]) {
    static const int FAMILIES[] = {AF_INET, AF_INET6};
    for (int i = 0; i < 2; i++) {
        struct sw_ip ip = sw_place_address(place, FAMILIES[i], interface);
        struct sw_host host = {0};
        if (sw_hosts_by_address(place, &ip, &host) && host.name_count > 0) {
            strcpy(name, sw_host_canonical_name(&host));
            return true;
        }
    }
    return false;
}

static bool text_has_interface(struct sw_span text, const struct sw_place *place, int interface) {
    struct sw_hosts_entry entry;
    while (sw_hosts_next_entry(&text, &entry))
        if (sw_place_interface_of(place, &entry.ip) == interface)
            return true;
    return false;
}

/* Reads line after line through a buffer that holds the longest line there may be. */
static bool file_has_interface(int fd, const struct sw_place *place, int interface) {
    char buffer[SW_LINE_SIZE_MAX + 1];
    size_t used = 0;
    size_t read_in_all = 0;
    bool in_long_line = false;
    for (;;) {
        long got = syscall(SYS_read, fd, buffer + used, sizeof buffer - used);
        if (got < 0 && errno == EINTR)
            continue;
        bool at_end = got <= 0 || (read_in_all += (size_t)got) > SW_TEXT_SIZE_MAX;
        used += got > 0 ? (size_t)got : 0;

        const char *last_newline = memrchr(buffer, '\n', used);
        size_t complete = at_end ? used : last_newline == NULL ? 0 : (size_t)(last_newline - buffer) + 1;
        struct sw_span text = {buffer, complete};
        struct sw_span rest_of_long_line;
        if (in_long_line && complete > 0) {
            sw_next_line(&text, &rest_of_long_line);
            in_long_line = false;
        }
        if (text_has_interface(text, place, interface))
            return true;
        if (at_end)
            return false;

        used -= complete;
        memmove(buffer, buffer + complete, used);
        if (used == sizeof buffer) {
            in_long_line = true;
            used = 0;
        }
    }
}

static int open_hosts(enum sw_text_slot slot, const struct sw_place *place) {
    char storage[storage_size(place)];
    const char *path = path_of(slot, place, storage);
    return path == NULL ? -1 : sw_text_open(path);
}

bool sw_hosts_knows_interface(const struct sw_place *place, int interface) {
    int saved_errno = errno;
    bool known = false;
    for (int i = 0; i < FILE_COUNT && !known; i++) {
        int fd = open_hosts(SLOTS[i], place);
        if (fd < 0)
            continue;
        known = file_has_interface(fd, place, interface);
        syscall(SYS_close, fd);
    }
    errno = saved_errno;
    return known;
}

bool sw_hosts_entry_at(const struct sw_place *place, unsigned position, struct sw_host *host) {
    bool found = false;
    for (int i = 0; i < FILE_COUNT && !found; i++) {
        struct sw_text *file = acquire(SLOTS[i], place);
        if (file == NULL)
            continue;
        struct sw_span text = span_of(file);
        struct sw_hosts_entry entry;
        while (!found && sw_hosts_next_entry(&text, &entry))
            found = position-- == 0;
        if (found) {
            struct sw_span word;
            sw_host_add_address(host, &entry.ip);
            while (sw_next_word(&entry.names, &word))
                sw_host_add_name(host, word);
        }
        sw_text_release(file);
    }
    return found;
}
