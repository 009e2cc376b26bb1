/* loads.c: loads a library by its bare name, which is found by this program's RUNPATH alone, with RTLD_DEEPBIND. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    void *library = dlopen("libconnects.so", RTLD_NOW | RTLD_DEEPBIND);
    if (library == NULL) {
        puts(dlerror());
        return 0;
    }
    int (*connects)(void);
    *(void **)&connects = dlsym(library, "connect_to_closed_port");
    printf("connect: %s\n", strerrorname_np(connects()));
}
