/* stdio.h: the FILE streams on sockets. */
#ifndef SW_INTERPOSE_STDIO_H
#define SW_INTERPOSE_STDIO_H

#include <stdio.h>

/* At the start of a program whose standard input and output may be a connection, as inetd has it. */
void sw_stdio_adopt_standard(void);

/* Before fork(2): its child may copy a connection onto its standard streams, where nothing can be allocated. */
void sw_stdio_prepare_standard(void);

/* dup2(2) has made `fd` what it is now. Async-signal-safe. */
void sw_stdio_copied_onto(int fd);

/* fclose(3) is about to free the stream. */
void sw_stdio_closing(FILE *stream);

/* At exit, while the sockets can still be recorded. */
void sw_stdio_flush_all(void);

#endif
