/* module.c: what the addon gives to JavaScript. src/attach/addon.ts is its other half, and its types. */
#include "attach/got.h"
#include "attach/napi.h"
#include "attach/places.h"
#include "attach/thread.h"
#include "capture/renewal.h"
#include "state/network.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 4, MOST_VARIABLES = 16 };

struct arguments {
    napi_env env;
    size_t count;
    napi_value values[MOST_ARGUMENTS];
};

static struct arguments arguments_of(napi_env env, napi_callback_info info) {
    struct arguments arguments = {.env = env, .count = MOST_ARGUMENTS};
    napi_get_cb_info(env, info, &arguments.count, arguments.values, NULL, NULL);
    return arguments;
}

static int number_at(const struct arguments *arguments, unsigned index) {
    int32_t number = 0;
    napi_get_value_int32(arguments->env, arguments->values[index], &number);
    return number;
}

/* The text, to be freed; NULL for anything else. */
static char *text_of(napi_env env, napi_value value) {
    size_t length;
    if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok)
        return NULL;
    char *text = malloc(length + 1);
    if (text != NULL)
        napi_get_value_string_utf8(env, value, text, length + 1, &length);
    return text;
}

static napi_value text_value(napi_env env, const char *text) {
    napi_value value = NULL;
    napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
    return value;
}

static napi_value number_value(napi_env env, int number) {
    napi_value value = NULL;
    napi_create_int32(env, number, &value);
    return value;
}

static void do_nothing(napi_env env, void *work) {
    (void)env;
    (void)work;
}

static void end_work(napi_env env, napi_status status, void *work) {
    (void)status;
    napi_delete_async_work(env, *(napi_async_work *)work);
    free(work);
}

/* The threads of libuv's pool serve everybody, so none of them may be started by the code of a test: the first work starts all. */
static void start_pool(napi_env env) {
    napi_async_work *work = malloc(sizeof *work);
    if (work == NULL)
        return;
    if (napi_create_async_work(env, NULL, text_value(env, "socket-wrapper"), do_nothing, end_work, work, work) != napi_ok)
        free(work);
    else if (napi_queue_async_work(env, *work) != napi_ok)
        end_work(env, napi_ok, work);
}

/* attach(): hooks this process, unless another copy has; gives the path of the copy whose hooks are in place. */
static napi_value attach(napi_env env, napi_callback_info info) {
    (void)info;
    Dl_info own;
    const char *other = sw_got_other_copy();
    if (other != NULL)
        return text_value(env, other);
    start_pool(env);
    sw_got_hook_all();
    return text_value(env, dladdr((const void *)attach, &own) != 0 && own.dli_fname != NULL ? own.dli_fname : "");
}

/* answer(ask): `ask()` gives the number of the place where this thread's code is. */
static napi_value answer(napi_env env, napi_callback_info info) {
    struct arguments arguments = arguments_of(env, info);
    if (sw_thread_answers(env, arguments.values[0]) != napi_ok)
        napi_throw_error(env, "ERR_INVALID_ARG_TYPE", "answer() needs a function");
    return NULL;
}

/* home(): the number of the place that this thread was started in. */
static napi_value home(napi_env env, napi_callback_info info) {
    (void)info;
    return number_value(env, sw_thread_home());
}

/* openPlace(directory, interfaceId, captureFile, variables) */
static napi_value open_place(napi_env env, napi_callback_info info) {
    struct arguments arguments = arguments_of(env, info);
    char *variables[MOST_VARIABLES];
    uint32_t count = 0;
    char *directory = text_of(env, arguments.values[0]), *capture_file = text_of(env, arguments.values[2]);
    napi_get_array_length(env, arguments.values[3], &count);
    if (count > MOST_VARIABLES)
        count = MOST_VARIABLES;
    for (uint32_t i = 0; i < count; i++) {
        napi_value element;
        variables[i] = napi_get_element(env, arguments.values[3], i, &element) == napi_ok ? text_of(env, element) : NULL;
        if (variables[i] == NULL)
            count = i;
    }
    int number = directory == NULL ? -EINVAL : sw_place_open(directory, number_at(&arguments, 1), capture_file, variables, count);
    while (count > 0)
        free(variables[--count]);
    free(capture_file);
    free(directory);
    if (number < 0)
        napi_throw_error(env, NULL, strerror(-number));
    return number < 0 ? NULL : number_value(env, number);
}

/* closePlace(number) */
static napi_value close_place(napi_env env, napi_callback_info info) {
    struct arguments arguments = arguments_of(env, info);
    sw_place_close(number_at(&arguments, 0));
    return NULL;
}

static napi_value addresses_value(napi_env env, const struct addrinfo *list) {
    napi_value array = NULL;
    uint32_t count = 0;
    napi_create_array(env, &array);
    for (; list != NULL; list = list->ai_next) {
        char text[INET6_ADDRSTRLEN];
        const void *bytes = list->ai_family == AF_INET ? (const void *)&((struct sockaddr_in *)list->ai_addr)->sin_addr
                                                       : (const void *)&((struct sockaddr_in6 *)list->ai_addr)->sin6_addr;
        if (inet_ntop(list->ai_family, bytes, text, sizeof text) != NULL)
            napi_set_element(env, array, count++, text_value(env, text));
    }
    return array;
}

