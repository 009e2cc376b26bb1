/* machine_file.h: a file of /proc/net as the machine's kernel gives it. */
#ifndef SW_LISTING_MACHINE_FILE_H
#define SW_LISTING_MACHINE_FILE_H

#include "base/growing.h"

/* Adds the whole text of the file; as much of it as can be had. */
void sw_machine_file_read(const char *path, struct sw_growing *text);

#endif
