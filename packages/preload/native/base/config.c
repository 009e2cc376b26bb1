#include "base/config.h"

#include "base/log.h"
#include "base/preload_list.h"
#include "base/table_memory.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static const char *const KEPT[] = {
    "LD_PRELOAD",
    "SOCKET_WRAPPER_DIR",
    "SOCKET_WRAPPER_DEFAULT_IFACE",
    "SOCKET_WRAPPER_IPV4_NETWORK",
    "SOCKET_WRAPPER_PCAP_FILE",
    "SOCKET_WRAPPER_CAPTURE_BYTES",
    "SOCKET_WRAPPER_CAPTURE_PACKET_LIMIT",
    "SOCKET_WRAPPER_MTU",
    "SOCKET_WRAPPER_MAX_SOCKETS",
    "SOCKET_WRAPPER_DEBUGLEVEL",
    "SOCKET_WRAPPER_SPAWN",
    "NSS_WRAPPER_HOSTS",
    "NSS_WRAPPER_HOSTNAME",
};
enum { KEPT_COUNT = sizeof KEPT / sizeof *KEPT };

/* "NAME=value" of each kept variable at the start of the process, NULL when it was unset. Copied, for the program may
 * overwrite the memory of its environment (setproctitle). */
static const char *start[KEPT_COUNT];

/* The path of this library, for a child whose LD_PRELOAD was replaced. */
static const char *own_path;

/* For a child that is given no LD_PRELOAD at all, and no LD_LIBRARY_PATH either: those of the first variable that are paths. */
static const char *paths_preloaded;
static uid_t user_at_start;

static struct sw_config_place *(*choose_place)(void);

void sw_config_attach(struct sw_config_place *(*choose)(void)) {
    choose_place = choose;
}

bool sw_config_is_attached(void) {
    return choose_place != NULL;
}

struct sw_config_place *sw_config_place(void) {
    return choose_place == NULL ? NULL : choose_place();
}

static const char *find(char *const *environment, const char *name, size_t length) {
    if (environment == NULL)
        return NULL;
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment;
    return NULL;
}

static bool is_called(const char *variable, const char *name) {
    while (*name != '\0' && *variable == *name) {
        variable++;
        name++;
    }
    return *name == '\0' && *variable == '=';
}

/* For the rest of the process's life; NULL of NULL. */
static const char *copy_of(const char *text) {
    size_t size = text == NULL ? 0 : strlen(text) + 1;
    void *memory = size == 0 ? NULL : sw_memory_take(size);
    return memory == NULL ? NULL : memcpy(memory, text, size);
}

/* Of "LD_PRELOAD=…". */
static const char *paths_of(const char *preload) {
    static const char NAME[] = "LD_PRELOAD=";
    const size_t length = sizeof NAME - 1;
    char *memory = preload == NULL || own_path == NULL ? NULL : sw_memory_take(length + sw_preload_paths_size(preload + length, own_path));
    if (memory == NULL)
        return preload;
    sw_preload_paths(preload + length, own_path, mempcpy(memory, NAME, length));
    return memory;
}

void sw_config_start(void) {
    for (char *const *variable = environ; variable != NULL && *variable != NULL; variable++)
        for (int i = 0; i < KEPT_COUNT; i++)
            if (start[i] == NULL && is_called(*variable, KEPT[i]))
                start[i] = copy_of(*variable);

    user_at_start = geteuid();
    Dl_info info;
    if (dladdr((void *)sw_config_start, &info) != 0 && info.dli_fname != NULL && info.dli_fname[0] == '/')
        own_path = copy_of(info.dli_fname);
    paths_preloaded = paths_of(start[0]);
}

static const char *value_at_start(const char *name) {
    for (int i = 0; i < KEPT_COUNT; i++)
        if (start[i] != NULL && strcmp(KEPT[i], name) == 0)
            return start[i] + strlen(name) + 1;
    return NULL;
}

/* One pass over the environment finds both the variable and LD_PRELOAD: socket(2) asks for three of them. */
const char *sw_config_value(const char *name) {
    if (sw_config_is_attached()) {
        const struct sw_config_place *place = sw_config_place();
        const char *variable = place == NULL ? NULL : find(place->variables, name, strlen(name));
        return variable == NULL ? NULL : variable + strlen(name) + 1;
    }
    const char *value = getenv(name);
    if (value == NULL && start[0] != NULL && getenv("LD_PRELOAD") == NULL)
        value = value_at_start(name);
    return value == NULL || *value == '\0' ? NULL : value;
}

