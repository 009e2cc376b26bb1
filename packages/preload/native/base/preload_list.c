#include "base/preload_list.h"

#include <string.h>

static const char OWN_NAME[] = "libsocket_wrapper", SEPARATORS[] = ": ";

bool sw_preload_names_us(const char *list, const char *own_path) {
    return strstr(list, OWN_NAME) != NULL || (own_path != NULL && strstr(list, own_path) != NULL);
}

size_t sw_preload_paths_size(const char *list, const char *own_path) {
    return strlen(list) + strlen(own_path) + 2;
}

void sw_preload_paths(const char *list, const char *own_path, char *paths) {
    char *end = paths;
    for (size_t length; *list != '\0'; list += length) {
        list += strspn(list, SEPARATORS);
        length = strcspn(list, SEPARATORS);
        bool is_path = memchr(list, '/', length) != NULL;
        if (length == 0 || (!is_path && strncmp(list, OWN_NAME, sizeof OWN_NAME - 1) != 0))
            continue;
        if (end != paths)
            *end++ = ':';
        end = is_path ? mempcpy(end, list, length) : stpcpy(end, own_path);
    }
    *end = '\0';
}
