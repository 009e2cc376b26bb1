/* select.c: select(2), by poll(2) where a redirected socket is in a set. */
#include "base/memory.h"
#include "base/real.h"
#include "base/root.h"
#include "interpose/deadline.h"
#include "interpose/export.h"
#include "interpose/poll.h"
#include "interpose/start.h"
#include "state/fd_table.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>

/* A set of any size: programs that have more than FD_SETSIZE descriptors make larger ones. */
enum { WORD_BITS = 8 * sizeof(unsigned long) };
struct sets {
    int count; /* descriptors from 0 on */
    unsigned long *reading, *writing, *exceptional;
};

static bool is_in(const unsigned long *set, int fd) {
    return set != NULL && (set[fd / WORD_BITS] >> (fd % WORD_BITS) & 1) != 0;
}

static short events_of(const struct sets *sets, int fd) {
    return (short)((is_in(sets->reading, fd) ? POLLIN | POLLRDNORM | POLLRDBAND : 0) |
                   (is_in(sets->writing, fd) ? POLLOUT | POLLWRNORM | POLLWRBAND : 0) | (is_in(sets->exceptional, fd) ? POLLPRI : 0));
}

/* Most words of large sets are. */
static bool is_empty(const struct sets *sets, int word) {
    return (sets->reading == NULL || sets->reading[word] == 0) && (sets->writing == NULL || sets->writing[word] == 0) &&
           (sets->exceptional == NULL || sets->exceptional[word] == 0);
}

/* Writes those descriptors down that are in a set; `descriptors` may be NULL. */
static nfds_t list(const struct sets *sets, struct pollfd *descriptors, bool *has_ours) {
    nfds_t count = 0;
    struct sw_socket socket;
    for (int fd = 0; fd < sets->count; fd++) {
        if (fd % WORD_BITS == 0 && is_empty(sets, fd / WORD_BITS)) {
            fd += WORD_BITS - 1;
            continue;
        }
        short events = events_of(sets, fd);
        if (events == 0)
            continue;
        if (descriptors != NULL)
            descriptors[count] = (struct pollfd){.fd = fd, .events = events};
        *has_ours = *has_ours || (sw_fd_may_be_ours(fd) && sw_fd_hint(fd, &socket));
        count++;
    }
    return count;
}

static void clear(unsigned long *set, int count) {
    for (int i = 0; set != NULL && i < (count + WORD_BITS - 1) / WORD_BITS; i++)
        set[i] = 0;
}

/* Adds `fd` to `set` when the answer has one of `events`: 1 when it was. */
static int tell(unsigned long *set, const struct pollfd *descriptor, int asked, int events) {
    if (set == NULL || (descriptor->events & asked) == 0 || (descriptor->revents & events) == 0)
        return 0;
    set[descriptor->fd / WORD_BITS] |= 1ul << (descriptor->fd % WORD_BITS);
    return 1;
}

/* Fills the sets with what was told of each descriptor: how many bits are set. */
static int answer(const struct sets *sets, const struct pollfd *descriptors, nfds_t count) {
    int told = 0;
    for (nfds_t i = 0; i < count; i++)
        if ((descriptors[i].revents & POLLNVAL) != 0)
            return -EBADF;
    clear(sets->reading, sets->count);
    clear(sets->writing, sets->count);
    clear(sets->exceptional, sets->count);
    for (nfds_t i = 0; i < count; i++) {
        told += tell(sets->reading, &descriptors[i], POLLIN, POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR);
        told += tell(sets->writing, &descriptors[i], POLLOUT, POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR);
        told += tell(sets->exceptional, &descriptors[i], POLLPRI, POLLPRI);
    }
    return told;
}

static int wait_for(const struct sets *sets, struct sw_poll *wanted) {
    int result = sw_poll(wanted);
    return result < 0 ? result : (int)sw_answer(answer(sets, wanted->descriptors, wanted->count));
}

/* pselect(2) for sets that a redirected socket is in. */
static int select_ours(const struct sets *sets, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    enum { FEW = 256 };
    struct pollfd few[FEW];
    struct sw_poll wanted = {.descriptors = few, .count = count, .only_asked = true, .timeout = timeout, .mask = mask};
    size_t size = count * sizeof *few;
    if (count > FEW) {
        wanted.descriptors = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (wanted.descriptors == MAP_FAILED)
            return (int)sw_answer(-ENOMEM);
    }
    bool has_ours = false;
    list(sets, wanted.descriptors, &has_ours);
    int result = wait_for(sets, &wanted);
    if (count > FEW) {
        int saved_errno = errno;
        munmap(wanted.descriptors, size);
        errno = saved_errno;
    }
    return result;
}

