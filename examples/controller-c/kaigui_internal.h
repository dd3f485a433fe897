/* What the parts of the protocol share with each other only. */
#ifndef KAIGUI_INTERNAL_H
#define KAIGUI_INTERNAL_H

#include "json_line.h"
#include "kaigui.h"

/* A reason for a disconnection that is used in more than one file. */
#define BAD_LINE "bad-line"

/* kaigui.c: ends the connection. */
void disconnect(struct kaigui *kaigui, const char *why, int64_t now);

/* kaigui.c: adds a line, with its end, to the output. `false`: the output is full, and the connection was ended. */
bool send_line(struct kaigui *kaigui, int64_t now, const char *format, ...);

/* kaigui.c: logs a line. */
void note(struct kaigui *kaigui, const char *format, ...);

/* kaigui.c: whether the MAC, in hex, is right for the text on this connection. */
bool is_signed(const struct kaigui *kaigui, const char *text, struct json_text mac);

/* kaigui.c: 32 unpredictable hex digits. */
void random_name(struct kaigui *kaigui, char name[KAIGUI_NONCE_CHARACTERS + 1]);

/* kaigui_commands.c: handles an `open`. */
void handle_open(struct kaigui *kaigui, struct json_line line, int64_t now);

/* kaigui_commands.c: ends the commands whose time for evidence has passed. */
void end_commands(struct kaigui *kaigui, int64_t now);

/* kaigui_commands.c: the door of a lock was seen open. */
void command_opened(struct kaigui *kaigui, unsigned lock, int64_t now);

/* kaigui_doors.c: handles the welcome of a service that has all events up to `acknowledged`. */
void begin_events(struct kaigui *kaigui, uint64_t acknowledged, int64_t now);

/* kaigui_doors.c: handles an `ack`. */
void handle_ack(struct kaigui *kaigui, struct json_line line, int64_t now);

#endif
