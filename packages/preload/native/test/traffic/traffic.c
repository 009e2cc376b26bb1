/* traffic.c: exchanges whose packets a capture must show, in several processes.
 *
 *     traffic bulk BYTES | parallel CONNECTIONS | shared | reset | unread | half-close | late-answer | given-up | too-late | stdio |
 *             standard | standard-child | sendfile | splice | raw | killed BYTES | kills SENDERS | udp | broadcast | refused
 *
 * For each connection it prints `stream PORT SENT CRC SENT CRC`: the client's port, and how many bytes with which CRC-32 the client and then
 * the server sent; of a sender that was killed, what arrived. */
#include "flow.h"
#include "modes.h"

#include <stdlib.h>
#include <string.h>

int main(int count_of_arguments, char **arguments) {
    const char *mode = count_of_arguments > 1 ? arguments[1] : "";
    uint64_t number = count_of_arguments > 2 ? strtoull(arguments[2], NULL, 10) : 0;
    prepare_crc();
    if (strcmp(mode, "bulk") == 0)
        bulk(number);
    else if (strcmp(mode, "parallel") == 0)
        parallel((int)number);
    else if (strcmp(mode, "shared") == 0)
        shared();
    else if (strcmp(mode, "reset") == 0 || strcmp(mode, "unread") == 0)
        reset(mode[0] == 'u');
    else if (strcmp(mode, "half-close") == 0)
        half_close();
    else if (strcmp(mode, "late-answer") == 0 || strcmp(mode, "given-up") == 0)
        shut_down_unread(mode[0] == 'g');
    else if (strcmp(mode, "stdio") == 0)
        stdio();
    else if (strcmp(mode, "standard") == 0 || strcmp(mode, "standard-child") == 0)
        standard(strcmp(mode, "standard") == 0);
    else if (strcmp(mode, "standard-server") == 0)
        standard_server();
    else if (strcmp(mode, "sendfile") == 0)
        send_file();
    else if (strcmp(mode, "splice") == 0)
        splice_both_ways();
    else if (strcmp(mode, "raw") == 0)
        raw();
    else if (strcmp(mode, "killed") == 0)
        killed(number);
    else if (strcmp(mode, "kills") == 0)
        kills(number);
    else if (strcmp(mode, "too-late") == 0)
        too_late();
    else if (strcmp(mode, "udp") == 0)
        udp();
    else if (strcmp(mode, "broadcast") == 0)
        broadcast();
    else if (strcmp(mode, "refused") == 0)
        refused();
    else
        return 2;
    return 0;
}
