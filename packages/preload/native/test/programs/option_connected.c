/* option_connected.c: options of connected sockets. */
#include "option_table.h"

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    for (int i = 0; i < OPTIONS; i++) {
        /* What the path and the machine decide. */
        if (options[i].level == IPPROTO_TCP && (options[i].number == TCP_MAXSEG || options[i].number == TCP_QUICKACK))
            continue;
        show_option("client", pair.client, options[i].level, options[i].number, options[i].name);
        errno = 0;
        int result = set_int(pair.server, options[i].level, options[i].number, options[i].value);
        say("server %s to %d = %d %s", options[i].name, options[i].value, result, error_name(errno));
    }
    CALL(write(pair.client, "still", 5));

    say("the limit of the window");
    int fresh = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), ends[] = {fresh, listener_on(AF_INET, 0), pair.client};
    for (int i = 0; i < 3; i++) {
        CALL(set_int(ends[i], IPPROTO_TCP, TCP_WINDOW_CLAMP, 100));
        OPTION(ends[i], IPPROTO_TCP, TCP_WINDOW_CLAMP);
        CALL(set_int(ends[i], IPPROTO_TCP, TCP_WINDOW_CLAMP, 0));
        OPTION(ends[i], IPPROTO_TCP, TCP_WINDOW_CLAMP);
    }
}
