/* What the program was started with. */
#ifndef KAIGUI_OPTIONS_H
#define KAIGUI_OPTIONS_H

#include "kaigui.h"

struct options {
    const char *host, *port, *cabinet, *secret_file, *log, *state_file;
    unsigned locks;
    bool has_sensors;
    char secret[KAIGUI_SECRET_CHARACTERS_MAX + 1];
};

/* Reads them, and the secret; a mistake is told on standard error and ends the program with 2. */
void options_read(struct options *options, int count, char **values);

#endif
