#include "attach/places.h"

#include "state/network.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 1 << 16 };

static struct sw_config_place *_Atomic places[PLACES];
static _Atomic unsigned serials[PLACES]; /* how often each number was given to a place */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static char *copy_text(char **end, const char *text) {
    char *copy = *end;
    *end = stpcpy(copy, text) + 1;
    return copy;
}

/* One allocation: the place, its list of variables, and all text. */
static struct sw_config_place *make_place(const char *directory, int interface, const char *capture_file, char *const *variables,
                                          unsigned variable_count) {
    size_t size = strlen(directory) + 1 + (capture_file == NULL ? 0 : strlen(capture_file) + 1);
    for (unsigned i = 0; i < variable_count; i++)
        size += strlen(variables[i]) + 1;
    struct sw_config_place *place = malloc(sizeof *place + (variable_count + 1) * sizeof(char *) + size);
    if (place == NULL)
        return NULL;
    char **list = (char **)(place + 1), *end = (char *)(list + variable_count + 1);
    for (unsigned i = 0; i < variable_count; i++)
        list[i] = copy_text(&end, variables[i]);
    list[variable_count] = NULL;
    *place = (struct sw_config_place){
        .directory = copy_text(&end, directory),
        .ipv4_network = SW_NETWORK_10_53_57,
        .interface = interface,
        .capture_file = capture_file == NULL ? NULL : copy_text(&end, capture_file),
        .variables = variable_count == 0 ? NULL : list,
    };
    return place;
}

int sw_place_open(const char *directory, int interface, const char *capture_file, char *const *variables,
                  unsigned variable_count) {
    struct sw_config_place *place = make_place(directory, interface, capture_file, variables, variable_count);
    if (place == NULL)
        return -ENOMEM;
    pthread_mutex_lock(&lock);
    int number = 1;
    while (number < PLACES && places[number] != NULL)
        number++;
    if (number < PLACES) {
        serials[number]++;
        places[number] = place;
    }
    pthread_mutex_unlock(&lock);
    if (number < PLACES)
        return number;
    free(place);
    return -ENFILE;
}

struct sw_config_place *sw_place_at(int number) {
    return number > 0 && number < PLACES ? places[number] : NULL;
}

struct sw_home sw_place_home(int number) {
    return (struct sw_home){number, sw_place_at(number) == NULL ? 0 : serials[number]};
}

int sw_place_of_home(struct sw_home home) {
    if (home.number <= 0)
        return home.number;
    return sw_place_at(home.number) != NULL && serials[home.number] == home.serial ? home.number : SW_PLACE_ENDED;
}

static bool is_in_use(const struct sw_network *network) {
    for (int number = 1; number < PLACES; number++)
        if (places[number] != NULL && places[number]->network == network)
            return true;
    return false;
}

void sw_place_close(int number) {
    pthread_mutex_lock(&lock);
    struct sw_config_place *place = sw_place_at(number);
    if (place != NULL)
        places[number] = NULL;
    bool is_last = place != NULL && place->network != NULL && !is_in_use(place->network);
    pthread_mutex_unlock(&lock);
    if (is_last)
        sw_network_close(place->network);
    free(place);
}
