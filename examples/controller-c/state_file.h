/* What has to be known after a restart, in a file. On a microcontroller this is a page of flash. */
#ifndef KAIGUI_STATE_FILE_H
#define KAIGUI_STATE_FILE_H

#include "kaigui.h"

/* Goes on with what the file says, right after kaigui_start(). `false`: there is none, or it is no state. */
bool state_load(struct kaigui *kaigui, const char *path, int64_t now);

/* Writes the file anew: the old one is there until the new one is on disk. `false`: errno says why not. */
bool state_save(const struct kaigui *kaigui, const char *path, int64_t now);

#endif
