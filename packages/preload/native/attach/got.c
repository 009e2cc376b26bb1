#include "attach/got.h"

#include "attach/hooks.h"
#include "base/real.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { JUMP_SLOT = R_X86_64_JUMP_SLOT, GLOBAL_DATA = R_X86_64_GLOB_DAT, ABSOLUTE = R_X86_64_64 };
#elif defined(__aarch64__)
enum { JUMP_SLOT = R_AARCH64_JUMP_SLOT, GLOBAL_DATA = R_AARCH64_GLOB_DAT, ABSOLUTE = R_AARCH64_ABS64 };
#else
#error "the relocations of this machine are not known"
#endif

/* What of an object's dynamic section counts (elf(5)). */
struct object {
    uintptr_t base;
    const ElfW(Sym) *symbols;
    const char *strings;
    const ElfW(Rela) *tables[2];
    size_t counts[2];
    size_t imports; /* how many symbols, the first ones, it may import: the others are its own */
    uintptr_t read_only_start, read_only_end; /* pages that the linker has locked: RELRO */
};

typedef bool visit_slot(struct object *object, void **slot, const char *name, void *data);

static bool contains(const struct dl_phdr_info *info, const void *address) {
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (uintptr_t)address - (info->dlpi_addr + part->p_vaddr) < part->p_memsz)
            return true;
    }
    return false;
}

static bool is_called(const char *path, const char *start) {
    const char *slash = strrchr(path, '/');
    return strncmp(slash == NULL ? path : slash + 1, start, strlen(start)) == 0;
}

/* libc and the linker must keep what they have, other front ends of the same library too. */
static bool is_left_alone(const struct dl_phdr_info *info) {
    return contains(info, (const void *)contains) || contains(info, (const void *)sw_real.socket) ||
           is_called(info->dlpi_name, "ld-") || is_called(info->dlpi_name, "libsocket_wrapper") ||
           is_called(info->dlpi_name, "linux-vdso") || is_called(info->dlpi_name, "attach.node");
}

/* glibc stores addresses in the section, musl leaves the offsets of the file. */
static const void *pointer(uintptr_t base, ElfW(Addr) value) {
    return (const void *)(value < base ? base + value : value);
}

static bool read_object(const struct dl_phdr_info *info, struct object *object) {
    const ElfW(Dyn) *entry = NULL;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    bool is_executable = false;
    *object = (struct object){.base = info->dlpi_addr, .imports = SIZE_MAX};
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + part->p_vaddr;
        if (part->p_type == PT_DYNAMIC)
            entry = (const ElfW(Dyn) *)start;
        if (part->p_type == PT_INTERP)
            is_executable = true;
        if (part->p_type == PT_GNU_RELRO) {
            object->read_only_start = start & ~(page - 1);
            object->read_only_end = (start + part->p_memsz) & ~(page - 1);
        }
    }
    for (; entry != NULL && entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_SYMTAB)
            object->symbols = pointer(object->base, entry->d_un.d_ptr);
        else if (entry->d_tag == DT_STRTAB)
            object->strings = pointer(object->base, entry->d_un.d_ptr);
        else if (entry->d_tag == DT_JMPREL)
            object->tables[0] = pointer(object->base, entry->d_un.d_ptr);
        else if (entry->d_tag == DT_PLTRELSZ)
            object->counts[0] = entry->d_un.d_val / sizeof(ElfW(Rela));
        else if (entry->d_tag == DT_RELA)
            object->tables[1] = pointer(object->base, entry->d_un.d_ptr);
        else if (entry->d_tag == DT_RELASZ)
            object->counts[1] = entry->d_un.d_val / sizeof(ElfW(Rela));
        else if (entry->d_tag == DT_GNU_HASH && !is_executable)
            /* The table has buckets of an object's own symbols, and says where those begin. An executable may have there what it imports as well. */
            object->imports = ((const uint32_t *)pointer(object->base, entry->d_un.d_ptr))[1];
    }
    return object->symbols != NULL && object->strings != NULL;
}

/* Visits the slots of imported functions until `visit` says to stop. */
static bool each_slot(struct object *object, visit_slot *visit, void *data) {
    for (unsigned table = 0; table < 2; table++)
        for (size_t i = 0; object->tables[table] != NULL && i < object->counts[table]; i++) {
            const ElfW(Rela) *relocation = &object->tables[table][i];
            /* A C++ library has thousands that are for its own symbols: even to look at those takes long. */
            if (ELF64_R_SYM(relocation->r_info) >= object->imports)
                continue;
            unsigned type = (unsigned)ELF64_R_TYPE(relocation->r_info);
            if ((type != JUMP_SLOT && type != GLOBAL_DATA && type != ABSOLUTE) || (type == ABSOLUTE && relocation->r_addend != 0))
                continue;
            const ElfW(Sym) *symbol = &object->symbols[ELF64_R_SYM(relocation->r_info)];
            if (symbol->st_name == 0 || symbol->st_shndx != SHN_UNDEF)
                continue;
            void **slot = (void **)(object->base + relocation->r_offset);
            if (visit(object, slot, object->strings + symbol->st_name, data))
                return true;
        }
    return false;
}

static bool hook_slot(struct object *object, void **slot, const char *name, void *is_unlocked) {
    void *hook = sw_hook_for(name);
    if (hook == NULL || __atomic_load_n(slot, __ATOMIC_RELAXED) == hook)
        return false;
    uintptr_t address = (uintptr_t)slot;
    if (!*(bool *)is_unlocked && address >= object->read_only_start && address < object->read_only_end) {
        if (mprotect((void *)object->read_only_start, object->read_only_end - object->read_only_start, PROT_READ | PROT_WRITE) != 0)
            return true;
        *(bool *)is_unlocked = true;
    }
    __atomic_store_n(slot, hook, __ATOMIC_RELEASE);
    return false;
}

static int hook_object(struct dl_phdr_info *info, size_t size, void *data) {
    struct object object;
    bool is_unlocked = false;
    (void)size;
    (void)data;
    if (is_left_alone(info) || !read_object(info, &object))
        return 0;
    each_slot(&object, hook_slot, &is_unlocked);
    if (is_unlocked)
        mprotect((void *)object.read_only_start, object.read_only_end - object.read_only_start, PROT_READ);
    return 0;
}

void sw_got_hook_all(void) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    dl_iterate_phdr(hook_object, NULL);
    pthread_mutex_unlock(&lock);
}

static bool is_socket_of_other(struct object *object, void **slot, const char *name, void *path) {
    Dl_info owner;
    (void)object;
    if (strcmp(name, "socket") != 0 || dladdr(*slot, &owner) == 0 || owner.dli_fname == NULL || !is_called(owner.dli_fname, "attach.node"))
        return false;
    Dl_info own;
    if (dladdr((const void *)contains, &own) != 0 && own.dli_fbase == owner.dli_fbase)
        return false;
    *(const char **)path = owner.dli_fname;
    return true;
}

static int find_copy(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    (void)data;
    return is_called(info->dlpi_name, "attach.node") && !contains(info, (const void *)contains);
}

static int find_other(struct dl_phdr_info *info, size_t size, void *path) {
    struct object object;
    (void)size;
    return !is_left_alone(info) && read_object(info, &object) && each_slot(&object, is_socket_of_other, path);
}

const char *sw_got_other_copy(void) {
    const char *path = NULL;
    /* Another copy is rare, and to find out whose hooks are in place takes as long as to hook all. */
    if (dl_iterate_phdr(find_copy, NULL) != 0)
        dl_iterate_phdr(find_other, &path);
    return path;
}
