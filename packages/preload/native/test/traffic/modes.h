/* modes.h: what `traffic` can do. */
#ifndef TRAFFIC_MODES_H
#define TRAFFIC_MODES_H

#include <stdbool.h>
#include <stdint.h>

/* ways.c: how data is sent */
void bulk(uint64_t bytes);
void parallel(int connections);
void shared(void);
void stdio(void);
void standard(bool is_program);
void standard_server(void);
void send_file(void);
void splice_both_ways(void);
void raw(void);

/* ends.c: how connections end */
void reset(bool unread);
void shut_down_unread(bool given_up);
void half_close(void);
void killed(uint64_t bytes);
void kills(uint64_t senders);
void too_late(void);

/* packets.c: UDP, and what nobody answers */
void udp(void);
void broadcast(void);
void refused(void);

#endif
