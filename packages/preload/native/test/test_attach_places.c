/* test_attach_places.c: the hosts that a process takes part in, by number: copies of what they were given, and never mistaken for another. */
#include "attach/places.h"
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { ALL = 65535, THREADS = 4, ROUNDS = 500 };

static void a_place_keeps_copies_of_all_it_was_given(void) {
    char directory[] = "/dev/shm/net", capture[] = "/tmp/capture", first[] = "LD_PRELOAD=/lib/a.so", second[] = "EMPTY=";
    char *variables[] = {first, second};
    int number = sw_place_open(directory, 11, capture, variables, 2);
    CHECK(number > 0);
    memset(directory, '#', sizeof directory - 1);
    memset(capture, '#', sizeof capture - 1);
    memset(first, '#', sizeof first - 1);
    memset(second, '#', sizeof second - 1);
    variables[0] = NULL;
    const struct sw_config_place *place = sw_place_at(number);
    CHECK_TEXT(place->directory, "/dev/shm/net");
    CHECK_TEXT(place->capture_file, "/tmp/capture");
    CHECK_INT(place->interface, 11);
    CHECK_INT(place->ipv4_network, SW_NETWORK_10_53_57);
    CHECK_TEXT(place->variables[0], "LD_PRELOAD=/lib/a.so");
    CHECK_TEXT(place->variables[1], "EMPTY=");
    CHECK(place->variables[2] == NULL);
    sw_place_close(number);
}

static void a_place_needs_neither_a_capture_nor_variables(void) {
    int number = sw_place_open("", 1, NULL, NULL, 0);
    CHECK_TEXT(sw_place_at(number)->directory, "");
    CHECK(sw_place_at(number)->capture_file == NULL);
    CHECK(sw_place_at(number)->variables == NULL);
    sw_place_close(number);
}

static void other_numbers_are_no_places(void) {
    static const int NUMBERS[] = {SW_PLACE_NONE, SW_PLACE_ENDED, 1, ALL, ALL + 1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        CHECK(sw_place_at(NUMBERS[i]) == NULL);
        sw_place_close(NUMBERS[i]);
    }
}

static void a_home_ends_with_its_place_though_the_number_is_used_again(void) {
    int number = sw_place_open("/a", 1, NULL, NULL, 0);
    struct sw_home home = sw_place_home(number);
    CHECK_INT(sw_place_of_home(home), number);
    sw_place_close(number);
    CHECK_INT(sw_place_of_home(home), SW_PLACE_ENDED);
    CHECK_INT(sw_place_open("/b", 2, NULL, NULL, 0), number);
    CHECK_INT(sw_place_of_home(home), SW_PLACE_ENDED);
    CHECK_INT(sw_place_of_home(sw_place_home(number)), number);
    sw_place_close(number);
    CHECK_INT(sw_place_of_home(sw_place_home(SW_PLACE_NONE)), SW_PLACE_NONE);
    CHECK_INT(sw_place_of_home(sw_place_home(SW_PLACE_ENDED)), SW_PLACE_ENDED);
    CHECK_INT(sw_place_of_home(sw_place_home(number)), SW_PLACE_ENDED);
}

static void the_lowest_number_that_is_free_comes_next(void) {
    for (int number = 1; number <= 20; number++)
        CHECK_INT(sw_place_open("/a", number, NULL, NULL, 0), number);
    sw_place_close(7);
    sw_place_close(5);
    CHECK_INT(sw_place_open("/a", 1, NULL, NULL, 0), 5);
    CHECK_INT(sw_place_open("/a", 1, NULL, NULL, 0), 7);
    CHECK_INT(sw_place_open("/a", 1, NULL, NULL, 0), 21);
    for (int number = 1; number <= 21; number++)
        sw_place_close(number);
}

/* Each thread has places of its own, and meets those of the others as numbers that are taken. */
static void *open_and_close(void *interface) {
    intptr_t wrong = 0;
    for (int i = 0; i < ROUNDS; i++) {
        int number = sw_place_open("/a", (int)(intptr_t)interface, NULL, NULL, 0);
        wrong += number <= 0 || sw_place_at(number)->interface != (int)(intptr_t)interface;
        struct sw_home home = sw_place_home(number);
        wrong += sw_place_of_home(home) != number;
        sw_place_close(number);
        wrong += sw_place_of_home(home) != SW_PLACE_ENDED;
    }
    return (void *)wrong;
}

static void threads_share_no_number(void) {
    pthread_t threads[THREADS];
    for (intptr_t i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, open_and_close, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        CHECK_INT((intptr_t)wrong, 0);
    }
}

int main(void) {
    RUN(a_place_keeps_copies_of_all_it_was_given);
    RUN(a_place_needs_neither_a_capture_nor_variables);
    RUN(other_numbers_are_no_places);
    RUN(a_home_ends_with_its_place_though_the_number_is_used_again);
    RUN(the_lowest_number_that_is_free_comes_next);
    RUN(threads_share_no_number);
    return check_result();
}
