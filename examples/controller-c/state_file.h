/* The state that a restart has to keep, in a file. On a microcontroller this is a page of flash. */
#ifndef KAIGUI_STATE_FILE_H
#define KAIGUI_STATE_FILE_H

#include "kaigui.h"

/* Restores the state from the file, right after kaigui_start(). `false`: there is no file, or it is not valid. */
bool state_load(struct kaigui *kaigui, const char *path, int64_t now);

/* Writes a new file, and replaces the old one once the new one is on disk. `false`: errno has the reason. */
bool state_save(const struct kaigui *kaigui, const char *path, int64_t now);

#endif
