/* renewal.h: the ring of a network that has ended, for another network of the same owner. Its pages are there, which are what the first time
 * around a new ring costs. */
#ifndef SW_CAPTURE_RENEWAL_H
#define SW_CAPTURE_RENEWAL_H

/* Makes the ring in the file `path` as good as new: nothing that was recorded in it can be read, by positions that were never used. The file
 * must have been moved to where nobody looks for it. 0, or a negative errno: -EAGAIN while somebody has it mapped, or open for
 * writing; -EPERM for one that other users were let into; -EBADMSG for what is no ring; -ENOTSUP for one of another size
 * or packet limit than networks get that ask for none; what fcntl(2) says of F_SETLEASE where there are no leases. */
int sw_ring_renew(const char *path);

#endif
