/* poison.h: makes the kernel report an error on a Unix socket, so that poll(2) and epoll(7) wake and tell what they would tell of an IP
 * socket. The error itself is ECONNRESET; which one the program is to see is in the record. */
#ifndef SW_SOCKETS_POISON_H
#define SW_SOCKETS_POISON_H

/* For a datagram socket bound to the file that `address` names: afterwards it is as before but for the error. */
struct sockaddr_un;
void sw_poison_datagram(int fd, const struct sockaddr_un *address, unsigned length);

#endif
