/* Reads one flat JSON object in place, without a copy. Nested objects are refused. */
#ifndef KAIGUI_JSON_LINE_H
#define KAIGUI_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole numbers up to this are exact in every JSON reader: 2^53 - 1. */
#define JSON_WHOLE_MAX UINT64_C(9007199254740991)

struct json_line {
    const char *text;
    size_t length;
};

/* The text between the quotes, as it was sent. Escapes are not decoded, so a text with one equals no known word. */
struct json_text {
    const char *start;
    size_t length;
};

/* Whether the line is a JSON object of texts, numbers, `true`, `false` and `null`. */
bool json_is_object(struct json_line line);

/* Finds the text with that name; `false`: there is none. The line has to be an object. */
bool json_text(struct json_line line, const char *name, struct json_text *text);

/* Finds the whole number with that name, 0 to JSON_WHOLE_MAX; `false`: there is none. The line has to be an object. */
bool json_whole(struct json_line line, const char *name, uint64_t *number);

/* Whether both texts are equal. */
bool json_same(struct json_text text, const char *other);

#endif
