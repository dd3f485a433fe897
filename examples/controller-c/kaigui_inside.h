/* What the parts of the protocol know of each other, and nobody else. */
#ifndef KAIGUI_INSIDE_H
#define KAIGUI_INSIDE_H

#include "json_line.h"
#include "kaigui.h"

/* Why a connection ends, where the same is said in more than one place. */
#define BAD_LINE "bad-line"

/* kaigui.c: gives the connection up. */
void hang_up(struct kaigui *kaigui, const char *why, int64_t now);

/* kaigui.c: puts a line, with its end, among what waits to be sent. `false`: nobody reads, and it hung up. */
bool say(struct kaigui *kaigui, int64_t now, const char *format, ...);

/* kaigui.c: tells people and tests. */
void note(struct kaigui *kaigui, const char *format, ...);

/* kaigui.c: whether the mac, in hex, is that of the text on this connection. */
bool is_signed(const struct kaigui *kaigui, const char *text, struct json_text mac);

/* kaigui.c: 32 hex digits that nobody can foresee. */
void random_name(struct kaigui *kaigui, char name[KAIGUI_NONCE_CHARACTERS + 1]);

/* kaigui_commands.c: an `open` came. */
void take_open(struct kaigui *kaigui, struct json_line line, int64_t now);

/* kaigui_commands.c: ends the commands whose time for evidence is over. */
void end_commands(struct kaigui *kaigui, int64_t now);

/* kaigui_commands.c: the door of a lock was seen open. */
void command_opened(struct kaigui *kaigui, unsigned lock, int64_t now);

/* kaigui_doors.c: the service welcomed us and has all events up to `acknowledged`. */
void begin_events(struct kaigui *kaigui, uint64_t acknowledged, int64_t now);

/* kaigui_doors.c: an `ack` came. */
void take_ack(struct kaigui *kaigui, struct json_line line, int64_t now);

#endif
