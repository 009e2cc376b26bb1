#include "listing/machine_file.h"

#include "base/real.h"
#include "base/root.h"

#include <fcntl.h>
#include <sys/types.h>

void sw_machine_file_read(const char *path, struct sw_growing *text) {
    enum { CHUNK = 16384 };
    int fd = sw_real.openat(SW_AT(path), O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : 1;
    while (length > 0) {
        char *part = sw_growing_take(text, CHUNK);
        length = part == NULL ? -1 : sw_real.read(fd, part, CHUNK);
        text->length -= part == NULL ? 0 : (size_t)(CHUNK - (length > 0 ? length : 0));
    }
    if (fd >= 0)
        sw_real.close(fd);
}
