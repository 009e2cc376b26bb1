/* go-build-id.c: a program with the note that Go's linker leaves: owner "Go", type 4, a build ID. */
__asm__(".section .note.go.buildid,\"a\",%note\n"
        ".balign 4\n"
        ".long 4, 4, 4\n"
        ".ascii \"Go\\0\\0\"\n"
        ".ascii \"abcd\"\n"
        ".previous\n");

int main(void) {
    return 0;
}
