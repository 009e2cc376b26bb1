/* unknown_name.h: tells the recorder of names that a program looked up in vain. */
#ifndef SW_INTERPOSE_UNKNOWN_NAME_H
#define SW_INTERPOSE_UNKNOWN_NAME_H

#include "names/place.h"

/* After a lookup of `name` that found nothing: records it where the reason is that no host has it. NULL and numbers are no names.
 * Leaves errno as it is. */
void sw_tell_unknown_name(const struct sw_place *place, const char *name);

#endif
