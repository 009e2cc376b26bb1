#include "capture/sink.h"

#include "base/clock.h"
#include "base/liveness.h"
#include "base/log.h"
#include "base/own_descriptors.h"
#include "base/own_file.h"
#include "base/process.h"
#include "base/real.h"
#include "base/root.h"
#include "capture/batch.h"
#include "capture/outcome.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Longer than a live process is between two instructions, and than it is about a send that does not wait. */
#define HOLE_PATIENCE_NS 1000000000u
#define IN_FLIGHT_NS 50000u

/* Whoever writes to a named pipe waits for its reader (fifo(7)), or what a short program says is gone before anybody looks. Only for the
 * first one, though: a reader that has left has seen enough, and must not keep the programs that start later. */
static int open_pipe(const struct sw_sink *sink, bool had_reader) {
    int fd;
    do
        fd = openat(SW_AT(sink->path), O_WRONLY | O_CLOEXEC | (had_reader ? O_NONBLOCK : 0));
    while (fd < 0 && errno == EINTR);
    if (fd >= 0 && had_reader)
        sw_real.fcntl(fd, F_SETFL, O_WRONLY);
    if (fd < 0 && errno == ENXIO)
        errno = EPIPE;
    return fd;
}

static int open_descriptor(struct sw_sink *sink, const struct sw_ring *ring) {
    struct stat status;
    const char *name = strrchr(sink->path, '/');
    enum { MODE = 0644 };
    int fd;
    if (name != NULL && strcmp(name, "/-") == 0)
        fd = sw_real.fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    else if (fstatat(SW_AT(sink->path), &status, 0) == 0 && S_ISFIFO(status.st_mode))
        fd = open_pipe(sink, ring->header->stream_started != 0);
    else
        fd = sw_own_file_open(sink->path, O_WRONLY | O_CREAT | O_NOCTTY, MODE);
    if (fd < 0 || fstat(fd, &status) != 0) {
        int error = errno;
        SW_LOG_ONCE("cannot write the capture '%s': %s; nothing is captured", sink->path, strerror(error));
        if (fd >= 0)
            sw_real.close(fd);
        return -error;
    }
    sink->device = status.st_dev;
    sink->inode = status.st_ino;
    sink->is_stream = !S_ISREG(status.st_mode);
    if (!sink->is_stream)
        sw_own_file_keep_rights(fd, status.st_mode, MODE & S_IRWXU);
    fd = sw_own_descriptor_take(fd);
    atomic_store(&sink->descriptor, fd);
    return fd;
}

int sw_sink_open(struct sw_sink *sink, struct sw_ring *ring, const struct sw_state *state, const char *path) {
    size_t length = strlen(path);
    sink->path = path;
    sink->state = state;
    sink->is_pcapng = length > 7 && strcmp(path + length - 7, ".pcapng") == 0;
    int fd = open_descriptor(sink, ring);
    return fd < 0 ? fd : 0;
}

void sw_sink_close(struct sw_sink *sink) {
    int fd = atomic_exchange(&sink->descriptor, -1);
    if (fd < 0)
        return;
    sw_own_descriptor_release(fd);
    sw_real.close(fd);
}

/* The descriptor, if it is still what we opened: raw system calls can close anything. */
static int own_descriptor(struct sw_sink *sink, const struct sw_ring *ring) {
    int fd = atomic_load(&sink->descriptor);
    struct stat status;
    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == sink->device && status.st_ino == sink->inode)
        return fd;
    if (fd >= 0)
        sw_own_descriptor_release(fd);
    atomic_store(&sink->descriptor, -1);
    return open_descriptor(sink, ring);
}

uint64_t sw_sink_position(const struct sw_ring *ring) {
    struct sw_ring_header *header = ring->header;
    return header->drained[atomic_load(&header->turn) % 2].position;
}

/* Stores how far the file has come; a process that dies on the way leaves the old pair. */
static void advance(struct sw_ring_header *header, uint64_t position, uint64_t offset) {
    uint32_t turn = atomic_load(&header->turn) + 1;
    struct sw_drained *drained = &header->drained[turn % 2];
    atomic_store_explicit(&drained->position, position, memory_order_relaxed);
    atomic_store_explicit(&drained->offset, offset, memory_order_relaxed);
    atomic_store_explicit(&header->turn, turn, memory_order_release);
}