const char *sw_config_directory(void) {
    if (sw_config_is_attached()) {
        const struct sw_config_place *place = sw_config_place();
        return place == NULL ? NULL : place->directory;
    }
    return sw_config_value("SOCKET_WRAPPER_DIR");
}

/* The whole of `text` as a decimal number of `min` to `max`; -1 for anything else. */
static long decimal(const char *text, long min, long max) {
    long value = 0;
    if (*text == '\0')
        return -1;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || value > max)
            return -1;
        value = value * 10 + (*text - '0');
    }
    return value < min || value > max ? -1 : value;
}

/* The variables that are numbers and count from the start to the end. SOCKET_WRAPPER_DEFAULT_IFACE may change on the way. */
static const struct {
    const char *name;
    long min, max;
} NUMBERS[] = {
    {"SOCKET_WRAPPER_MTU", 512, 32768},
    {"SOCKET_WRAPPER_MAX_SOCKETS", 1, 262140},
    {"SOCKET_WRAPPER_CAPTURE_BYTES", 65536, 1 << 30},
    {"SOCKET_WRAPPER_CAPTURE_PACKET_LIMIT", 1, 65535},
    {"SOCKET_WRAPPER_SPAWN", 1, UINT32_MAX},
};

int sw_config_check(void) {
    for (unsigned i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        const char *text = sw_config_value(NUMBERS[i].name);
        if (text == NULL || decimal(text, NUMBERS[i].min, NUMBERS[i].max) >= 0)
            continue;
        SW_LOG_ONCE("%s is '%s', it must be a number from %ld to %ld", NUMBERS[i].name, text, NUMBERS[i].min, NUMBERS[i].max);
        return -EINVAL;
    }
    const char *level = sw_config_value("SOCKET_WRAPPER_DEBUGLEVEL");
    if (level == NULL || sw_log_level_of(level) >= 0)
        return 0;
    SW_LOG_ONCE("SOCKET_WRAPPER_DEBUGLEVEL is '%s', it must be a number from 0 to 3, or error, warn, debug or trace", level);
    return -EINVAL;
}

int sw_config_interface(void) {
    if (sw_config_is_attached()) {
        const struct sw_config_place *place = sw_config_place();
        return place == NULL ? 1 : place->interface;
    }
    const char *text = sw_config_value("SOCKET_WRAPPER_DEFAULT_IFACE");
    if (text == NULL)
        return 1;
    long value = decimal(text, SW_INTERFACE_MIN, SW_INTERFACE_MAX);
    if (value < 0) {
        SW_LOG_ONCE("SOCKET_WRAPPER_DEFAULT_IFACE is '%s', it must be a number from 1 to 254", text);
        return 0;
    }
    return (int)value;
}

int sw_config_interface_of_socket(unsigned made_on) {
    return sw_config_is_attached() ? (int)made_on : sw_config_interface();
}

const char *sw_config_capture_file(void) {
    if (sw_config_is_attached()) {
        const struct sw_config_place *place = sw_config_place();
        return place == NULL ? NULL : place->capture_file;
    }
    return sw_config_value("SOCKET_WRAPPER_PCAP_FILE");
}

int sw_config_ipv4_network(enum sw_ipv4_network *network) {
    if (sw_config_is_attached()) {
        const struct sw_config_place *place = sw_config_place();
        *network = place == NULL ? SW_NETWORK_127 : place->ipv4_network;
        return 0;
    }
    const char *text = sw_config_value("SOCKET_WRAPPER_IPV4_NETWORK");
    if (text == NULL || strcmp(text, "127.0.0.0") == 0) {
        *network = SW_NETWORK_127;
        return 0;
    }
    if (strcmp(text, "10.53.57.0") == 0) {
        *network = SW_NETWORK_10_53_57;
        return 0;
    }
    SW_LOG_ONCE("SOCKET_WRAPPER_IPV4_NETWORK is '%s', it must be 127.0.0.0 or 10.53.57.0", text);
    return -EINVAL;
}

uint32_t sw_config_spawn(void) {
    const char *text = sw_config_value("SOCKET_WRAPPER_SPAWN");
    long value = text == NULL ? -1 : decimal(text, 1, UINT32_MAX);
    return value < 0 ? 0 : (uint32_t)value;
}

unsigned sw_config_mtu(void) {
    const char *text = sw_config_value("SOCKET_WRAPPER_MTU");
    if (text == NULL)
        return 1500;
    long value = decimal(text, 512, 32768);
    if (value < 0) {
        SW_LOG_ONCE("SOCKET_WRAPPER_MTU is '%s', it must be a number from 512 to 32768; 1500 is used", text);
        return 1500;
    }
    return (unsigned)value;
}

