/* asks.c: a program linked with the no-op library: prints whether its sockets are redirected. */
#include <socket_wrapper.h>
#include <stdio.h>

int main(void) {
    socket_wrapper_indicate_no_inet_fd(-1);
    socket_wrapper_indicate_no_inet_fd(987654321);
    puts(socket_wrapper_enabled() ? "redirected" : "plain");
}