/* Where the next event may start when the one at `position` has no header: its process died before it wrote one. */
static uint64_t next_start(const struct sw_ring *ring, uint64_t position, uint64_t head) {
    /* Once around is enough to look: `head` may be damaged, and at the end of all numbers. */
    const uint64_t end = head - position < ring->size ? head : position + ring->size;
    while (end - position > SW_EVENT_ALIGNMENT) {
        position += SW_EVENT_ALIGNMENT;
        if ((atomic_load(&sw_ring_at(ring, position)->state) & ~(uint64_t)(SW_EVENT_ALIGNMENT - 1)) == position)
            return position;
    }
    return end;
}

/* Whoever holds it writes for microseconds, so one that has it for long may be dead. */
static bool try_lock(struct sw_ring_header *header) {
    uint32_t self = sw_process_id(), holder = 0;
    uint64_t time = sw_clock_ns(CLOCK_MONOTONIC);
    bool locked = atomic_compare_exchange_strong(&header->drainer, &holder, self);
    if (!locked && holder != self && time - header->drainer_since > IN_FLIGHT_NS)
        locked = sw_is_gone(holder) && atomic_compare_exchange_strong(&header->drainer, &holder, self);
    if (locked)
        header->drainer_since = time;
    return locked;
}

/* The lock, or the holder's promise to look again: it looks for the question after it has let go. */
static bool lock_or_ask(struct sw_ring_header *header) {
    if (try_lock(header))
        return true;
    atomic_store(&header->drainer_asked, 1);
    return try_lock(header);
}

/* Whether the event at `position` has been waited for long enough. */
static bool is_overdue(struct sw_ring_header *header, uint64_t position) {
    uint64_t time = sw_clock_ns(CLOCK_MONOTONIC);
    if (header->hole != position + 1) {
        header->hole = position + 1;
        header->hole_since = time;
    }
    return time - header->hole_since > HOLE_PATIENCE_NS;
}

/* Whether the process of an event that is not complete cannot complete it any more. Asking costs more than most sends take. */
static bool is_abandoned(const struct sw_event *event) {
    return sw_clock_ns(CLOCK_REALTIME) - event->time > IN_FLIGHT_NS && sw_is_gone(event->pid);
}

/* Adds the packets of the event at `position`; the result is the position behind it. */
static uint64_t add_event(struct sw_ring *ring, uint64_t position, uint64_t head) {
    struct sw_event *event = sw_ring_at(ring, position);
    uint32_t header = sw_event_header(event->family == 4);
    uint32_t size = event->size;
    if (size < header || size > ring->size || size % SW_EVENT_ALIGNMENT != 0 || event->stored > size - header)
        return next_start(ring, position, head);
    if (event->time < ring->header->last_time)
        event->time = ring->header->last_time;
    ring->header->last_time = event->time;
    sw_batch_add(event);
    return position + size;
}

/* The position behind an event, whose size another process may have damaged. */
static uint64_t behind(const struct sw_ring *ring, uint64_t position, const struct sw_event *event, uint64_t head) {
    uint32_t size = event->size;
    bool is_sound = size >= SW_EVENT_ALIGNMENT && size <= ring->size && size % SW_EVENT_ALIGNMENT == 0;
    return is_sound ? position + size : next_start(ring, position, head);
}

/* One event that is complete, or that nobody will complete. 0 when there is nothing to do now, else the position behind it. `at_last`: this
 * process has no later moment to wait for. */
