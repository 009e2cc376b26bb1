#include "base/scratch.h"

#include <errno.h>
#include <sys/mman.h>

char sw_nowhere[SW_NOWHERE_SIZE];

void *sw_scratch_take(size_t size) {
    int saved_errno = errno;
    void *scratch = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    errno = saved_errno;
    return scratch != MAP_FAILED ? scratch : NULL;
}

void sw_scratch_give_back(void *scratch, size_t size) {
    int saved_errno = errno;
    if (scratch != NULL)
        munmap(scratch, size);
    errno = saved_errno;
}
