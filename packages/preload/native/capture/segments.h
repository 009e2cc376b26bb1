/* segments.h: the IP packets that an event of the ring stands for. */
#ifndef SW_CAPTURE_SEGMENTS_H
#define SW_CAPTURE_SEGMENTS_H

#include "capture/event.h"
#include "capture/packet.h"

/* The data of a packet is in one piece here. */
enum { SW_SEGMENT_PARTS = 1 };

/* Calls `visit` for each packet, in order. Its data is the ring's. `original_length` is more than the packet's bytes where there is a limit. */
void sw_segments_of(const struct sw_event *event, void (*visit)(const struct sw_packet *packet, size_t original_length, uint64_t time));

/* More than a datagram can have. */
enum { SW_DATAGRAM_MAX = 0xffff };

/* How much data fits into a segment between these two. */
unsigned sw_segment_size(unsigned mtu, bool ipv4);

#endif
