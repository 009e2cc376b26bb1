/* name_server.h: what is sent to the machine's name servers.
 *
 * Programs with a resolver of their own (c-ares in Node.js, dig, pgbouncer) read /etc/resolv.conf and ask the servers there over UDP. Those are not
 * on the network; the library answers in their place, from the hosts of the network. */
#ifndef SW_SOCKETS_NAME_SERVER_H
#define SW_SOCKETS_NAME_SERVER_H

#include "sockets/delivery.h"

/* Whether datagrams to `address` are such questions. */
bool sw_is_for_name_server(const struct sw_address *address);

/* Answers the question, as the server would that it was sent to. What is no question is lost on the way. */
void sw_name_server_answer(struct sw_delivery *delivery);

#endif
