/* files.h: the files of /proc/net that a host has for itself. */
#ifndef SW_INTERPOSE_FILES_H
#define SW_INTERPOSE_FILES_H

#include <stdio.h>

/* `stream`, which libc has opened at `path`, with the host's own file behind it where that is one of them; NULL, with errno and the stream
 * closed, when there is no memory for it. */
FILE *sw_file_of_stream(FILE *stream, const char *path);

#endif
