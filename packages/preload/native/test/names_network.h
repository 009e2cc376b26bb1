/* names_network.h: a network for the unit tests of names: a directory with a `hosts` file, and this process on one of its hosts. */
#ifndef SW_TEST_NAMES_NETWORK_H
#define SW_TEST_NAMES_NETWORK_H

#include "base/real.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char network_directory[PATH_MAX];
static char network_hosts[PATH_MAX + 8];

static inline void network_write(const char *path, const char *text, int flags) {
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
        perror(path);
        exit(2);
    }
    close(fd);
}

static inline void network_append_hosts(const char *text) {
    network_write(network_hosts, text, O_APPEND);
}

static inline void network_set_hosts(const char *text) {
    unlink(network_hosts);
    network_write(network_hosts, text, O_TRUNC);
}

/* Where this process is from now on: a network ("10.53.57.0" or "127.0.0.0") and an interface ID. */
static inline void network_move_to(const char *network, const char *interface) {
    setenv("SOCKET_WRAPPER_DIR", network_directory, 1);
    setenv("SOCKET_WRAPPER_IPV4_NETWORK", network, 1);
    setenv("SOCKET_WRAPPER_DEFAULT_IFACE", interface, 1);
    unsetenv("NSS_WRAPPER_HOSTS");
    unsetenv("NSS_WRAPPER_HOSTNAME");
}

static inline void network_make(void) {
    sw_real_load();
    snprintf(network_directory, sizeof network_directory, "%s/sw-names-XXXXXX",
             getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    if (mkdtemp(network_directory) == NULL) {
        perror(network_directory);
        exit(2);
    }
    snprintf(network_hosts, sizeof network_hosts, "%s/hosts", network_directory);
    network_set_hosts("# the hosts of the network\n"
                      "10.53.57.10 test\n"
                      "fd00::5357:5f0a test\n"
                      "10.53.57.11 web Web.Example.org www\n"
                      "fd00::5357:5f0b web\n"
                      "10.53.57.12 four\n"
                      "fd00::5357:5f0d six\n");
    network_move_to("10.53.57.0", "10");
}

static inline void network_remove(void) {
    char state[sizeof network_hosts]; /* made by a lookup of an unknown name, which looks for the recorder */
    snprintf(state, sizeof state, "%s/.state", network_directory);
    unlink(state);
    unlink(network_hosts);
    rmdir(network_directory);
}

#endif
