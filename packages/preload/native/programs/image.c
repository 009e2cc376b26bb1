#include "programs/image.h"

#include "base/real.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    HEAD_SIZE = 2048,     /* headers, interpreter and the first notes of nearly all files */
    SHEBANG_SIZE = 256,   /* BINPRM_BUF_SIZE of the kernel */
    MOST_SCRIPTS = 5,     /* how often the kernel goes from a script to its interpreter (exec_binprm) */
    MOST_HEADERS = 64,
    MOST_OF_NOTES = 1024, /* Go's linker puts its build ID in front */
    GO_BUILD_ID = 4,
};

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#error "The library is made for x86-64 and AArch64"
#endif

/* A file whose beginning has been read. */
struct file {
    int fd;
    size_t size; /* bytes in `head` */
    char head[HEAD_SIZE];
};

/* `size` bytes at `offset`, in the head or else read into `room`; NULL where the file has not so many. */
static const char *part(const struct file *file, uint64_t offset, size_t size, char *room) {
    if (offset <= file->size && size <= file->size - offset)
        return file->head + offset;
    if (offset > INT64_MAX - size)
        return NULL;
    return pread(file->fd, room, size, (off_t)offset) == (ssize_t)size ? room : NULL;
}

static size_t aligned(size_t length) {
    return (length + 3) & ~(size_t)3;
}

/* Whether one of the notes (gABI, "Note Section") is Go's build ID. */
static bool has_go_build_id(const char *notes, size_t size) {
    for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= size;) {
        ElfW(Nhdr) note;
        memcpy(&note, notes + at, sizeof note);
        at += sizeof note;
        if (note.n_namesz > size - at)
            return false;
        if (note.n_type == GO_BUILD_ID && note.n_namesz == 4 && memcmp(notes + at, "Go", 3) == 0)
            return true;
        at += aligned(note.n_namesz);
        if (at > size || note.n_descsz > size - at)
            return false;
        at += aligned(note.n_descsz);
    }
    return false;
}

/* "ld-linux-x86-64.so.2", "ld-musl-aarch64.so.1" and older names. */
static bool is_dynamic_linker(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    return strncmp(name, "ld-", 3) == 0 || strncmp(name, "ld.so", 5) == 0;
}

static bool is_our_libc(const char *interpreter) {
#ifdef __GLIBC__
    return strstr(interpreter, "ld-musl-") == NULL;
#else
    return strstr(interpreter, "ld-musl-") != NULL;
#endif
}

static enum sw_image judge_elf(const struct file *file, const char *path) {
    ElfW(Ehdr) header;
    if (file->size < sizeof header)
        return SW_IMAGE_REACHED;
    memcpy(&header, file->head, sizeof header);
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != MACHINE)
        return SW_IMAGE_OTHER_MACHINE;
    if (header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phnum == 0 || header.e_phnum > MOST_HEADERS)
        return SW_IMAGE_REACHED;

    bool is_dynamic = false, is_ours = true;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        ElfW(Phdr) entry;
        char room[MOST_OF_NOTES];
        const char *read = part(file, header.e_phoff + i * sizeof entry, sizeof entry, room);
        if (read == NULL)
            return SW_IMAGE_REACHED;
        memcpy(&entry, read, sizeof entry);
        if (entry.p_type == PT_NOTE) {
            size_t size = entry.p_filesz < sizeof room ? entry.p_filesz : sizeof room;
            const char *notes = part(file, entry.p_offset, size, room);
            if (notes != NULL && has_go_build_id(notes, size))
                return SW_IMAGE_GO;
        } else if (entry.p_type == PT_INTERP && entry.p_filesz > 0) {
            size_t size = entry.p_filesz < sizeof room ? entry.p_filesz : sizeof room;
            const char *name = part(file, entry.p_offset, size, room);
            is_dynamic = true;
            is_ours = name == NULL || name[size - 1] != '\0' || is_our_libc(name);
        }
    }
    if (is_dynamic)
        return is_ours ? SW_IMAGE_REACHED : SW_IMAGE_OTHER_LIBC;
    /* The dynamic linker started by its name has no interpreter, and obeys LD_PRELOAD. */
    return is_dynamic_linker(path) ? SW_IMAGE_REACHED : SW_IMAGE_STATIC;
}

