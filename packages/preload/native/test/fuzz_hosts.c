/* fuzz_hosts.c: a libFuzzer target for the readers of files that anyone may have damaged.
 *
 *     clang -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -I native native/test/fuzz_hosts.c \
 *         native/names/{hosts_text,host,ip,text_line}.c */
#include "names/hosts_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void must(bool condition) {
    if (!condition)
        abort();
}

/* A line that is found by a name or an address must be found by its other names and its address as well. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct sw_span text = {(const char *)data, size};
    struct sw_span rest = text;
    struct sw_hosts_entry entry;
    for (unsigned lines = 0; lines < 64 && sw_hosts_next_entry(&rest, &entry); lines++) {
        struct sw_span name;
        static struct sw_host host;
        must(sw_ip_size(entry.ip.family) > 0);
        must(entry.names.bytes >= text.bytes && entry.names.bytes + entry.names.size <= text.bytes + text.size);

        host = (struct sw_host){0};
        must(sw_hosts_text_by_address(text, &entry.ip, &host));
        must(host.address_count == 1 && host.names_used <= SW_HOST_NAMES_SIZE);
        must(sw_next_word(&entry.names, &name));
        host = (struct sw_host){0};
        must(sw_hosts_text_by_name(text, name, &host));
        must(host.address_count > 0);
        const char *known = host.names;
        for (unsigned i = 0; i < host.name_count; i++)
            known = sw_host_name_after(known);
        must(known == host.names + host.names_used);
    }
    return 0;
}
