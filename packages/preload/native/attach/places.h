/* places.h: the hosts of networks that this process takes part in, by number.
 *
 * A number is never used for two places at a time. 0 is no place at all. */
#ifndef SW_ATTACH_PLACES_H
#define SW_ATTACH_PLACES_H

#include "base/config.h"

#include <stdbool.h>

/* What a thread is told when the network of its code has ended. */
enum { SW_PLACE_NONE = 0, SW_PLACE_ENDED = -1 };

/* Copies all it is given. `variables` is a list of "NAME=value". The number, or a negative errno. */
int sw_place_open(const char *directory, int interface, const char *capture_file, char *const *variables,
                  unsigned variable_count);

/* NULL for a number that is no place. */
struct sw_config_place *sw_place_at(int number);

/* A place to come back to: unlike its number, never mistaken for a later one. */
struct sw_home {
    int number;
    unsigned serial;
};

struct sw_home sw_place_home(int number);

/* The number of the place; SW_PLACE_ENDED once it is closed. */
int sw_place_of_home(struct sw_home home);

/* The last place of a network closes it. */
void sw_place_close(int number);

#endif
