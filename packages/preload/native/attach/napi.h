/* napi.h: the part of Node-API that the addon uses, declared by hand: a user's machine has no headers of Node.js.
 *
 * https://nodejs.org/api/n-api.html; everything here is in version 3, which is stable for good. */
#ifndef SW_ATTACH_NAPI_H
#define SW_ATTACH_NAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_ref__ *napi_ref;
typedef struct napi_handle_scope__ *napi_handle_scope;
typedef struct napi_callback_info__ *napi_callback_info;
typedef struct napi_async_work__ *napi_async_work;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);

typedef enum { napi_ok, napi_string_expected = 3, napi_pending_exception = 10 } napi_status;
typedef enum { napi_undefined, napi_null, napi_boolean, napi_number, napi_string } napi_valuetype;

#define NAPI_AUTO_LENGTH SIZE_MAX

napi_status napi_add_env_cleanup_hook(napi_env env, void (*hook)(void *data), void *data);
napi_status napi_call_function(napi_env env, napi_value self, napi_value function, size_t count, const napi_value *arguments,
                               napi_value *result);
napi_status napi_close_handle_scope(napi_env env, napi_handle_scope scope);
napi_status napi_create_async_work(napi_env env, napi_value resource, napi_value name, void (*execute)(napi_env env, void *data),
                                   void (*complete)(napi_env env, napi_status status, void *data), void *data,
                                   napi_async_work *result);
napi_status napi_create_array(napi_env env, napi_value *result);
napi_status napi_get_boolean(napi_env env, bool value, napi_value *result);
napi_status napi_create_function(napi_env env, const char *name, size_t length, napi_callback function, void *data,
                                 napi_value *result);
napi_status napi_create_int32(napi_env env, int32_t value, napi_value *result);
napi_status napi_create_reference(napi_env env, napi_value value, uint32_t count, napi_ref *result);
napi_status napi_create_string_utf8(napi_env env, const char *text, size_t length, napi_value *result);
napi_status napi_delete_async_work(napi_env env, napi_async_work work);
napi_status napi_delete_reference(napi_env env, napi_ref reference);
napi_status napi_get_and_clear_last_exception(napi_env env, napi_value *result);
napi_status napi_get_array_length(napi_env env, napi_value array, uint32_t *result);
napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *count, napi_value *arguments, napi_value *self,
                             void **data);
napi_status napi_get_element(napi_env env, napi_value array, uint32_t index, napi_value *result);
napi_status napi_get_global(napi_env env, napi_value *result);
napi_status napi_get_reference_value(napi_env env, napi_ref reference, napi_value *result);
napi_status napi_get_undefined(napi_env env, napi_value *result);
napi_status napi_get_value_int32(napi_env env, napi_value value, int32_t *result);
napi_status napi_get_value_string_utf8(napi_env env, napi_value value, char *text, size_t size, size_t *result);
napi_status napi_is_exception_pending(napi_env env, bool *result);
napi_status napi_open_handle_scope(napi_env env, napi_handle_scope *result);
napi_status napi_queue_async_work(napi_env env, napi_async_work work);
napi_status napi_set_element(napi_env env, napi_value array, uint32_t index, napi_value value);
napi_status napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value);
napi_status napi_throw_error(napi_env env, const char *code, const char *message);

#endif
