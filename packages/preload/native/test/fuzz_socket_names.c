/* fuzz_socket_names.c: a libFuzzer target: a name is read only when it is the one spelling of what it stands for. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sockets/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sw_name name;
    if (!sw_name_parse((const char *)data, size, &name))
        return 0;

    char text[SW_NAME_SIZE];
    unsigned length = sw_name_format(&name, text);
    if (length > size || memcmp(data + size - length, text, length) != 0)
        abort();
    if (length < size && data[size - length - 1] != '/')
        abort();
    return 0;
}
