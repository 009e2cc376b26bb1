/* names.h: what the rest of the library must call so that names keep working. */
#ifndef SW_NAMES_NAMES_H
#define SW_NAMES_NAMES_H

/* In the child of a fork(2): another thread of the parent may have held a lock that nobody gives back here. */
void sw_names_after_fork_in_child(void);

#endif