/* How far the kernel looks at most: core_sys_select() cuts a limit to the size of the table of descriptors, and so programs may say far more than
 * their sets hold. */
static int cut(int limit) {
    if (limit <= FD_SETSIZE)
        return limit;
    char text[1024];
    int size = FD_SETSIZE, saved_errno = errno;
    int file = openat(SW_AT("/proc/self/status"), O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? sw_real.read(file, text, sizeof text - 1) : -1;
    if (file >= 0)
        sw_real.close(file);
    text[length > 0 ? length : 0] = '\0';
    const char *line = strstr(text, "\nFDSize:");
    if (line != NULL)
        sscanf(line, "\nFDSize: %d", &size);
    errno = saved_errno;
    return limit < size ? limit : size;
}

/* For the kernel to refuse. */
static bool is_bad(const fd_set *set, int limit) {
    return set != NULL && !sw_is_readable(set, ((size_t)limit + 7) / 8);
}

/* Whether poll(2) is to answer; then `sets` is what for, and `count` how many descriptors are in them. */
static bool is_ours(int limit, fd_set *reading, fd_set *writing, fd_set *exceptional, struct sets *sets, nfds_t *count) {
    bool has_ours = false;
    if (limit <= 0 || !sw_network_any())
        return false;
    limit = cut(limit);
    if (is_bad(reading, limit) || is_bad(writing, limit) || is_bad(exceptional, limit))
        return false;
    *sets = (struct sets){limit, (unsigned long *)reading, (unsigned long *)writing, (unsigned long *)exceptional};
    *count = list(sets, NULL, &has_ours);
    return has_ours;
}

#ifdef __GLIBC__
/* poll_select_finish() tells how much of the time is left, but for one of nothing. */
static void tell_left(struct timeval *timeout, const struct timespec *time, struct sw_deadline *deadline) {
    enum { NS_PER_US = 1000 };
    struct timespec left;
    if (deadline->at <= 0)
        return;
    sw_deadline_is_ahead(deadline);
    sw_deadline_left(deadline, time, &left);
    *timeout = (struct timeval){.tv_sec = left.tv_sec, .tv_usec = left.tv_nsec / NS_PER_US};
}
#else
/* musl hands the kernel a copy of its own. */
static void tell_left(struct timeval *timeout, const struct timespec *time, struct sw_deadline *deadline) {
    (void)timeout, (void)time, (void)deadline;
}
#endif

/* select(2) */
SW_EXPORT int select(int limit, fd_set *reading, fd_set *writing, fd_set *exceptional, struct timeval *timeout) {
    enum { US_PER_S = 1000000, NS_PER_US = 1000 };
    struct sets sets;
    nfds_t count;
    sw_start();
    if (!is_ours(limit, reading, writing, exceptional, &sets, &count))
        return sw_real.select(limit, reading, writing, exceptional, timeout);
    if (timeout == NULL)
        return select_ours(&sets, count, NULL, NULL);
    if (!sw_is_readable(timeout, sizeof *timeout))
        return (int)sw_answer(-EFAULT);
    if (timeout->tv_sec < 0 || timeout->tv_usec < 0)
        return (int)sw_answer(-EINVAL);
    struct timespec time = {.tv_sec = timeout->tv_sec, .tv_nsec = timeout->tv_usec % US_PER_S * NS_PER_US};
    if (__builtin_add_overflow(time.tv_sec, timeout->tv_usec / US_PER_S, &time.tv_sec))
        time.tv_sec = INT64_MAX;
    struct sw_deadline deadline = sw_deadline_after(&time);
    int result = select_ours(&sets, count, &time, NULL);
    tell_left(timeout, &time, &deadline);
    return result;
}

/* pselect(2) */
SW_EXPORT int pselect(int limit, fd_set *reading, fd_set *writing, fd_set *exceptional, const struct timespec *timeout, const sigset_t *mask) {
    struct sets sets;
    nfds_t count;
    sw_start();
    if (!is_ours(limit, reading, writing, exceptional, &sets, &count))
        return sw_real.pselect(limit, reading, writing, exceptional, timeout, mask);
    return select_ours(&sets, count, timeout, mask);
}
