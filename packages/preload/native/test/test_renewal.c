/* test_renewal.c: the recorder of an ended network, for another one: as good as new, and only when nobody has it any more. */
#include "base/real.h"
#include "capture/pages.h"
#include "capture/recorder.h"
#include "capture/renewal.h"
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH "ring.d/.capture"
enum { BLOCK = 65536 };

static uint64_t usual_size(void) {
    struct statfs system;
    return statfs(".", &system) == 0 ? sw_recorder_bytes_on(&system) : 0;
}

static void open_ring(struct sw_ring *ring, uint64_t size, uint32_t packet_limit) {
    mkdir("ring.d", 0700);
    memset(ring, 0, sizeof *ring);
    CHECK_INT(sw_ring_open(ring, "ring.d", 0600, size, packet_limit), 0);
}

static struct sw_event *record(struct sw_ring *ring, char letter, uint32_t length) {
    static char data[BLOCK];
    bool fresh = false;
    struct sw_ticket ticket = sw_ring_reserve(ring, SW_EVENT_HEADER_IPV4 + (uint64_t)length, &fresh);
    if (ticket.event == NULL)
        return NULL;
    ticket.event->kind = SW_EVENT_SEGMENTS;
    ticket.event->family = 4;
    sw_ring_announce(&ticket);
    memset(data, letter, length);
    struct iovec part = {data, length};
    if (fresh)
        CHECK(sw_pages_write(ring, ticket.position + SW_EVENT_HEADER_IPV4, &part, 1, length));
    else
        memcpy(sw_event_data(ticket.event), data, length);
    ticket.event->stored = ticket.event->length = length;
    sw_ring_commit(ring, &ticket);
    return ticket.event;
}

/* A ring of an ended network that has recorded `blocks` blocks. */
static void leave_ring(int blocks) {
    static struct sw_ring ring;
    unlink(PATH);
    open_ring(&ring, usual_size(), 0);
    for (int i = 0; i < blocks; i++)
        CHECK(record(&ring, 'a', BLOCK - SW_EVENT_HEADER_IPV4) != NULL);
    sw_ring_close(&ring);
}

static bool is_all(const struct sw_event *event, char letter) {
    const uint8_t *data = sw_event_data(event);
    for (uint32_t i = 0; i < event->stored; i++)
        if (data[i] != (uint8_t)letter)
            return false;
    return true;
}

static void a_renewed_ring_begins_behind_all_that_was_recorded(void) {
    static struct sw_ring ring;
    const uint64_t size = usual_size();
    leave_ring(4);
    CHECK_INT(sw_ring_renew(PATH), 0);
    open_ring(&ring, 1 << 20, 7);
    CHECK_INT(ring.size, size);
    CHECK_INT(ring.header->packet_limit, 0);
    CHECK_INT(sw_ring_head(&ring), size);
    CHECK_INT(ring.header->begin, size);
    CHECK_INT(ring.header->used, 4 * BLOCK);
    CHECK_INT(sw_sink_position(&ring), size);
    sw_ring_close(&ring);
    /* One that nobody has recorded in stays where it is. */
    CHECK_INT(sw_ring_renew(PATH), 0);
    open_ring(&ring, 0, 0);
    CHECK_INT(sw_ring_head(&ring), size);
    CHECK_INT(ring.header->used, 4 * BLOCK);
    sw_ring_close(&ring);
}

/* Over the pages of the earlier network, half over the last of them, behind them, and around the end. */
static void events_are_whole_wherever_the_pages_come_from(void) {
    static struct sw_ring ring;
    leave_ring(3);
    CHECK_INT(sw_ring_renew(PATH), 0);
    open_ring(&ring, 0, 0);
    CHECK(record(&ring, 'x', 20000) != NULL);
    uint64_t position = ring.begin;
    for (uint64_t done = 0; done < 2 * ring.size; done += 40064) {
        char letter = (char)('b' + done / 64 % 20);
        struct sw_event *event = record(&ring, letter, 40000);
        CHECK(event != NULL && is_all(event, letter));
        if (done == 0)
            CHECK(is_all(sw_ring_at(&ring, position), 'x'));
    }
    CHECK_INT(ring.header->lost_events, 0);
    CHECK_INT(ring.header->reserved, ring.size);
    sw_ring_close(&ring);
}

