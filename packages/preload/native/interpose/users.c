/* users.c: the calls by which a process becomes another user. The network goes along. */
#include "interpose/export.h"
#include "interpose/start.h"
#include "state/users.h"

#include <unistd.h>

/* setuid(2) */
SW_EXPORT int setuid(uid_t user) {
    sw_start();
    sw_users_let_in(user);
    return sw_real.setuid(user);
}

/* seteuid(2) */
SW_EXPORT int seteuid(uid_t effective) {
    sw_start();
    sw_users_let_in(effective);
    return sw_real.seteuid(effective);
}

/* setreuid(2) */
SW_EXPORT int setreuid(uid_t real, uid_t effective) {
    sw_start();
    sw_users_let_in(effective != (uid_t)-1 ? effective : real);
    return sw_real.setreuid(real, effective);
}

/* setresuid(2) */
SW_EXPORT int setresuid(uid_t real, uid_t effective, uid_t saved) {
    sw_start();
    sw_users_let_in(effective != (uid_t)-1 ? effective : real);
    return sw_real.setresuid(real, effective, saved);
}
