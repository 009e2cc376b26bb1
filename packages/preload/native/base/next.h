/* next.h: the functions that the dynamic linker finds behind this library: libc's, or those of another library in front of it. */
#ifndef SW_BASE_NEXT_H
#define SW_BASE_NEXT_H

/* Stores what dlsym(3) answers for RTLD_NEXT to each of `names`, which end with a zero byte each and with an empty one. NULL where nothing has that
 * name. Allocates nothing where all are found, and may be repeated by anyone at any moment. */
void sw_next_functions(const char *names, void **functions);

/* The function of libc itself, whatever stands in front of it. On musl, where there is one list of names for all, the next one behind this library. */
void *sw_libc_function(const char *name);

#endif