/* Cuts the interpreter out of a `#!` line, in place; NULL when there is none. */
static char *interpreter_of(char *head, size_t size) {
    size_t end = size < SHEBANG_SIZE ? size : SHEBANG_SIZE - 1;
    head[end] = '\0';
    char *name = head + 2 + strspn(head + 2, " \t");
    name[strcspn(name, " \t\n")] = '\0';
    return *name != '\0' ? name : NULL;
}

static enum sw_image judge(int directory, const char *path, int flags) {
    char script[SHEBANG_SIZE];
    for (int scripts = 0; scripts <= MOST_SCRIPTS; scripts++) {
        struct file file;
        bool is_given = (flags & AT_EMPTY_PATH) != 0 && *path == '\0';
        /* Not a FIFO's other end, nor a terminal: O_NONBLOCK and O_NOCTTY change nothing for the files that can be started. */
        file.fd = is_given ? directory : openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (file.fd < 0)
            return SW_IMAGE_REACHED;
        ssize_t size = pread(file.fd, file.head, sizeof file.head, 0);
        file.size = size > 0 ? (size_t)size : 0;
        char *interpreter = NULL;
        enum sw_image image = SW_IMAGE_REACHED;
        if (file.size >= SELFMAG && memcmp(file.head, ELFMAG, SELFMAG) == 0)
            image = judge_elf(&file, path);
        else if (file.size > 2 && file.head[0] == '#' && file.head[1] == '!')
            interpreter = interpreter_of(file.head, file.size);
        if (!is_given)
            sw_real.close(file.fd);
        if (interpreter == NULL)
            return image;
        path = strcpy(script, interpreter);
        directory = AT_FDCWD;
        flags = 0;
    }
    return SW_IMAGE_REACHED;
}

enum sw_image sw_image_at(int directory, const char *path, int flags) {
    if (path == NULL)
        return SW_IMAGE_REACHED;
    int saved_errno = errno;
    enum sw_image image = judge(directory, path, flags);
    errno = saved_errno;
    return image;
}

enum sw_image sw_image_in_path(const char *file) {
    if (file == NULL || *file == '\0' || strchr(file, '/') != NULL)
        return sw_image_at(AT_FDCWD, file, 0);
    const char *search = getenv("PATH");
    if (search == NULL)
        search = "/bin:/usr/bin"; /* as execvp(3) of glibc */
    int saved_errno = errno;
    size_t length = strlen(file);
    enum sw_image image = SW_IMAGE_REACHED;
    for (const char *folder = search;; folder++) {
        size_t folder_length = strcspn(folder, ":");
        const size_t size = folder_length + length + 2;
        if (size <= PATH_MAX) {
            char path[size];
            /* An empty element is the working directory. */
            char *end = mempcpy(path, folder, folder_length);
            if (folder_length > 0)
                *end++ = '/';
            memcpy(end, file, length + 1);
            if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0) {
                image = sw_image_at(AT_FDCWD, path, 0);
                break;
            }
        }
        folder += folder_length;
        if (*folder == '\0')
            break;
    }
    errno = saved_errno;
    return image;
}

const char *sw_image_reason(enum sw_image image) {
    switch (image) {
    case SW_IMAGE_STATIC:
        return "is linked statically";
    case SW_IMAGE_GO:
        return "is written in Go, which makes its own system calls";
    case SW_IMAGE_OTHER_LIBC:
        return "is linked with another libc";
    case SW_IMAGE_OTHER_MACHINE:
        return "is a program for another machine";
    case SW_IMAGE_REACHED:
        break;
    }
    return "can be reached";
}
