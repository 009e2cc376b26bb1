/* test_attach_got.c: hooks in the global offset tables of a running process. CALLER is an object that it loads. */
#include "attach/got.h"
#include "attach/hooks.h"
#include "base/real.h"
#include "check.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOOKED = 4711, THREADS = 2, ROUNDS = 20 };

static int hooked_socket(int domain, int type, int protocol) {
    return domain == -1 && type == -1 && protocol == -1 ? HOOKED : -1;
}

static int hooked_bind(int fd, const struct sockaddr *address, socklen_t length) {
    return fd == -1 && address == NULL && length == 1 ? HOOKED : -1;
}

void *sw_hook_for(const char *name) {
    if (strcmp(name, "socket") == 0)
        return (void *)hooked_socket;
    return strcmp(name, "bind") == 0 ? (void *)hooked_bind : NULL;
}

static int (*call_socket)(void);
static pid_t (*call_getppid)(void);
static void *const *(*where_bind_is)(void);

/* The rights of the page at `address`, as /proc/self/maps has them. */
static const char *rights_of(const void *address) {
    static char rights[8];
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "re");
    strcpy(rights, "none");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to;
        char found[8];
        if (sscanf(line, "%lx-%lx %4s", &from, &to, found) == 3 && (uintptr_t)address >= from && (uintptr_t)address < to)
            strcpy(rights, found);
    }
    if (maps != NULL)
        fclose(maps);
    return rights;
}

static int call_bind(void) {
    int (*bind_there)(int, const struct sockaddr *, socklen_t);
    memcpy(&bind_there, where_bind_is(), sizeof bind_there);
    return bind_there(-1, NULL, 1);
}

static void calls_and_addresses_lead_to_the_hooks(void) {
    CHECK_INT(call_socket(), -1);
    CHECK_INT(call_bind(), -1);
    sw_got_hook_all();
    CHECK_INT(call_socket(), HOOKED);
    CHECK_INT(call_bind(), HOOKED);
}

static void other_functions_are_left_alone(void) {
    CHECK_INT(call_getppid(), getppid());
}

static void this_object_and_libc_keep_what_they_have(void) {
    CHECK(socket(-1, -1, -1) == -1);
    CHECK((void *)sw_real.socket != (void *)hooked_socket);
}

static void what_the_linker_has_locked_is_locked_again(void) {
    CHECK_TEXT(rights_of(where_bind_is()), "r--p");
}

static void hooking_again_changes_nothing(void) {
    void *before = *where_bind_is();
    sw_got_hook_all();
    CHECK(*where_bind_is() == before);
    CHECK_INT(call_socket(), HOOKED);
    CHECK_TEXT(rights_of(where_bind_is()), "r--p");
}

static void there_is_no_other_copy_of_the_addon(void) {
    CHECK(sw_got_other_copy() == NULL);
}

static atomic_bool is_over;

static void *call_on_and_on(void *unused) {
    intptr_t wrong = 0;
    (void)unused;
    while (!atomic_load(&is_over))
        wrong += call_socket() != HOOKED;
    return (void *)wrong;
}

static void threads_may_call_meanwhile(void) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, call_on_and_on, NULL), 0);
    for (int i = 0; i < ROUNDS; i++)
        sw_got_hook_all();
    atomic_store(&is_over, true);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        CHECK_INT((intptr_t)wrong, 0);
    }
}

int main(void) {
    sw_real_load();
    void *caller = dlopen(CALLER, RTLD_NOW);
    if (caller == NULL) {
        printf("# %s\n", dlerror());
        return 1;
    }
    *(void **)&call_socket = dlsym(caller, "call_socket");
    *(void **)&call_getppid = dlsym(caller, "call_getppid");
    *(void **)&where_bind_is = dlsym(caller, "where_bind_is");
    RUN(calls_and_addresses_lead_to_the_hooks);
    RUN(other_functions_are_left_alone);
    RUN(this_object_and_libc_keep_what_they_have);
    RUN(what_the_linker_has_locked_is_locked_again);
    RUN(hooking_again_changes_nothing);
    RUN(there_is_no_other_copy_of_the_addon);
    RUN(threads_may_call_meanwhile);
    return check_result();
}
