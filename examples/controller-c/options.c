#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "controller --cabinet ID --secret-file FILE [--host 127.0.0.1] [--port 8282] [--locks 8]\n"
    "           [--no-sensors] [--log NAME] [--state-file FILE]\n"
    "Commands on standard input: close LOCK, force LOCK, jam LOCK, unjam LOCK, cut, dial, quit\n";

static void fail_usage(const char *what, const char *which) {
    fprintf(stderr, "%s%s\n%s", what, which, USAGE);
    exit(2);
}

static const char **text_option(struct options *options, const char *name) {
    if (strcmp(name, "--host") == 0) return &options->host;
    if (strcmp(name, "--port") == 0) return &options->port;
    if (strcmp(name, "--cabinet") == 0) return &options->cabinet;
    if (strcmp(name, "--secret-file") == 0) return &options->secret_file;
    if (strcmp(name, "--log") == 0) return &options->log;
    if (strcmp(name, "--state-file") == 0) return &options->state_file;
    return NULL;
}

static unsigned whole(const char *text) {
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    return *text != '\0' && *end == '\0' && number <= KAIGUI_LOCKS_MAX ? (unsigned)number : 0;
}

static void read_secret(struct options *options) {
    /* Has room for one character more, so that a secret that is too long is not cut into a valid one. */
    char secret[sizeof options->secret + 2] = "";
    FILE *file = fopen(options->secret_file, "r");
    if (file == NULL) fail_usage("Cannot read ", options->secret_file);
    if (fgets(secret, sizeof secret, file) == NULL) secret[0] = '\0';
    fclose(file);
    secret[strcspn(secret, "\r\n")] = '\0';
    if (strlen(secret) > KAIGUI_SECRET_CHARACTERS_MAX) fail_usage("The secret is too long in ", options->secret_file);
    strcpy(options->secret, secret);
}

void options_read(struct options *options, int count, char **values) {
    *options = (struct options){.host = "127.0.0.1", .port = "8282", .locks = 8, .has_sensors = true};
    for (int i = 1; i < count; i++) {
        const char **text = text_option(options, values[i]);
        bool is_locks = strcmp(values[i], "--locks") == 0;
        if (strcmp(values[i], "--no-sensors") == 0) options->has_sensors = false;
        else if (text == NULL && !is_locks) fail_usage("Unknown option ", values[i]);
        else if (i + 1 == count) fail_usage("No value for ", values[i]);
        else if (is_locks) options->locks = whole(values[++i]);
        else *text = values[++i];
    }
    if (options->cabinet == NULL || options->secret_file == NULL) {
        fail_usage("--cabinet and --secret-file are needed", "");
    }
    if (options->log != NULL && !kaigui_is_log(options->log)) fail_usage("Not a valid name for a log: ", options->log);
    read_secret(options);
}
