/* bind_other_process.c: an address belongs to one process until it closes it, ends or is killed. */
#include "harness.h"

struct occupier {
    struct bell bound;
    struct bell leave;
    int type;
    bool closes;
};

static void occupy(void *argument) {
    struct occupier *occupier = argument;
    int fd = (int)MUST(socket(AF_INET, occupier->type, 0));
    MUST(bind(fd, AT4("127.0.0.1", 7000)));
    if (occupier->type == SOCK_STREAM)
        MUST(listen(fd, 1));
    ring(occupier->bound);
    await_bell(occupier->leave);
    if (occupier->closes)
        close(fd);
    ring(occupier->bound);
    await_bell(occupier->leave);
}

static void take(int type) {
    int fd = (int)MUST(socket(AF_INET, type, 0));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, type == SOCK_STREAM));
    CALL(bind(fd, AT4("127.0.0.1", 7000)));
    close(fd);
}

static void contend(int type) {
    struct occupier occupier = {new_bell(), new_bell(), type, true};
    pid_t child = in_child(occupy, &occupier);
    await_bell(occupier.bound);
    say("while the other has it");
    take(type);
    ring(occupier.leave);
    await_bell(occupier.bound);
    say("after it closed it");
    take(type);
    ring(occupier.leave);
    finish(child);

    occupier.closes = false;
    child = in_child(occupy, &occupier);
    await_bell(occupier.bound);
    ring(occupier.leave);
    await_bell(occupier.bound);
    take(type);
    ring(occupier.leave);
    finish(child);
    say("after it ended");
    take(type);

    child = in_child(occupy, &occupier);
    await_bell(occupier.bound);
    take(type);
    MUST(kill(child, SIGKILL));
    finish(child);
    say("after it was killed");
    take(type);
}

int main(void) {
    say("TCP");
    contend(SOCK_STREAM);
    say("UDP");
    contend(SOCK_DGRAM);
}
