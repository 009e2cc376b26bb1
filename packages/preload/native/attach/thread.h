/* thread.h: where the code is that runs on a thread now.
 *
 * A JavaScript thread is asked, at the moment of the call that makes a socket: its code runs then, and knows by
 * AsyncLocalStorage in whose name. All other threads (of libuv's pool, the inspector, of other addons) are nowhere. */
#ifndef SW_ATTACH_THREAD_H
#define SW_ATTACH_THREAD_H

#include "attach/napi.h"
#include "base/config.h"

/* From now on `ask`, a function without parameters, gives the number of the place where this thread's code is. */
napi_status sw_thread_answers(napi_env env, napi_value ask);

/* The number that the code of this thread gives now; SW_PLACE_NONE on a thread without JavaScript. errno is untouched. */
int sw_thread_ask(void);

/* From here to the end of the block, the thread is at `place` without being asked; NULL is nowhere. */
struct sw_pin {
    bool was_pinned;
    struct sw_config_place *place;
};
struct sw_pin sw_thread_pin(struct sw_config_place *place);
void sw_thread_unpin(struct sw_pin before);

#endif
