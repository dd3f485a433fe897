#include "state_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES 4096
/* Means that no command opened the door. */
#define NO_COMMAND "-"

/* A clock that runs while the program does not, for the age of events. Without such a clock: 0. */
static int64_t wall_clock_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool read_event(FILE *file, struct kaigui_event *event, int64_t *age_ms) {
    char door[7];
    int read = fscanf(file, "%" SCNd64 " %" SCNu16 " %6s %36s", age_ms, &event->lock, door, event->command);
    if (read != 4) return false;
    if (strcmp(event->command, NO_COMMAND) == 0) event->command[0] = '\0';
    event->open = strcmp(door, "open") == 0;
    return event->open || strcmp(door, "closed") == 0;
}

static bool read_state(struct kaigui *kaigui, FILE *file, int64_t now) {
    char log[KAIGUI_LOG_CHARACTERS_MAX + 1];
    uint64_t first;
    unsigned count;
    int64_t written;
    if (fscanf(file, "kaigui 1 %32s %" SCNu64 " %u %" SCNd64, log, &first, &count, &written) != 4) return false;
    if (!kaigui_is_log(log) || first < 1) return false;
    int64_t away_ms = wall_clock_ms() - written;
    struct kaigui_event events[KAIGUI_EVENTS_MAX];
    if (count > KAIGUI_EVENTS_MAX) return false;
    for (unsigned i = 0; i < count; i++) {
        int64_t age_ms;
        if (!read_event(file, &events[i], &age_ms)) return false;
        events[i].at = now - age_ms - (away_ms > 0 ? away_ms : 0);
    }
    kaigui_restore(kaigui, log, first);
    for (unsigned i = 0; i < count; i++) kaigui_restore_event(kaigui, &events[i]);
    return true;
}

bool state_load(struct kaigui *kaigui, const char *path, int64_t now) {
    FILE *file = fopen(path, "r");
    if (file == NULL) return false;
    bool is_state = read_state(kaigui, file, now);
    fclose(file);
    return is_state;
}

static void write_state(const struct kaigui *kaigui, FILE *file, int64_t now) {
    fprintf(file, "kaigui 1 %s %" PRIu64 " %u %" PRId64 "\n", kaigui->log, kaigui->next_seq - kaigui->event_count,
            kaigui->event_count, wall_clock_ms());
    for (unsigned i = 0; i < kaigui->event_count; i++) {
        const struct kaigui_event *event = kaigui_event(kaigui, i);
        fprintf(file, "%" PRId64 " %u %s %s\n", now - event->at, event->lock, event->open ? "open" : "closed",
                event->command[0] != '\0' ? event->command : NO_COMMAND);
    }
}

/* A renamed file survives a power cut only once its folder is on disk. */
static bool sync_folder(const char *path) {
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
    int descriptor = open(folder, O_RDONLY);
    if (descriptor < 0) return false;
    bool is_on_disk = fsync(descriptor) == 0;
    close(descriptor);
    return is_on_disk;
}

bool state_save(const struct kaigui *kaigui, const char *path, int64_t now) {
    char fresh[PATH_BYTES];
    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh) return false;
    FILE *file = fopen(fresh, "w");
    if (file == NULL) return false;
    write_state(kaigui, file, now);
    bool is_on_disk = fflush(file) == 0 && fsync(fileno(file)) == 0;
    return fclose(file) == 0 && is_on_disk && rename(fresh, path) == 0 && sync_folder(path);
}
