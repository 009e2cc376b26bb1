/* option_device.c: SO_BINDTODEVICE, and options whose values are texts. */
#include "harness.h"

static void show_text(const char *name, int fd, int level, int option) {
    char text[64] = "";
    socklen_t length = sizeof text;
    errno = 0;
    int result = getsockopt(fd, level, option, text, &length);
    say("%s = %d %s, \"%s\", length %u", name, result, error_name(errno), text, length);
}

int main(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    show_text("SO_BINDTODEVICE", fd, SOL_SOCKET, SO_BINDTODEVICE);
    CALL(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
    show_text("SO_BINDTODEVICE", fd, SOL_SOCKET, SO_BINDTODEVICE);
    CALL(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "none4711", 9));
    CALL(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
    show_text("SO_BINDTODEVICE", fd, SOL_SOCKET, SO_BINDTODEVICE);
    CALL(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2));
    MUST(bind(fd, AT4("127.0.0.1", 7000)));
    MUST(listen(fd, 1));
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
    CALL(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "none4711", 8));
    CALL(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
    show_text("TCP_CONGESTION", fd, IPPROTO_TCP, TCP_CONGESTION);
    char text[64] = "";
    socklen_t length = sizeof text;
    CALL(getsockopt(fd, IPPROTO_TCP, TCP_ULP, text, &length));
    CALL(setsockopt(fd, IPPROTO_TCP, TCP_ULP, "none4711", 8));
    CALL(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, text, 3));
    CALL(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, text, 4));
}
