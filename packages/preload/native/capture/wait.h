/* wait.h: waiting as the calls of sockets do. */
#ifndef SW_CAPTURE_WAIT_H
#define SW_CAPTURE_WAIT_H

#include <stdbool.h>

/* Lets somebody else run. */
void sw_wait_a_moment(void);

/* Waits until the socket takes more, as a blocking send would. False, with errno, when its time (SO_SNDTIMEO) is over or a signal came whose
 * handler does not want calls to go on. */
bool sw_wait_writable(int fd);

#endif
