/* test_table_memory.c: memory for tables, in pieces that are somebody's alone. */
#include "check.h"
#include "base/table_memory.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

static bool is_zero(const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Together more than what is reserved at a time. */
static void pieces_are_zero_aligned_and_apart(void) {
    enum { PIECES = 40, SIZE = 99991 };
    char *pieces[PIECES];
    for (int i = 0; i < PIECES; i++) {
        pieces[i] = sw_memory_take(SIZE);
        CHECK(pieces[i] != NULL && is_zero(pieces[i], SIZE));
        CHECK_INT((uintptr_t)pieces[i] % 64, 0);
        memset(pieces[i], i + 1, SIZE);
    }
    for (int i = 0; i < PIECES; i++)
        CHECK(pieces[i][0] == i + 1 && pieces[i][SIZE - 1] == i + 1 && memcmp(pieces[i], pieces[i] + 1, SIZE - 1) == 0);
}

static void a_piece_may_be_larger_than_what_is_reserved(void) {
    enum { LARGE = 5 << 20 };
    char *large = sw_memory_take(LARGE);
    CHECK(large != NULL && is_zero(large, LARGE));
    memset(large, 'x', LARGE);
    char *small = sw_memory_take(8);
    CHECK(small != NULL && is_zero(small, 8));
}

static void what_nobody_has_memory_for_is_null(void) {
    static void *_Atomic place;
    CHECK(sw_memory_take(SIZE_MAX / 2) == NULL);
    CHECK(sw_memory_once(&place, SIZE_MAX / 2) == NULL);
    CHECK(sw_memory_once(&place, 8) != NULL);
}

static void *_Atomic shared;

static void *ask(void *found) {
    *(void **)found = sw_memory_once(&shared, 4096);
    return NULL;
}

static void threads_that_come_first_together_get_the_same(void) {
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    void *found[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, ask, &found[i]);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        CHECK(found[i] != NULL && found[i] == found[0]);
}

int main(void) {
    RUN(pieces_are_zero_aligned_and_apart);
    RUN(a_piece_may_be_larger_than_what_is_reserved);
    RUN(what_nobody_has_memory_for_is_null);
    RUN(threads_that_come_first_together_get_the_same);
    return check_result();
}
