/* test_lasting.c: which memory is taken to be there without asking the kernel. */
#include "capture/lasting.h"
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, SIZE = 1000, DEEP = 64 * 1024 };

static char zeroed[SIZE], filled[SIZE] = {1};
static const char constant[SIZE] = {1};

static bool is_lasting(const void *memory, size_t size) {
    return sw_is_lasting((uintptr_t)memory, (uintptr_t)memory + size);
}

static void static_data_lasts(void) {
    CHECK(is_lasting(zeroed, SIZE));
    CHECK(is_lasting(filled, SIZE));
    CHECK(is_lasting(constant, SIZE));
    CHECK(!is_lasting(zeroed, (size_t)1 << 40));
}

/* In a frame far below the first one that was looked at. */
static __attribute__((noinline)) bool is_deep_stack_lasting(void) {
    char deep[DEEP];
    memset(deep, 1, sizeof deep);
    return is_lasting(deep, sizeof deep);
}

static void *look_at_own_stack(void *answer) {
    char own[SIZE] = {1};
    *(bool *)answer = is_lasting(own, sizeof own) && is_deep_stack_lasting() && is_lasting(own, sizeof own);
    return NULL;
}

static void the_stack_of_every_thread_lasts(void) {
    bool lasts[2] = {0};
    look_at_own_stack(&lasts[0]);
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, look_at_own_stack, &lasts[1]), 0);
    pthread_join(thread, NULL);
    CHECK(lasts[0]);
    CHECK(lasts[1]);
}

static void what_is_mapped_does_not_last(void) {
    uint8_t *pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(!is_lasting(pages, 1));
    CHECK(!is_lasting(pages, 4 * PAGE));
    munmap(pages, 4 * PAGE);
    CHECK(!is_lasting(pages, 1));
    CHECK(!is_lasting(NULL, 1));
    CHECK(!is_lasting((void *)(UINTPTR_MAX - 1), 1));
}

static uint8_t *gone;
static volatile bool is_gone_lasting = true;

static void look_at_what_is_gone(int number) {
    (void)number;
    is_gone_lasting = is_lasting(gone, 1);
}

static void the_stack_of_a_signal_makes_nothing_else_last(void) {
    enum { STACK = 256 * 1024 };
    uint8_t *pages = mmap(NULL, STACK + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t before, own = {.ss_sp = pages, .ss_size = STACK};
    gone = pages + STACK;
    munmap(gone, PAGE);
    CHECK_INT(sigaltstack(&own, &before), 0);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = look_at_what_is_gone, .sa_flags = SA_ONSTACK}, NULL);
    raise(SIGUSR1);
    CHECK(!is_gone_lasting);
    sigaltstack(&before, NULL);
    munmap(pages, STACK);
}

/* Only glibc tells for nothing where the heap ends. */
#ifdef __GLIBC__
static void the_heap_lasts_as_far_as_it_goes(void) {
    char *heap = sbrk(2 * SIZE);
    CHECK(is_lasting(heap + SIZE, SIZE));
    CHECK(is_lasting(heap, SIZE));
    CHECK(!is_lasting(heap, 2 * SIZE + 1));
    sbrk(-SIZE);
    CHECK(!is_lasting(heap + SIZE, SIZE));
    CHECK(is_lasting(heap, SIZE));
    sbrk(-SIZE);
}
#endif

int main(void) {
    RUN(static_data_lasts);
    RUN(the_stack_of_every_thread_lasts);
    RUN(what_is_mapped_does_not_last);
    RUN(the_stack_of_a_signal_makes_nothing_else_last);
#ifdef __GLIBC__
    RUN(the_heap_lasts_as_far_as_it_goes);
#endif
    return check_result();
}
