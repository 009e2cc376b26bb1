#include "names/names.h"

#include "names/text_file.h"

void sw_names_after_fork_in_child(void) {
    sw_text_after_fork_in_child();
}
