/* name_servers.h: the machine's name servers, as /etc/resolv.conf names them (resolv.conf(5)). They are no part of a network, so their
 * questions are answered by dns.h. */
#ifndef SW_NAMES_NAME_SERVERS_H
#define SW_NAMES_NAME_SERVERS_H

#include "names/ip.h"
#include "names/text_line.h"

enum { SW_NAME_SERVER_PORT = 53 };

/* Whether programs that resolve names by themselves would ask there. */
bool sw_is_name_server(const struct sw_ip *ip);

/* The same for the text of such a file. One that names none means 127.0.0.1. */
bool sw_names_server(struct sw_span text, const struct sw_ip *ip);

#endif
