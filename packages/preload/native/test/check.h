/* check.h: what the unit tests of the native modules are written with.
 *
 * A test is a function without arguments; RUN calls it and prints `ok` or `not ok` with its name as a sentence. A failed check says
 * where and what, and the test goes on. main returns check_result(): 0 when every check held. */
#ifndef SW_TEST_CHECK_H
#define SW_TEST_CHECK_H

#include <stdio.h>
#include <string.h>

static int check_failures;       /* of all tests */
static int check_failures_before; /* when the running test started */
static int check_tests;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            check_failures++;                                                                      \
            printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                       \
        }                                                                                          \
    } while (0)

#define CHECK_INT(found, wanted)                                                                   \
    do {                                                                                           \
        long long check_found = (long long)(found), check_wanted = (long long)(wanted);            \
        if (check_found != check_wanted) {                                                         \
            check_failures++;                                                                      \
            printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #found, check_found,     \
                   check_wanted);                                                                  \
        }                                                                                          \
    } while (0)

#define CHECK_TEXT(found, wanted)                                                                  \
    do {                                                                                           \
        const char *check_found = (found), *check_wanted = (wanted);                               \
        if (check_found == NULL || strcmp(check_found, check_wanted) != 0) {                       \
            check_failures++;                                                                      \
            printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #found,              \
                   check_found == NULL ? "(null)" : check_found, check_wanted);                    \
        }                                                                                          \
    } while (0)

/* The function's name is the sentence: `finds_a_name_on_several_lines`. */
#define RUN(test)                                                                                  \
    do {                                                                                           \
        check_failures_before = check_failures;                                                    \
        test();                                                                                    \
        check_report(#test);                                                                       \
    } while (0)

static inline void check_report(const char *test) {
    char sentence[200];
    size_t length = strlen(test) < sizeof sentence - 1 ? strlen(test) : sizeof sentence - 1;
    memcpy(sentence, test, length);
    sentence[length] = '\0';
    for (char *c = sentence; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    printf("%s %d - %s\n", check_failures == check_failures_before ? "ok" : "not ok", ++check_tests, sentence);
    fflush(stdout);
}

static inline int check_result(void) {
    printf("1..%d\n", check_tests);
    return check_failures == 0 ? 0 : 1;
}

#endif
