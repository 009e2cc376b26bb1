/* got.h: puts the hooks into the global offset tables of this process.
 *
 * Every object that imports a function has a slot for its address, which the dynamic linker fills. A slot is stored to whole, so threads
 * that call through it meanwhile see one function or the other. Nothing is ever put back: code may be on its way through a hook. */
#ifndef SW_ATTACH_GOT_H
#define SW_ATTACH_GOT_H

/* Hooks every object but libc, the dynamic linker and ourselves. Harmless when repeated. */
void sw_got_hook_all(void);

/* The path of another copy of this addon whose hooks are in place; NULL when there is none. */
const char *sw_got_other_copy(void);

#endif
