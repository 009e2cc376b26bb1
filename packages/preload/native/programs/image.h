/* image.h: whether the library would be loaded into a program, as far as the file tells.
 *
 * Async-signal-safe and without allocating: used between vfork(2) and execve(2). errno is untouched. */
#ifndef SW_PROGRAMS_IMAGE_H
#define SW_PROGRAMS_IMAGE_H

enum sw_image {
    SW_IMAGE_REACHED, /* also what cannot be read and what is no program: execve(2) says the rest */
    SW_IMAGE_STATIC,
    SW_IMAGE_GO, /* makes its own system calls, even where the library is loaded */
    SW_IMAGE_OTHER_LIBC,
    SW_IMAGE_OTHER_MACHINE,
};

/* The file that execve(2) would start for `path`, through `#!` lines; `directory` and `flags` as execveat(2) has them. */
enum sw_image sw_image_at(int directory, const char *path, int flags);

/* The file that execvp(3) would find for `file`. */
enum sw_image sw_image_in_path(const char *file);

/* What is to be said of such a program: "is linked statically". */
const char *sw_image_reason(enum sw_image image);

#endif
