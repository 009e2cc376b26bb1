#include "names/text_line.h"

#include <string.h>

bool sw_next_line(struct sw_span *text, struct sw_span *line) {
    if (text->size == 0)
        return false;
    const char *newline = memchr(text->bytes, '\n', text->size);
    size_t size = newline == NULL ? text->size : (size_t)(newline - text->bytes);
    *line = (struct sw_span){text->bytes, size};
    size_t taken = newline == NULL ? size : size + 1;
    text->bytes += taken;
    text->size -= taken;

    if (line->size > SW_LINE_SIZE_MAX || memchr(line->bytes, '\0', line->size) != NULL)
        line->size = 0;
    const char *comment = memchr(line->bytes, '#', line->size);
    if (comment != NULL)
        line->size = (size_t)(comment - line->bytes);
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

bool sw_next_word(struct sw_span *line, struct sw_span *word) {
    while (line->size > 0 && is_blank(*line->bytes)) {
        line->bytes++;
        line->size--;
    }
    *word = (struct sw_span){line->bytes, 0};
    while (line->size > 0 && !is_blank(*line->bytes)) {
        line->bytes++;
        line->size--;
        word->size++;
    }
    return word->size > 0;
}

bool sw_word_is(struct sw_span word, const char *text) {
    return strlen(text) == word.size && memcmp(word.bytes, text, word.size) == 0;
}

/* tolower(3) depends on the program's locale. */
static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static struct sw_span without_last_dot(struct sw_span name) {
    if (name.size > 1 && name.bytes[name.size - 1] == '.')
        name.size--;
    return name;
}

bool sw_same_host_name(struct sw_span one, struct sw_span other) {
    one = without_last_dot(one);
    other = without_last_dot(other);
    if (one.size != other.size)
        return false;
    for (size_t i = 0; i < one.size; i++)
        if (lower(one.bytes[i]) != lower(other.bytes[i]))
            return false;
    return true;
}

struct sw_span sw_span_of(const char *text) {
    return (struct sw_span){text, strlen(text)};
}
