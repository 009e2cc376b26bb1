/* growing.h: bytes whose number is known only once they are written.
 *
 * In a mapping of their own, so that a program's malloc(3) sees none of it. Starts as SW_GROWING_NEW; whoever has it ends it. When there is no
 * memory it stays as it is, and says so. */
#ifndef SW_BASE_GROWING_H
#define SW_BASE_GROWING_H

#include <stdbool.h>
#include <stddef.h>

struct sw_growing {
    unsigned char *bytes;
    size_t length, room;
    bool is_short; /* something did not fit into memory: the bytes are not whole */
};
#define SW_GROWING_NEW {.bytes = NULL}

/* `size` more bytes, zeroed, at the end; NULL when there is no memory. What was given before may have moved. */
void *sw_growing_take(struct sw_growing *growing, size_t size);

void sw_growing_add(struct sw_growing *growing, const void *data, size_t size);

/* A line of text, or a part of one, of at most 1,023 characters. */
__attribute__((format(printf, 2, 3))) void sw_growing_print(struct sw_growing *growing, const char *format, ...);

/* Gives the memory back. */
void sw_growing_end(struct sw_growing *growing);

#endif
