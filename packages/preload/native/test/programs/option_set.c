/* option_set.c: set every option and read it back. */
#include "option_table.h"

int main(void) {
    for (int k = 0; k < KINDS; k++) {
        say("%s", kinds[k].name);
        for (int i = 0; i < OPTIONS; i++) {
            int fd = (int)MUST(socket(kinds[k].family, kinds[k].type, 0));
            errno = 0;
            int result = set_int(fd, options[i].level, options[i].number, options[i].value);
            say("  %s to %d = %d %s", options[i].name, options[i].value, result, error_name(errno));
            show_option("    now", fd, options[i].level, options[i].number, options[i].name);
            close(fd);
        }
    }
}
