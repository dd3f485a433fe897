/* The program's options. */
#ifndef KAIGUI_OPTIONS_H
#define KAIGUI_OPTIONS_H

#include "kaigui.h"

struct options {
    const char *host, *port, *cabinet, *secret_file, *log, *state_file;
    unsigned locks;
    bool has_sensors;
    char secret[KAIGUI_SECRET_CHARACTERS_MAX + 1];
};

/* Reads the options and the secret. A mistake is printed on standard error and ends the program with status 2. */
void options_read(struct options *options, int count, char **values);

#endif
