#include "state/page.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>

bool sw_page_make(void *_Atomic *place, size_t size) {
    int saved_errno = errno;
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *nothing = NULL;
    errno = saved_errno;
    if (page == MAP_FAILED)
        return false;
    if (!atomic_compare_exchange_strong(place, &nothing, page))
        munmap(page, size);
    return true;
}