static uint64_t feed_one(struct sw_sink *sink, struct sw_ring *ring, uint64_t position, uint64_t head, bool at_last) {
    struct sw_event *event = sw_ring_at(ring, position);
    uint64_t state = atomic_load(&event->state);
    if (state == (position | SW_EVENT_COMPLETE))
        return add_event(ring, position, head);
    bool is_nobody = state != (position | SW_EVENT_RESERVED) && state != (position | SW_EVENT_OFFERED);
    atomic_store_explicit(&sink->met_nobody, is_nobody, memory_order_relaxed);
    if (is_nobody) {
        if (!is_overdue(ring->header, position))
            return 0;
        sw_ring_lost(ring, 0);
        return next_start(ring, position, head);
    }
    bool is_late = is_overdue(ring->header, position);
    if (!is_abandoned(event)) {
        if (!is_late)
            return 0;
        sw_ring_lost(ring, event->length);
        return next_start(ring, position, head);
    }
    /* What was not offered was not sent. */
    if (state == (position | SW_EVENT_RESERVED))
        return behind(ring, position, event, head);
    struct sw_outcome outcome = sw_outcome_of(sink->state, ring, position, head);
    if (!outcome.is_final && !is_late && !at_last)
        return 0;
    if (outcome.sent == 0)
        return behind(ring, position, event, head);
    event->length = outcome.sent;
    atomic_store(&event->state, position | SW_EVENT_COMPLETE);
    return add_event(ring, position, head);
}

/* Finds out where in the file to go on. One that nobody has written to starts with a header. */
static void start_file(const struct sw_sink *sink, struct sw_ring_header *header, struct sw_target *target) {
    if (sink->is_stream) {
        if (header->stream_started == 0)
            sw_batch_write_header(target);
        header->stream_started = 1;
        return;
    }
    struct stat status;
    if (header->inode == sink->inode && header->device == sink->device)
        return;
    target->offset = fstat(target->fd, &status) == 0 ? (uint64_t)status.st_size : 0;
    if (target->offset == 0)
        sw_batch_write_header(target);
    header->inode = sink->inode;
    header->device = sink->device;
    advance(header, header->drained[atomic_load(&header->turn) % 2].position, target->offset);
}

/* Answers with the negative errno of a write that failed. */
static int feed_locked(struct sw_sink *sink, struct sw_ring *ring, int fd, bool at_last) {
    struct sw_ring_header *header = ring->header;
    const struct sw_drained *drained = &header->drained[atomic_load(&header->turn) % 2];
    struct sw_target target = {.fd = fd, .is_stream = sink->is_stream, .is_pcapng = sink->is_pcapng, .offset = drained->offset};
    start_file(sink, header, &target);
    sw_batch_start(&target);
    uint64_t done = header->drained[atomic_load(&header->turn) % 2].position, head = sw_ring_head(ring);
    /* Aligned, unless another process has damaged it. */
    uint64_t position = done & ~(uint64_t)(SW_EVENT_ALIGNMENT - 1);
    while (position < head) {
        uint64_t next = feed_one(sink, ring, position, head, at_last);
        if (next == 0)
            break;
        position = next;
        if (sw_batch_is_long()) {
            sw_batch_flush();
            advance(header, done = position, target.offset);
        }
    }
    sw_batch_flush();
    if (target.error < 0)
        SW_LOG_ONCE("cannot write the capture '%s': %s", sink->path, strerror(-target.error));
    if (position != done)
        advance(header, position, target.offset);
    return target.error;
}

/* The program must not die of a pipe that nobody reads any more. */
static void feed_quietly(struct sw_sink *sink, struct sw_ring *ring, int fd, bool at_last) {
    if (!sink->is_stream) {
        feed_locked(sink, ring, fd, at_last);
        return;
    }
    sigset_t broken_pipe, mask;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, &mask);
    int error = feed_locked(sink, ring, fd, at_last);
    if (error == -EPIPE && !sigismember(&mask, SIGPIPE))
        sigtimedwait(&broken_pipe, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

void sw_sink_feed(struct sw_sink *sink, struct sw_ring *ring, bool at_last) {
    int saved_errno = errno;
    if (!sw_batch_is_possible())
        return;
    do {
        if (!lock_or_ask(ring->header))
            break;
        int fd = own_descriptor(sink, ring);
        if (fd >= 0)
            feed_quietly(sink, ring, fd, at_last);
        atomic_exchange(&ring->header->drainer, 0);
        if (fd < 0)
            break;
    } while (atomic_exchange(&ring->header->drainer_asked, 0) != 0);
    errno = saved_errno;
}
