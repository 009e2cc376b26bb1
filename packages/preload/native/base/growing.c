#include "base/growing.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static bool make_room(struct sw_growing *growing, size_t size) {
    enum { FIRST = 65536 };
    if (growing->room - growing->length >= size)
        return true;
    size_t room = growing->room == 0 ? FIRST : growing->room;
    while (room - growing->length < size)
        room *= 2;
    void *bytes = growing->room == 0 ? mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                                     : mremap(growing->bytes, growing->room, room, MREMAP_MAYMOVE);
    if (bytes == MAP_FAILED) {
        growing->is_short = true;
        return false;
    }
    growing->bytes = bytes;
    growing->room = room;
    return true;
}

void *sw_growing_take(struct sw_growing *growing, size_t size) {
    if (!make_room(growing, size))
        return NULL;
    void *taken = memset(growing->bytes + growing->length, 0, size);
    growing->length += size;
    return taken;
}

void sw_growing_add(struct sw_growing *growing, const void *data, size_t size) {
    if (!make_room(growing, size))
        return;
    memcpy(growing->bytes + growing->length, data, size);
    growing->length += size;
}

void sw_growing_print(struct sw_growing *growing, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0)
        sw_growing_add(growing, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

void sw_growing_end(struct sw_growing *growing) {
    if (growing->room != 0)
        munmap(growing->bytes, growing->room);
    *growing = (struct sw_growing)SW_GROWING_NEW;
}