unsigned sw_config_max_sockets(void) {
    const char *text = sw_config_value("SOCKET_WRAPPER_MAX_SOCKETS");
    if (text == NULL)
        return 65535;
    long value = decimal(text, 1, 262140);
    if (value < 0) {
        SW_LOG_ONCE("SOCKET_WRAPPER_MAX_SOCKETS is '%s', it must be a number from 1 to 262140; 65535 is used", text);
        return 65535;
    }
    return (unsigned)value;
}

/* Whether the colon or space separated list in LD_PRELOAD names this library. */
static bool loads_us(const char *entry) {
    return entry != NULL && sw_preload_names_us(entry, own_path);
}

/* A child of an attached thread is on the thread's network, unless its environment names one already. */
static char *const *environment_on_place(char *const *environment, char **pointers, unsigned room, char *storage,
                                         unsigned storage_size) {
    const struct sw_config_place *place = sw_config_place();
    if (place == NULL || place->variables == NULL || find(environment, KEPT[1], strlen(KEPT[1])) != NULL)
        return environment;

    const char *preload = find(environment, KEPT[0], strlen(KEPT[0]));
    unsigned count = 0;
    if (preload != NULL) {
        const char *others = preload + strlen("LD_PRELOAD=");
        if (strlen(place->variables[0]) + 1 + strlen(others) + 1 > storage_size)
            return environment;
        char *end = stpcpy(storage, place->variables[0]);
        if (*others != '\0')
            *end++ = ':';
        strcpy(end, others);
    }
    for (unsigned i = 0; place->variables[i] != NULL && count + 1 < room; i++)
        pointers[count++] = i == 0 && preload != NULL ? storage : place->variables[i];
    const unsigned own = count;
    for (; environment != NULL && *environment != NULL; environment++) {
        bool is_ours = *environment == preload;
        for (unsigned i = 0; i < own && !is_ours; i++)
            is_ours = find((char *const[]){pointers[i], NULL}, *environment, strcspn(*environment, "=")) != NULL;
        if (is_ours)
            continue;
        if (count + 1 >= room)
            return environment;
        pointers[count++] = *environment;
    }
    pointers[count] = NULL;
    return pointers;
}

int sw_config_library_is_readable(void) {
    if (own_path == NULL || sw_config_directory() == NULL || geteuid() == user_at_start)
        return 0;
    int saved_errno = errno, result = 0;
    if (faccessat(AT_FDCWD, own_path, R_OK, AT_EACCESS) != 0 && errno == EACCES) {
        SW_LOG_ONCE("user %u may not read '%s': programs that it starts would be on the real network, so they are not started; keep the "
                    "project in a directory that this user can enter",
                    (unsigned)geteuid(), own_path);
        result = -EACCES;
    }
    errno = saved_errno;
    return result;
}

unsigned sw_config_storage_for_child(char *const *environment) {
    const struct sw_config_place *place = sw_config_is_attached() ? sw_config_place() : NULL;
    const char *preload = find(environment, KEPT[0], strlen(KEPT[0]));
    const char *library = place != NULL && place->variables != NULL ? place->variables[0] : own_path;
    return preload == NULL || library == NULL ? 0 : (unsigned)(strlen(library) + strlen(preload) + 2);
}

char *const *sw_config_environment_for_child(char *const *environment, char **pointers, unsigned room, char *storage,
                                             unsigned storage_size) {
    if (sw_config_is_attached())
        return environment_on_place(environment, pointers, room, storage, storage_size);
    const char *preload = find(environment, KEPT[0], strlen(KEPT[0]));
    if (start[0] == NULL || !loads_us(start[0]) || loads_us(preload))
        return environment;

    unsigned count = 0;
    if (preload == NULL) {
        if (count + 1 < room)
            pointers[count++] = (char *)paths_preloaded;
    } else if (own_path != NULL && strlen(own_path) + strlen(preload) + 2 <= storage_size) {
        char *end = stpcpy(storage, "LD_PRELOAD=");
        end = stpcpy(end, own_path);
        *end++ = ':';
        strcpy(end, preload + strlen("LD_PRELOAD="));
        if (count + 1 < room)
            pointers[count++] = storage;
    } else {
        return environment;
    }
    for (int i = 1; i < KEPT_COUNT; i++)
        if (start[i] != NULL && find(environment, KEPT[i], strlen(KEPT[i])) == NULL && count + 1 < room)
            pointers[count++] = (char *)start[i];
    for (; environment != NULL && *environment != NULL; environment++) {
        if (*environment == preload)
            continue;
        if (count + 1 >= room)
            return environment;
        pointers[count++] = *environment;
    }
    pointers[count] = NULL;
    return pointers;
}
