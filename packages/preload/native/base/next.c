/* next.c: the names are looked up as the dynamic linker does, but all in one pass: dlsym(3) takes 700 instructions for each, and every program
 * that starts would pay for a hundred. Where the tables are not what GNU linkers write, dlsym(3) is asked. */
#include "base/next.h"

#include <dlfcn.h>
#include <features.h>
#include <stddef.h>
#include <string.h>

#ifdef __GLIBC__
#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>

/* What of an object's dynamic section counts (elf(5)). */
struct object {
    uintptr_t base;
    const ElfW(Sym) *symbols;
    const char *strings;
    const ElfW(Half) *versions;
    const uint32_t *hashes;
};

/* The dynamic linker has made addresses of the offsets in the file, but for the kernel's vdso, which nobody may write to. */
static const void *pointer(uintptr_t base, ElfW(Addr) value) {
    return (const void *)(value < base ? base + value : value);
}

static bool read_object(const struct link_map *map, struct object *object) {
    *object = (struct object){.base = map->l_addr};
    for (const ElfW(Dyn) *entry = map->l_ld; entry != NULL && entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_SYMTAB)
            object->symbols = pointer(object->base, entry->d_un.d_ptr);
        else if (entry->d_tag == DT_STRTAB)
            object->strings = pointer(object->base, entry->d_un.d_ptr);
        else if (entry->d_tag == DT_VERSYM)
            object->versions = pointer(object->base, entry->d_un.d_ptr);
        else if (entry->d_tag == DT_GNU_HASH)
            object->hashes = pointer(object->base, entry->d_un.d_ptr);
    }
    return object->symbols != NULL && object->strings != NULL && object->hashes != NULL && object->hashes[0] != 0;
}

static uint32_t hash_of(const char *name) {
    uint32_t hash = 5381;
    for (; *name != '\0'; name++)
        hash = hash * 33 + (uint8_t)*name;
    return hash;
}

/* Old versions of a function are there for programs that were linked with them, and hidden from all others. */
static bool is_hidden(const struct object *object, uint32_t index) {
    enum { HIDDEN = 0x8000 };
    return object->versions != NULL && (object->versions[index] & HIDDEN) != 0;
}

/* DT_GNU_HASH: four numbers, a Bloom filter of machine words, the first symbol of each bucket, and the hashes of all symbols from `first` on, the
 * lowest bit of which ends a bucket. */
static const ElfW(Sym) *symbol_in(const struct object *object, const char *name, uint32_t hash) {
    enum { WORD_BITS = 8 * sizeof(ElfW(Addr)) };
    uint32_t buckets = object->hashes[0], first = object->hashes[1], words = object->hashes[2], shift = object->hashes[3];
    const ElfW(Addr) *filter = (const ElfW(Addr) *)(object->hashes + 4);
    const uint32_t *bucket = (const uint32_t *)(filter + words), *chain = bucket + buckets;
    ElfW(Addr) word = filter[hash / WORD_BITS % words];
    if ((word >> hash % WORD_BITS & word >> (hash >> shift) % WORD_BITS & 1) == 0)
        return NULL;
    uint32_t index = bucket[hash % buckets], found;
    if (index < first)
        return NULL;
    do {
        const ElfW(Sym) *symbol = &object->symbols[index];
        found = chain[index - first];
        if ((found | 1) == (hash | 1) && symbol->st_shndx != SHN_UNDEF && !is_hidden(object, index) &&
            strcmp(object->strings + symbol->st_name, name) == 0)
            return symbol;
        index++;
    } while ((found & 1) == 0);
    return NULL;
}

/* Marks names that an object has in a way of its own, such as a choice among several functions: for dlsym(3). */
static char asked_for;

static void look_up_in(const struct object *object, const char *names, void **functions) {
    for (; *names != '\0'; names += strlen(names) + 1, functions++) {
        const ElfW(Sym) *symbol = *functions != NULL ? NULL : symbol_in(object, names, hash_of(names));
        if (symbol != NULL)
            *functions = ELF64_ST_TYPE(symbol->st_info) == STT_FUNC ? (void *)(object->base + symbol->st_value) : &asked_for;
    }
}

/* NULL in a namespace of dlmopen(3), whose objects the list does not have. */
static const struct link_map *own_map(void) {
    const struct link_map *map = _r_debug.r_map;
    while (map != NULL && map->l_ld != _DYNAMIC)
        map = map->l_next;
    return map;
}

static void look_up(const char *names, void **functions) {
    struct object object;
    const struct link_map *map = own_map();
    while (map != NULL && (map = map->l_next) != NULL && read_object(map, &object))
        look_up_in(&object, names, functions);
    for (; *names != '\0'; names += strlen(names) + 1, functions++)
        if (*functions == &asked_for)
            *functions = NULL;
}

static bool is_libc(const struct link_map *map) {
    const char *name = strrchr(map->l_name, '/');
    return name != NULL && strcmp(name, "/libc.so.6") == 0;
}

void *sw_libc_function(const char *name) {
    struct object object;
    const struct link_map *map = _r_debug.r_map;
    while (map != NULL && !is_libc(map))
        map = map->l_next;
    const ElfW(Sym) *symbol = map != NULL && read_object(map, &object) ? symbol_in(&object, name, hash_of(name)) : NULL;
    return symbol != NULL && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC ? (void *)(object.base + symbol->st_value) : dlsym(RTLD_NEXT, name);
}
#else
static void look_up(const char *names, void **functions) {
    (void)names;
    (void)functions;
}

void *sw_libc_function(const char *name) {
    return dlsym(RTLD_NEXT, name);
}
#endif

void sw_next_functions(const char *names, void **functions) {
    look_up(names, functions);
    for (; *names != '\0'; names += strlen(names) + 1, functions++)
        if (*functions == NULL)
            *functions = dlsym(RTLD_NEXT, names);
}
