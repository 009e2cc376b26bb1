/* data_sendfile_unread.c: sendfile(2) in small and in large steps to a peer that reads only afterwards. */
#include "harness.h"
#include <sys/mman.h>
#include <sys/sendfile.h>

enum { FILE_SIZE = 1 << 20 };

static int file_of_numbers(void) {
    static uint32_t numbers[FILE_SIZE / 4];
    for (uint32_t i = 0; i < FILE_SIZE / 4; i++)
        numbers[i] = i;
    int fd = (int)MUST(memfd_create("file", 0));
    MUST(write(fd, numbers, sizeof numbers));
    return fd;
}

static void read_all(int fd, size_t size) {
    static uint32_t numbers[FILE_SIZE / 4];
    MUST(recv(fd, numbers, size, MSG_WAITALL));
    size_t right = 0;
    while (right < size / 4 && numbers[right] == right)
        right++;
    say("%zu numbers are right", right);
}

/* Sends `size` bytes of the file, `step` at a time; with `position`, from there, and else from where the file itself is. */
static void send_in_steps(int file, size_t step, size_t size, bool has_position) {
    struct pair pair = tcp_pair(AF_INET);
    off_t offset = 0;
    size_t sent = 0;
    MUST(lseek(file, 0, SEEK_SET));
    while (sent < size)
        sent += (size_t)MUST(sendfile(pair.client, file, has_position ? &offset : NULL, step));
    say("%zu in steps of %zu: sent %zu, position %ld, the file's %ld", size, step, sent, (long)offset, (long)MUST(lseek(file, 0, SEEK_CUR)));
    read_all(pair.server, sent);
    MUST(close(pair.client));
    MUST(close(pair.server));
}

int main(void) {
    int file = file_of_numbers();
    for (int has_position = 0; has_position < 2; has_position++) {
        send_in_steps(file, 1, 4000, has_position);
        send_in_steps(file, 100, 20000, has_position);
        send_in_steps(file, 4096, 1 << 19, has_position);
        send_in_steps(file, 60000, 1 << 19, has_position);
        send_in_steps(file, 2 * FILE_SIZE, FILE_SIZE, has_position);
    }
}
