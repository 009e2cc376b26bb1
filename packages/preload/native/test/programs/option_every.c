/* option_every.c: every number that might be an option, at every level: what a fresh socket answers, and what it takes of a few values. */
#include "harness.h"

enum { NAMES_TRIED = 90, SHOWN = 24 };

static const struct {
    const char *name;
    int family, type;
} kinds[] = {
    {"TCP over IPv4", AF_INET, SOCK_STREAM},
    {"TCP over IPv6", AF_INET6, SOCK_STREAM},
    {"UDP over IPv4", AF_INET, SOCK_DGRAM},
    {"UDP over IPv6", AF_INET6, SOCK_DGRAM},
};

static const struct {
    const char *name;
    int level;
} levels[] = {
    {"SOL_SOCKET", SOL_SOCKET}, {"IPPROTO_IP", IPPROTO_IP},     {"IPPROTO_IPV6", IPPROTO_IPV6},
    {"IPPROTO_TCP", IPPROTO_TCP}, {"IPPROTO_UDP", IPPROTO_UDP},
};

static const int values[] = {-2, -1, 0, 1, 2, 3, 64, 255, 256, 1000, 32768, 70000};

/* What depends on privileges, on the machine or on how the kernel was built, and what is no state of the socket. */
static bool is_left_out(int level, int name) {
    static const struct {
        int level, name;
    } left_out[] = {
#include "option_every_left_out.h"
    };
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (left_out[i].level == level && left_out[i].name == name)
            return true;
    return false;
}

static const char *answer_text(int fd, int level, int name, char text[128]) {
    union {
        int number;
        unsigned char bytes[256];
    } answer = {0};
    socklen_t length = SHOWN;
    if (getsockopt(fd, level, name, &answer, &length) == -1)
        return error_name(errno);
    if (length == sizeof answer.number) {
        snprintf(text, 128, "%d", answer.number);
    } else {
        int end = snprintf(text, 128, "%u bytes ", (unsigned)length);
        for (socklen_t i = 0; i < length && i < SHOWN; i++)
            end += snprintf(text + end, 128 - (size_t)end, "%02x", answer.bytes[i]);
    }
    return text;
}

int main(void) {
    char text[128];
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++)
        for (size_t level = 0; level < sizeof levels / sizeof levels[0]; level++)
            for (int name = 0; name < NAMES_TRIED; name++) {
                if (is_left_out(levels[level].level, name))
                    continue;
                char line[2048];
                int fd = (int)MUST(socket(kinds[kind].family, kinds[kind].type, 0));
                int end = snprintf(line, sizeof line, "%s %s %d: %s;", kinds[kind].name, levels[level].name, name,
                                   answer_text(fd, levels[level].level, name, text));
                for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
                    int result = setsockopt(fd, levels[level].level, name, &values[i], sizeof values[i]);
                    end += snprintf(line + end, sizeof line - (size_t)end, " %d %s", values[i],
                                    result == 0 ? answer_text(fd, levels[level].level, name, text) : error_name(errno));
                }
                say("%s", line);
                close(fd);
            }
}
