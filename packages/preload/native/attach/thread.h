/* thread.h: where the code is that runs on a thread now.
 *
 * A JavaScript thread is asked, at the moment of the call that makes a socket: its code runs then, and knows by
 * AsyncLocalStorage in whose name. A thread that this code starts, a worker or one of another addon, is at home there. All others (of
 * libuv's pool, the inspector) are nowhere. */
#ifndef SW_ATTACH_THREAD_H
#define SW_ATTACH_THREAD_H

#include "attach/napi.h"
#include "attach/places.h"
#include "base/config.h"

/* From now on `ask`, a function without parameters, gives the number of the place where this thread's code is. */
napi_status sw_thread_answers(napi_env env, napi_value ask);

/* From now on this thread is at home there: that is where its code is when it gives no other answer. */
void sw_thread_settle(struct sw_home home);

/* The number of the place where this thread is at home: SW_PLACE_NONE when nowhere, SW_PLACE_ENDED once it is closed. */
int sw_thread_home(void);

/* The number of the place where the code of this thread is now. errno is untouched. */
int sw_thread_ask(void);

/* From here to the end of the block, the thread is at `place` without being asked; NULL is nowhere. */
struct sw_pin {
    bool was_pinned;
    struct sw_config_place *place;
};
struct sw_pin sw_thread_pin(struct sw_config_place *place);
void sw_thread_unpin(struct sw_pin before);

#endif