static void a_ring_that_has_come_around_is_used_all_over(void) {
    static struct sw_ring ring;
    leave_ring((int)(usual_size() / BLOCK) + 3);
    CHECK_INT(sw_ring_renew(PATH), 0);
    open_ring(&ring, 0, 0);
    CHECK_INT(ring.begin, 2 * ring.size);
    CHECK_INT(ring.header->used, ring.size);
    CHECK(!sw_pages_are_fresh(&ring, ring.begin, BLOCK));
    sw_ring_close(&ring);
}

static void nobody_else_may_have_it_mapped(void) {
    static struct sw_ring ring;
    leave_ring(1);
    open_ring(&ring, 0, 0);
    CHECK_INT(sw_ring_renew(PATH), -EAGAIN);
    int ready[2], done[2], status;
    char byte = 0;
    CHECK(pipe(ready) == 0 && pipe(done) == 0);
    pid_t child = fork();
    if (child == 0) {
        /* It has inherited the mapping and no descriptor. */
        _exit(write(ready[1], "r", 1) == 1 && read(done[0], &byte, 1) == 1 ? 0 : 1);
    }
    sw_ring_close(&ring);
    CHECK_INT(read(ready[0], &byte, 1), 1);
    CHECK_INT(sw_ring_renew(PATH), -EAGAIN);
    CHECK_INT(write(done[1], "d", 1), 1);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    CHECK_INT(sw_ring_renew(PATH), 0);
}

static void nobody_else_may_have_it_open_for_writing(void) {
    leave_ring(1);
    int fd = open(PATH, O_RDWR);
    CHECK_INT(sw_ring_renew(PATH), -EAGAIN);
    close(fd);
    CHECK_INT(sw_ring_renew(PATH), 0);
}

static void what_others_may_enter_or_name_is_left_alone(void) {
    leave_ring(1);
    CHECK_INT(chmod(PATH, 0660), 0);
    CHECK_INT(sw_ring_renew(PATH), -EPERM);
    CHECK_INT(chmod(PATH, 0600), 0);
    CHECK_INT(link(PATH, "ring.d/other"), 0);
    CHECK_INT(sw_ring_renew(PATH), -EBADMSG);
    CHECK_INT(unlink("ring.d/other"), 0);
    CHECK_INT(sw_ring_renew(PATH), 0);
    unlink(PATH);
    CHECK_INT(sw_ring_renew(PATH), -ENOENT);
    CHECK_INT(symlink("elsewhere", PATH), 0);
    CHECK_INT(sw_ring_renew(PATH), -ELOOP);
    unlink(PATH);
}

static void put(off_t offset, uint64_t value) {
    int fd = open(PATH, O_RDWR);
    CHECK_INT(pwrite(fd, &value, sizeof value, offset), sizeof value);
    close(fd);
}

static void a_damaged_ring_is_left_alone(void) {
    static const struct {
        size_t field;
        uint64_t value;
        int error;
    } DAMAGES[] = {
        {offsetof(struct sw_ring_header, magic), 1, EBADMSG},         {offsetof(struct sw_ring_header, size), 3 << 16, ENOTSUP},
        {offsetof(struct sw_ring_header, head), UINT64_MAX, EBADMSG}, {offsetof(struct sw_ring_header, begin), 1ull << 40, EBADMSG},
        {offsetof(struct sw_ring_header, packet_limit), 100, ENOTSUP},
    };
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
        leave_ring(1);
        put((off_t)DAMAGES[i].field, DAMAGES[i].value);
        CHECK_INT(sw_ring_renew(PATH), -DAMAGES[i].error);
    }
    leave_ring(1);
    CHECK_INT(truncate(PATH, SW_RING_HEADER + 1), 0);
    CHECK_INT(sw_ring_renew(PATH), -EBADMSG);
    CHECK_INT(truncate(PATH, 10), 0);
    CHECK_INT(sw_ring_renew(PATH), -EBADMSG);
}

int main(void) {
    sw_real_load();
    RUN(a_renewed_ring_begins_behind_all_that_was_recorded);
    RUN(events_are_whole_wherever_the_pages_come_from);
    RUN(a_ring_that_has_come_around_is_used_all_over);
    RUN(nobody_else_may_have_it_mapped);
    RUN(nobody_else_may_have_it_open_for_writing);
    RUN(what_others_may_enter_or_name_is_left_alone);
    RUN(a_damaged_ring_is_left_alone);
    return check_result();
}
