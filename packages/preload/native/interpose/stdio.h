/* stdio.h: the FILE streams on recorded sockets. */
#ifndef SW_INTERPOSE_STDIO_H
#define SW_INTERPOSE_STDIO_H

#include <stdio.h>

/* fclose(3) is about to free the stream. */
void sw_stdio_closing(FILE *stream);

/* At exit, while the sockets can still be recorded. */
void sw_stdio_flush_all(void);

#endif
