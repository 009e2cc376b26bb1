/* bind_conflicts.h: every two addresses, with every options, against each other. */
#ifndef BIND_CONFLICTS_H
#define BIND_CONFLICTS_H

#include "harness.h"

enum { REUSEADDR = 1, REUSEPORT = 2, LISTENING = 4 };

struct place {
    const char *text;
    int family;
    const char *ip;
    bool v6only;
};

static const struct place places[] = {
    {"127.0.0.1", AF_INET, "127.0.0.1", false},
    {"0.0.0.0", AF_INET, "0.0.0.0", false},
    {"::1", AF_INET6, "::1", false},
    {"::", AF_INET6, "::", false},
    {":: V6ONLY", AF_INET6, "::", true},
    {"::ffff:127.0.0.1", AF_INET6, "::ffff:127.0.0.1", false},
    {"::ffff:0.0.0.0", AF_INET6, "::ffff:0.0.0.0", false},
};

/* A socket at `place`, or -errno of the step that failed. */
static int occupy(const struct place *place, int type, int options) {
    int fd = (int)MUST(socket(place->family, type, 0));
    if (place->v6only)
        MUST(set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    if ((options & REUSEADDR) != 0)
        MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    if ((options & REUSEPORT) != 0)
        MUST(set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1));
    int bound = place->family == AF_INET ? bind(fd, AT4(place->ip, 7000)) : bind(fd, AT6(place->ip, 7000));
    if (bound == 0 && ((options & LISTENING) == 0 || listen(fd, 1) == 0))
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

static void compare(int type, int first_options, int second_options, const char *text) {
    enum { PLACES = sizeof places / sizeof places[0] };
    say("%s", text);
    for (int first = 0; first < PLACES; first++) {
        char line[512] = "";
        for (int second = 0; second < PLACES; second++) {
            int a = occupy(&places[first], type, first_options);
            int b = occupy(&places[second], type, second_options);
            snprintf(line + strlen(line), sizeof line - strlen(line), "  %s: %s", places[second].text,
                     a < 0 ? "first fails" : b >= 0 ? "ok" : error_name(-b));
            if (a >= 0)
                close(a);
            if (b >= 0)
                close(b);
        }
        say("%s:%s", places[first].text, line);
    }
}

#endif
