/* test_next.c: the functions behind this object are those that dlsym(3) finds. */
#include "check.h"
#include "base/next.h"
#include "base/real.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

/* In front of libc's: the next one is not this. */
int getloadavg(double averages[], int count) {
    (void)averages;
    return -count;
}

static void *next(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

static void all_functions_of_libc_are_those_of_dlsym(void) {
    sw_real_load();
#define FOUND(result, name, parameters) \
    if (next(#name) != NULL || offsetof(struct sw_real, name) != offsetof(struct sw_real, fcntl64)) \
        CHECK(*(void **)&sw_real.name == next(#name));
    SW_REAL_FUNCTIONS(FOUND)
    CHECK(sw_real.socket != NULL);
}

static void names_that_nothing_has_are_null(void) {
    void *functions[3] = {NULL};
    sw_next_functions("getpid\0" "no_such_function\0" "getppid\0", functions);
    CHECK(functions[0] == next("getpid"));
    CHECK(functions[1] == NULL);
    CHECK(functions[2] == next("getppid"));
}

/* nftw(3) has an old version that is hidden, and memcpy(3) is chosen among several by the processor. */
static void functions_of_several_versions_are_the_default_ones(void) {
    void *functions[4] = {NULL};
    sw_next_functions("nftw\0" "memcpy\0" "realpath\0" "regexec\0", functions);
    CHECK(functions[0] == next("nftw"));
    CHECK(functions[1] == next("memcpy"));
    CHECK(functions[2] == next("realpath"));
    CHECK(functions[3] == next("regexec"));
}

static void the_own_object_is_passed_over(void) {
    void *functions[1] = {NULL};
    sw_next_functions("getloadavg\0", functions);
    CHECK(functions[0] != NULL && functions[0] == next("getloadavg"));
    CHECK(functions[0] != (void *)getloadavg);
}

int main(void) {
    RUN(all_functions_of_libc_are_those_of_dlsym);
    RUN(names_that_nothing_has_are_null);
    RUN(functions_of_several_versions_are_the_default_ones);
    RUN(the_own_object_is_passed_over);
    return check_result();
}
