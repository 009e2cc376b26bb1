/* start.c: constructor, destructor, and the public functions of socket_wrapper. */
#include "interpose/start.h"

#include "base/log.h"
#include "base/process.h"
#include "capture/capture.h"
#include "interpose/export.h"
#include "interpose/sandbox.h"
#include "interpose/stdio.h"
#include "sockets/life.h"
#include "state/processes.h"

#include <stdbool.h>

void sw_start_slow(void) {
    sw_real_load();
}

/* Where no fork of ours could enter it. */
static void begin_as_child(void) {
    sw_network_enter_child(sw_process_id());
}

__attribute__((constructor)) static void start(void) {
    sw_real_load();
    sw_log_spare(sw_fd_is_ours);
    sw_config_start();
    sw_process_start(begin_as_child);
    struct sw_network *network;
    if (sw_config_directory() == NULL || sw_network_current(&network) < 0)
        return;
    sw_fd_adopt_inherited();
    sw_stdio_adopt_standard();
    int interface = sw_config_interface();
    if (interface != 0)
        sw_network_host_seen(network, (unsigned)interface);
}

__attribute__((destructor)) static void finish(void) {
    if (!sw_sandbox_is_on()) {
        sw_stdio_flush_all();
        if (sw_fd_sockets_open() > 0)
            sw_socket_release_all();
        sw_capture_finish();
    }
    if (!sw_process_is_self())
        return;
    struct sw_network *network;
    for (unsigned index = 0; (network = sw_network_at(index)) != NULL; index++)
        sw_processes_leave(network);
}

/* Whether the library is at work: SOCKET_WRAPPER_DIR is set and can be used. */
SW_EXPORT bool socket_wrapper_enabled(void) {
    struct sw_network *network;
    sw_start();
    return sw_network_current(&network) == 0 && network != NULL;
}

/* Forgets what `fd` was: for libraries that make descriptors behind our back. */
SW_EXPORT void socket_wrapper_indicate_no_inet_fd(int fd) {
    struct sw_socket socket;
    if (!sw_fd_hint(fd, &socket))
        return;
    struct sw_closing closing = sw_socket_closing(&socket);
    sw_socket_closed(&closing);
}
