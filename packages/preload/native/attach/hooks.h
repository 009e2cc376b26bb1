/* hooks.h: the functions that stand in front of libc's, by the names that other objects import. */
#ifndef SW_ATTACH_HOOKS_H
#define SW_ATTACH_HOOKS_H

/* What to call instead of libc's function `name`; NULL for a function that is left alone. */
void *sw_hook_for(const char *name);

#endif
