/* The resident memory of a process that listens on a socket, in KiB. */
#include "bench.h"

#include <stdio.h>

int main(int argc, char **argv) {
    bench_start(argc, argv);
    struct endpoint endpoint;
    bench_server(SOCK_STREAM, &endpoint);

    FILE *status = fopen("/proc/self/status", "r");
    bench_check(status == NULL ? -1 : 0, "fopen");
    char line[256];
    long kibibytes;
    while (fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmRSS: %ld", &kibibytes) == 1)
            bench_report((double)kibibytes);
    }
    fclose(status);
}
