/* test_socket_names.c: the names of socket files, by the cases that TypeScript is held to as well. */
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "sockets/name.h"
#include "socket_name_vectors.h"

static void writes_every_name_of_the_table(void) {
    for (unsigned i = 0; i < SOCKET_NAMES; i++) {
        char text[SW_NAME_SIZE];
        CHECK_INT(sw_name_format(&socket_names[i].name, text), strlen(socket_names[i].text));
        CHECK_TEXT(text, socket_names[i].text);
    }
}

static void reads_every_name_of_the_table(void) {
    for (unsigned i = 0; i < SOCKET_NAMES; i++) {
        const struct sw_name *wanted = &socket_names[i].name;
        struct sw_name name;
        bool read = sw_name_parse(socket_names[i].text, strlen(socket_names[i].text), &name);
        CHECK(read);
        if (!read)
            continue;
        CHECK_INT(name.udp, wanted->udp);
        CHECK_INT(name.wire_family, wanted->wire_family);
        CHECK_INT(name.loopback, wanted->loopback);
        CHECK_INT(name.interface, wanted->interface);
        CHECK_INT(name.port, wanted->port);
        CHECK_INT(name.share, wanted->share);
        CHECK_INT(name.loopback_address, wanted->loopback_address);
    }
}

static void leaves_foreign_names_alone(void) {
    for (unsigned i = 0; i < FOREIGN_NAMES; i++) {
        struct sw_name name;
        bool read = sw_name_parse(foreign_names[i], strlen(foreign_names[i]), &name);
        if (read)
            printf("# read as a socket's: \"%s\"\n", foreign_names[i]);
        CHECK(!read);
    }
}

static void takes_no_other_byte_for_a_letter_or_a_digit(void) {
    for (unsigned place = 0; place < 7; place++)
        for (unsigned byte = 1; byte < 256; byte++) {
            char text[] = "U0A0107";
            struct sw_name name;
            text[place] = (char)byte;
            bool is_canonical = strchr(place == 0 ? "TUXYtuxy" : "0123456789ABCDEF", (int)byte) != NULL;
            bool is_foreign = strcmp(text, "U000107") == 0;
            CHECK_INT(sw_name_parse(text, 7, &name), is_canonical && !is_foreign);
        }
}

static void reads_the_last_component_of_a_path(void) {
    struct sw_name name;
    static const char path[] = "/proc/self/fd/600/T0A0007";
    CHECK(sw_name_parse(path, strlen(path), &name));
    CHECK_INT(name.interface, 10);
    CHECK_INT(name.port, 7);
    CHECK(!sw_name_parse("T0A0007/", 8, &name));
    CHECK(!sw_name_parse("/", 1, &name));
}

static void reads_of_two_slashes_that_there_are_other_names(void) {
    struct sw_name name;
    CHECK(sw_name_parse("/dev/shm/x//Y0A0007", 19, &name));
    CHECK(name.wildcard);
    CHECK(sw_name_parse(".//Y0A0007", 10, &name));
    CHECK(name.wildcard);
    CHECK(sw_name_parse("//Y0A0007", 9, &name));
    CHECK(name.wildcard);
    CHECK(sw_name_parse("/dev/shm/x/Y0A0007", 18, &name));
    CHECK(!name.wildcard);
    CHECK(sw_name_parse("/Y0A0007", 8, &name));
    CHECK(!name.wildcard);
    CHECK(sw_name_parse("Y0A0007", 7, &name));
    CHECK(!name.wildcard);
    CHECK(!sw_name_parse("x//", 3, &name));
}

static void reads_addresses_of_unix_sockets_with_and_without_a_final_nul(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/shm/x/U640035"};
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address.sun_path));
    struct sw_name name;
    CHECK(sw_name_of_unix(&address, length, &name));
    CHECK_INT(name.interface, 100);
    CHECK(sw_name_of_unix(&address, length + 1, &name));
    CHECK_INT(name.port, 53);
    CHECK(!sw_name_of_unix(&address, sizeof address.sun_family, &name));
    CHECK(!sw_name_of_unix(&address, 0, &name));
    CHECK(!sw_name_of_unix(&address, length - 1, &name));
    struct sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = "\0T0A0007"};
    CHECK(!sw_name_of_unix(&abstract, offsetof(struct sockaddr_un, sun_path) + 8, &name));
}

static void reads_a_path_that_fills_the_whole_address(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct sw_name name;
    memset(address.sun_path, 'd', sizeof address.sun_path);
    memcpy(address.sun_path + sizeof address.sun_path - 8, "/T0A0007", 8);
    CHECK(sw_name_of_unix(&address, sizeof address, &name));
    CHECK_INT(name.interface, 10);
}

int main(void) {
    RUN(writes_every_name_of_the_table);
    RUN(reads_every_name_of_the_table);
    RUN(leaves_foreign_names_alone);
    RUN(takes_no_other_byte_for_a_letter_or_a_digit);
    RUN(reads_the_last_component_of_a_path);
    RUN(reads_of_two_slashes_that_there_are_other_names);
    RUN(reads_addresses_of_unix_sockets_with_and_without_a_final_nul);
    RUN(reads_a_path_that_fills_the_whole_address);
    return check_result();
}
