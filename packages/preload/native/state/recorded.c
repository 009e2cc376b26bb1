#include "state/recorded.h"

#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool sw_network_is_recorded(struct sw_network *network) {
    struct sw_header *header = &network->state->header;
    uint32_t recorder = atomic_load(&header->recorded_by);
    if (network->capture_path[0] != '\0' && !network->capture_is_adopted) {
        struct stat status;
        int saved_errno = errno;
        network->capture_is_private = strlen(network->capture_path) >= sizeof header->recorded_to ||
                                      (fstatat(SW_AT(network->capture_path), &status, 0) == 0 && !S_ISREG(status.st_mode));
        errno = saved_errno;
        if (recorder == 0 && !network->capture_is_private) {
            strcpy(header->recorded_to, network->capture_path);
            atomic_compare_exchange_strong(&header->recorded_by, &recorder, (uint32_t)getpid());
        }
        return true;
    }
    if (recorder == 0)
        return false;
    int saved_errno = errno;
    bool lives = kill((pid_t)recorder, 0) == 0 || errno != ESRCH;
    errno = saved_errno;
    if (!lives) {
        atomic_compare_exchange_strong(&header->recorded_by, &recorder, 0);
        return false;
    }
    if (!network->capture_is_adopted) {
        char path[sizeof header->recorded_to];
        memcpy(path, header->recorded_to, sizeof path);
        path[sizeof path - 1] = '\0';
        network->capture_is_adopted = true;
        strcpy(network->capture_path, path);
    }
    return network->capture_path[0] != '\0';
}
