/* text_file.h: small text files (hosts, services, resolv.conf) in memory, read again when they change.
 *
 * A text is immutable and counted: whoever acquired it may read it without a lock until it is released. Files are opened with raw
 * system calls, close-on-exec, and never block: what is not a regular file does not count. errno is untouched. */
#ifndef SW_NAMES_TEXT_FILE_H
#define SW_NAMES_TEXT_FILE_H

#include <stddef.h>

/* One file is kept per slot, the one last read. */
enum sw_text_slot { SW_TEXT_NETWORK_HOSTS, SW_TEXT_WRAPPER_HOSTS, SW_TEXT_SERVICES, SW_TEXT_RESOLVER, SW_TEXT_SLOTS };

enum { SW_TEXT_SIZE_MAX = 4 << 20 }; /* what a file has beyond is not read */

struct sw_text;

/* The file's text now; NULL when there is no such file or no memory. */
struct sw_text *sw_text_acquire(enum sw_text_slot slot, const char *path);
void sw_text_release(struct sw_text *text);

const char *sw_text_bytes(const struct sw_text *text);
size_t sw_text_size(const struct sw_text *text);

/* Opens a regular file for reading. A descriptor, or a negative errno. */
int sw_text_open(const char *path);

#endif
