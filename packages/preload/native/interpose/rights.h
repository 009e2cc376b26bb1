/* rights.h: descriptors that travel over Unix sockets by SCM_RIGHTS. What we know of a socket lies in the network's directory, so nothing has to
 * travel along: both ends only note that the socket has another holder. */
#ifndef SW_INTERPOSE_RIGHTS_H
#define SW_INTERPOSE_RIGHTS_H

#include <sys/socket.h>

void sw_rights_sending(const struct msghdr *message);
void sw_rights_received(const struct msghdr *message);

#endif
