/* place.h: where on which network this process lives, and the addresses that follow from it.
 *
 * docs/network-directory.md, "Hosts and addresses", is the contract. */
#ifndef SW_NAMES_PLACE_H
#define SW_NAMES_PLACE_H

#include "base/config.h"
#include "names/ip.h"

struct sw_place {
    const char *directory; /* SOCKET_WRAPPER_DIR as given */
    enum sw_ipv4_network network;
    int interface; /* 0 when the variable has a bad value: then no address is this host's own */
};

/* Reads the environment. False when the library is off, and then names are libc's business. */
bool sw_place_now(struct sw_place *place);

/* The address of the host with this interface ID. */
struct sw_ip sw_place_address(const struct sw_place *place, int family, int interface);

/* The interface ID of the host that has this address, v4-mapped or not; 0 when the address is not on the network. */
int sw_place_interface_of(const struct sw_place *place, const struct sw_ip *ip);

/* What `localhost` stands for: 127.0.0.1 or ::1. Where 127.0.0.0 is the network itself 127.0.0.1 is host 1, so there the
 * IPv4 address of localhost is the host's own. */
struct sw_ip sw_place_localhost(const struct sw_place *place, int family);

/* The address that a connection to `destination` would come from. False when nothing on this network has it. */
bool sw_place_source_for(const struct sw_place *place, const struct sw_ip *destination, struct sw_ip *source);

#endif
