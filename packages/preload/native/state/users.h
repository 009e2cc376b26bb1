/* users.h: lets another user into the network of root.
 *
 * The directory belongs to whoever runs the tests and is closed to all others. A server that root starts and that then becomes
 * somebody else, as nginx's workers do, would find it locked: on the kernel's loopback it goes on. */
#ifndef SW_STATE_USERS_H
#define SW_STATE_USERS_H

#include <sys/types.h>

/* Gives `user` access to the directory of the current network and to all that is or will be in it, by an access
 * control list (acl(5)). To be called while still root; does nothing for anybody else, and nothing for who has access already.
 * What fails is logged: changing the user never fails for it. Safe in the child of vfork(2); keeps errno. */
void sw_users_let_in(uid_t user);

#endif
