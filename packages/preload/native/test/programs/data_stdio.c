/* data_stdio.c: sockets behind FILE streams. */
#include "harness.h"

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    FILE *client = fdopen(pair.client, "r+");
    FILE *server_in = fdopen(pair.server, "r");
    FILE *server_out = fdopen(dup(pair.server), "w");
    CALL(fprintf(client, "GET / HTTP/1.0\r\n\r\n"));
    CALL(fflush(client));
    char line[100];
    if (fgets(line, sizeof line, server_in) != NULL)
        say("request: %s", strtok(line, "\r"));
    CALL(fputs("HTTP/1.0 200 OK\r\n", server_out) >= 0);
    CALL(fclose(server_out));
    fseek(client, 0, SEEK_CUR);
    if (fgets(line, sizeof line, client) != NULL)
        say("answer: %s", strtok(line, "\r"));
    NAMES(pair.server);
    CALL(fclose(server_in));
    CALL(fcntl(pair.server, F_GETFD));
    CALL(fgetc(client));
    CALL(feof(client) != 0);
    CALL(dprintf(pair.client, "more\n"));
    CALL(fclose(client));
    CALL(getpeername(pair.client, NULL, NULL));

    say("a file that gets the number of a socket");
    FILE *file = fopen("/dev/null", "r");
    int number = fileno(file);
    say("same number: %d", number == pair.client);
    CALL(getpeername(number, NULL, NULL));
    CALL(fgetc(file));
}
