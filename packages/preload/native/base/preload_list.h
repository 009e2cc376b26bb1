/* preload_list.h: the libraries that LD_PRELOAD names, with colons or spaces between them (ld.so(8)). */
#ifndef SW_BASE_PRELOAD_LIST_H
#define SW_BASE_PRELOAD_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `list` names this library, by its path or its usual name. `own_path` may be NULL. */
bool sw_preload_names_us(const char *list, const char *own_path);

/* How many bytes sw_preload_paths() writes at most. */
size_t sw_preload_paths_size(const char *list, const char *own_path);

/* Copies those of `list` to `paths` that are paths, and `own_path` for this library's bare name. Other bare names are left out: the dynamic linker
 * looks for them where LD_LIBRARY_PATH says, and where that is not set it says on stderr that it has not found them. */
void sw_preload_paths(const char *list, const char *own_path, char *paths);

#endif
