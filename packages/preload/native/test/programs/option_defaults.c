/* option_defaults.c: what every option is at first. */
#include "option_table.h"

int main(void) {
    for (int k = 0; k < KINDS; k++) {
        say("%s", kinds[k].name);
        int fd = (int)MUST(socket(kinds[k].family, kinds[k].type, 0));
        for (int i = 0; i < OPTIONS; i++)
            show_option("  at first,", fd, options[i].level, options[i].number, options[i].name);
        close(fd);
    }
}
