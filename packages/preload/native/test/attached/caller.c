/* caller.c: an object as a running process has many of them: it calls functions of libc, and knows their addresses. */
#include <sys/socket.h>
#include <unistd.h>

int call_socket(void);
pid_t call_getppid(void);
void *const *where_bind_is(void);

/* Through the global offset table. */
int call_socket(void) {
    return socket(-1, -1, -1);
}

pid_t call_getppid(void) {
    return getppid();
}

/* An address in a table that the dynamic linker fills and then locks. */
static int (*const table[])(int, const struct sockaddr *, socklen_t) = {bind};

void *const *where_bind_is(void) {
    return (void *const *)(const void *)table;
}
