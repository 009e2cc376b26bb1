/* entry.h: what is written into an event of the ring. */
#ifndef SW_CAPTURE_ENTRY_H
#define SW_CAPTURE_ENTRY_H

#include "capture/recorder.h"
#include "state/fd_table.h"

#include <sys/socket.h>

/* The ends of what an event is about. */
struct sw_ends {
    const struct sw_address *source;
    const struct sw_address *destination;
};

/* Who an event is recorded for: the number of the program, SOCKET_WRAPPER_SPAWN, and its host. */
struct sw_actor {
    uint32_t spawn;
    uint8_t interface;
};

/* An event that is being recorded. `ticket.event` is NULL when there is no room, or nothing is recorded. */
struct sw_entry {
    struct sw_recorder *recorder;
    struct sw_ticket ticket;
    bool is_fresh;  /* the data is best written with pwrite(2) */
    bool is_filled; /* the data is in its place */
};

/* Takes a place for an event with `length` bytes of data at most and describes it, but for its numbers. `socket` is who acts. */
struct sw_entry sw_entry_begin(const struct sw_socket *socket, enum sw_event_kind kind, struct sw_ends ends, uint32_t length);

/* The same for what is about no socket: `spawn` and `interface` are those of the process. There are no addresses. */
struct sw_entry sw_entry_begin_without_socket(struct sw_network *network, enum sw_event_kind kind, struct sw_actor actor, uint32_t length);

/* Puts the data, all of the message, behind the header before it is sent. Where the program's memory cannot be read or the pages cannot be had,
 * sw_entry_end() does so. */
void sw_entry_fill(struct sw_entry *entry, const struct msghdr *message, uint32_t length);

/* `sent` bytes of the message went through. 0 gives the place of data back. */
void sw_entry_end(struct sw_entry *entry, const struct msghdr *message, uint32_t sent);

/* An event without data is there. */
void sw_entry_end_empty(struct sw_entry *entry);

/* Nothing happened. */
void sw_entry_abandon(struct sw_entry *entry);

#endif
