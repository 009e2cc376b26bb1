#include "attach/thread.h"

#include <errno.h>

static _Thread_local napi_env own_env;
static _Thread_local napi_ref own_ask;
static _Thread_local bool is_asking;
static _Thread_local struct sw_home home;
static _Thread_local struct sw_pin pinned;

/* The environment ends with its thread, or before. */
static void forget(void *env) {
    if (own_env == env)
        own_env = NULL;
}

napi_status sw_thread_answers(napi_env env, napi_value ask) {
    napi_ref reference;
    napi_status status = napi_create_reference(env, ask, 1, &reference);
    if (status != napi_ok)
        return status;
    if (own_env != NULL)
        napi_delete_reference(own_env, own_ask);
    if (own_env != env)
        napi_add_env_cleanup_hook(env, forget, env);
    own_env = env;
    own_ask = reference;
    return napi_ok;
}

static int call(napi_env env) {
    napi_value ask, global, result;
    int32_t number = SW_PLACE_NONE;
    if (napi_get_reference_value(env, own_ask, &ask) != napi_ok || napi_get_global(env, &global) != napi_ok)
        return SW_PLACE_NONE;
    if (napi_call_function(env, global, ask, 0, NULL, &result) == napi_ok && napi_get_value_int32(env, result, &number) == napi_ok)
        return number;
    /* The thread is being terminated: nothing can be asked any more. */
    bool has_thrown = false;
    if (napi_is_exception_pending(env, &has_thrown) == napi_ok && has_thrown)
        napi_get_and_clear_last_exception(env, &result);
    return SW_PLACE_NONE;
}

void sw_thread_settle(struct sw_home settled) {
    home = settled;
}

int sw_thread_home(void) {
    return sw_place_of_home(home);
}

int sw_thread_ask(void) {
    if (own_env == NULL || is_asking)
        return sw_place_of_home(home);
    int saved_errno = errno, number = SW_PLACE_NONE;
    napi_handle_scope scope;
    is_asking = true;
    if (napi_open_handle_scope(own_env, &scope) == napi_ok) {
        number = call(own_env);
        napi_close_handle_scope(own_env, scope);
    }
    is_asking = false;
    errno = saved_errno;
    return number == SW_PLACE_NONE ? sw_place_of_home(home) : number;
}

struct sw_pin sw_thread_pin(struct sw_config_place *place) {
    struct sw_pin before = pinned;
    pinned = (struct sw_pin){true, place};
    return before;
}

void sw_thread_unpin(struct sw_pin before) {
    pinned = before;
}

static struct sw_config_place *choose(void) {
    return pinned.was_pinned ? pinned.place : sw_place_at(sw_thread_ask());
}

/* Before the constructor of interpose/start.c, which would read the environment. */
__attribute__((constructor(101))) static void attach(void) {
    sw_config_attach(choose);
}
