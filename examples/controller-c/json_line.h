/* Reads one flat JSON object where it lies: nothing is copied and nothing is kept. Objects within it are refused. */
#ifndef KAIGUI_JSON_LINE_H
#define KAIGUI_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole numbers up to this are the same in every JSON reader: 2^53 - 1. */
#define JSON_WHOLE_MAX UINT64_C(9007199254740991)

struct json_line {
    const char *text;
    size_t length;
};

/* What stands between the quotes, as it was sent: escapes are not taken apart, so such a text equals none we know. */
struct json_text {
    const char *start;
    size_t length;
};

/* Whether the line is one JSON object of texts, numbers, `true`, `false` and `null`. */
bool json_is_object(struct json_line line);

/* The text of that name; `false`: there is none. The line is an object. */
bool json_text(struct json_line line, const char *name, struct json_text *text);

/* The whole number of that name, 0 to JSON_WHOLE_MAX; `false`: there is none. The line is an object. */
bool json_whole(struct json_line line, const char *name, uint64_t *number);

/* Whether both are the same. */
bool json_same(struct json_text text, const char *other);

#endif
