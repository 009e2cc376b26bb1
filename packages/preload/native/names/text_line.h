/* text_line.h: lines and words of a text that anyone may have damaged. Nothing here allocates or copies. */
#ifndef SW_NAMES_TEXT_LINE_H
#define SW_NAMES_TEXT_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that belong to somebody else; not terminated. */
struct sw_span {
    const char *bytes;
    size_t size;
};

enum { SW_LINE_SIZE_MAX = 4096 }; /* longer lines are skipped */

/* Takes the next line off `text`, without its newline and comment. False at the end. Lines that are too long or hold a NUL byte come
 * out empty. */
bool sw_next_line(struct sw_span *text, struct sw_span *line);

/* Takes the next word off `line`. False when there is none left. */
bool sw_next_word(struct sw_span *line, struct sw_span *word);

bool sw_word_is(struct sw_span word, const char *text);

/* Host names are compared without regard to case and to one dot at their end. */
bool sw_same_host_name(struct sw_span one, struct sw_span other);
struct sw_span sw_span_of(const char *text);

#endif
