/* pcap_file.h: the classic pcap that SOCKET_WRAPPER_PCAP_FILE names: LINKTYPE_RAW, one header however many processes write to it. */
#ifndef SW_CAPTURE_PCAP_FILE_H
#define SW_CAPTURE_PCAP_FILE_H

#include "capture/packet.h"

/* Whether the variable is set; read at the first call, like the peer. */
bool sw_pcap_file_is_wanted(void);

/* Appends one packet with one write. */
void sw_pcap_file_append(const struct sw_packet *packet);

/* Whether `fd` is the capture's own descriptor, which the program must not touch; -1 is none. */
bool sw_pcap_file_owns(int fd);

#endif
