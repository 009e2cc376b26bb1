/* random_places.h: what getsockname(2), getpeername(2) and recvfrom(2) say, for programs of random calls that have a place_text() of their own. */
#ifndef RANDOM_PLACES_H
#define RANDOM_PLACES_H

#include "random_calls.h"

static const char *place_text(const struct sockaddr_storage *address, socklen_t length);

static void ask_name(struct end *end) {
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    long result = getsockname(end->fd, (struct sockaddr *)&name, &length);
    tell(end, "getsockname", result, place_text(&name, length));
}

static void ask_peer(struct end *end) {
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;
    long result = getpeername(end->fd, (struct sockaddr *)&peer, &length);
    tell(end, "getpeername", result, result < 0 ? "" : place_text(&peer, length));
}

static inline void receive_from(struct end *end) {
    char data[MOST_BYTES] = "";
    struct sockaddr_storage from = {0};
    socklen_t length = sizeof from;
    ssize_t received = recvfrom(end->fd, data, sizeof data, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
    tell(end, "recvfrom", received, received < 0 ? "" : place_text(&from, length));
}

#endif
