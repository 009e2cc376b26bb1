/* hosts_text.h: the format of hosts(5): an address and its names on a line, `#` starts a comment.
 *
 * Lines that cannot be read are skipped, the others count. A name may stand on several lines; all of them count. */
#ifndef SW_NAMES_HOSTS_TEXT_H
#define SW_NAMES_HOSTS_TEXT_H

#include "names/host.h"
#include "names/text_line.h"

struct sw_hosts_entry {
    struct sw_ip ip;
    struct sw_span names; /* at least one word, for sw_next_word */
};

/* Takes the next readable line off `text`. False at the end. */
bool sw_hosts_next_entry(struct sw_span *text, struct sw_hosts_entry *entry);

/* Adds to `host` what the text says about a name or an address. False, and nothing added, when it says nothing. */
bool sw_hosts_text_by_name(struct sw_span text, struct sw_span name, struct sw_host *host);
bool sw_hosts_text_by_address(struct sw_span text, const struct sw_ip *ip, struct sw_host *host);

#endif
