/* page.h: the pages of tables that are indexed by descriptors, made when their first entry is. */
#ifndef SW_STATE_PAGE_H
#define SW_STATE_PAGE_H

#include <stdbool.h>
#include <stddef.h>

/* Puts `size` zero bytes at `place`, unless another thread has done so meanwhile. False when there is no memory. No lock, no
 * malloc; keeps errno. */
bool sw_page_make(void *_Atomic *place, size_t size);

#endif