/* lookup(place, name, family, flags): addresses as text, or a negative EAI_… number. Never waits for anything. */
static napi_value lookup(napi_env env, napi_callback_info info) {
    struct arguments arguments = arguments_of(env, info);
    char *name = text_of(env, arguments.values[1]);
    static const int FAMILIES[] = {[0] = AF_UNSPEC, [4] = AF_INET, [6] = AF_INET6};
    int family = number_at(&arguments, 2);
    struct addrinfo *list = NULL, hints = {.ai_socktype = SOCK_STREAM, .ai_flags = number_at(&arguments, 3)};
    hints.ai_family = family == 4 || family == 6 ? FAMILIES[family] : AF_UNSPEC;

    struct sw_pin before = sw_thread_pin(sw_place_at(number_at(&arguments, 0)));
    int result = name == NULL ? EAI_NONAME : getaddrinfo(name, NULL, &hints, &list);
    napi_value value = result == 0 ? addresses_value(env, list) : number_value(env, result);
    if (result == 0)
        freeaddrinfo(list);
    sw_thread_unpin(before);
    free(name);
    return value;
}

/* reverse(place, address, port): [host, service], or a negative EAI_… number. */
static napi_value reverse(napi_env env, napi_callback_info info) {
    struct arguments arguments = arguments_of(env, info);
    char *text = text_of(env, arguments.values[1]);
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } address = {0};
    uint16_t port = htons((uint16_t)number_at(&arguments, 2));
    socklen_t length = 0;
    if (text != NULL && inet_pton(AF_INET, text, &address.in.sin_addr) == 1) {
        address.in.sin_family = AF_INET;
        address.in.sin_port = port;
        length = sizeof address.in;
    } else if (text != NULL && inet_pton(AF_INET6, text, &address.in6.sin6_addr) == 1) {
        address.in6.sin6_family = AF_INET6;
        address.in6.sin6_port = port;
        length = sizeof address.in6;
    }
    free(text);

    char host[NI_MAXHOST], service[NI_MAXSERV];
    struct sw_pin before = sw_thread_pin(sw_place_at(number_at(&arguments, 0)));
    int result = length == 0 ? EAI_NONAME
                             : getnameinfo(&address.any, length, host, sizeof host, service, sizeof service, NI_NAMEREQD);
    sw_thread_unpin(before);
    if (result != 0)
        return number_value(env, result);
    napi_value array = NULL;
    napi_create_array(env, &array);
    napi_set_element(env, array, 0, text_value(env, host));
    napi_set_element(env, array, 1, text_value(env, service));
    return array;
}

/* makePipe(): [readEnd, writeEnd] of pipe2(2), closed on exec. */
static napi_value make_pipe(napi_env env, napi_callback_info info) {
    (void)info;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        napi_throw_error(env, NULL, strerror(errno));
        return NULL;
    }
    napi_value array = NULL;
    napi_create_array(env, &array);
    for (uint32_t i = 0; i < 2; i++)
        napi_set_element(env, array, i, number_value(env, ends[i]));
    return array;
}

/* closePipeEnd(fd): of makePipe(). Node.js warns when a worker thread closes what it has not opened there itself. */
static napi_value close_pipe_end(napi_env env, napi_callback_info info) {
    struct arguments arguments = arguments_of(env, info);
    close(number_at(&arguments, 0));
    return NULL;
}

/* hasCapabilities(path): whether the file has any, as capabilities(7) keeps them. */
static napi_value has_capabilities(napi_env env, napi_callback_info info) {
    struct arguments arguments = arguments_of(env, info);
    char *path = text_of(env, arguments.values[0]);
    napi_value value = NULL;
    napi_get_boolean(env, path != NULL && getxattr(path, "security.capability", NULL, 0) > 0, &value);
    free(path);
    return value;
}

/* renewRecorder(path): whether the ring of an ended network in this file can be a new network's now. */
static napi_value renew_recorder(napi_env env, napi_callback_info info) {
    struct arguments arguments = arguments_of(env, info);
    char *path = text_of(env, arguments.values[0]);
    napi_value value = NULL;
    sw_network_sweep();
    napi_get_boolean(env, path != NULL && sw_ring_renew(path) == 0, &value);
    free(path);
    return value;
}

/* networks(): how many are mapped, for tests that look for leaks. */
static napi_value networks(napi_env env, napi_callback_info info) {
    (void)info;
    int count = 0;
    for (unsigned index = 0; index < sw_network_count(); index++)
        count += sw_network_at(index) != NULL;
    return number_value(env, count);
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports);

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
    static const struct {
        const char *name;
        napi_callback function;
    } FUNCTIONS[] = {
        {"attach", attach},   {"answer", answer}, {"home", home}, {"openPlace", open_place}, {"closePlace", close_place},
        {"lookup", lookup}, {"reverse", reverse}, {"makePipe", make_pipe}, {"closePipeEnd", close_pipe_end}, {"hasCapabilities", has_capabilities},
        {"renewRecorder", renew_recorder}, {"networks", networks},
    };
    for (unsigned i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
        napi_value function;
        napi_create_function(env, FUNCTIONS[i].name, NAPI_AUTO_LENGTH, FUNCTIONS[i].function, NULL, &function);
        napi_set_named_property(env, exports, FUNCTIONS[i].name, function);
    }
    napi_value global;
    if (napi_get_global(env, &global) == napi_ok)
        napi_set_named_property(env, exports, "global", global);
    return exports;
}
