#include "json_line.h"

#include <string.h>

enum kind { TEXT, NUMBER, WORD };

struct value {
    enum kind kind;
    struct json_text raw;
};

struct reader {
    const char *at, *end;
};

static void pass_space(struct reader *reader) {
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\r')) reader->at++;
}

static bool take(struct reader *reader, char expected) {
    if (reader->at == reader->end || *reader->at != expected) return false;
    reader->at++;
    return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

static bool take_digits(struct reader *reader) {
    const char *start = reader->at;
    while (reader->at < reader->end && is_digit(*reader->at)) reader->at++;
    return reader->at > start;
}

/* Reads the rest of an escape, after its backslash. */
static bool take_escape(struct reader *reader) {
    if (reader->at == reader->end) return false;
    char what = *reader->at++;
    if (what != 'u') return what != '\0' && strchr("\"\\/bfnrt", what) != NULL;
    for (unsigned i = 0; i < 4; i++) {
        if (reader->at == reader->end || !is_hex(*reader->at++)) return false;
    }
    return true;
}

static bool take_text(struct reader *reader, struct json_text *text) {
    if (!take(reader, '"')) return false;
    text->start = reader->at;
    while (reader->at < reader->end) {
        char c = *reader->at++;
        if (c == '"') {
            text->length = (size_t)(reader->at - 1 - text->start);
            return true;
        }
        if ((unsigned char)c < ' ' || (c == '\\' && !take_escape(reader))) return false;
    }
    return false;
}

static bool take_number(struct reader *reader) {
    take(reader, '-');
    if (!take(reader, '0') && !take_digits(reader)) return false;
    if (take(reader, '.') && !take_digits(reader)) return false;
    if (!take(reader, 'e') && !take(reader, 'E')) return true;
    if (!take(reader, '-')) take(reader, '+');
    return take_digits(reader);
}

static bool take_word(struct reader *reader) {
    static const char *const WORDS[] = {"true", "false", "null"};
    for (unsigned i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        size_t length = strlen(WORDS[i]);
        if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, WORDS[i], length) != 0) continue;
        reader->at += length;
        return true;
    }
    return false;
}

static bool take_value(struct reader *reader, struct value *value) {
    if (reader->at == reader->end) return false;
    if (*reader->at == '"') {
        value->kind = TEXT;
        return take_text(reader, &value->raw);
    }
    value->raw.start = reader->at;
    value->kind = *reader->at == '-' || is_digit(*reader->at) ? NUMBER : WORD;
    if (!(value->kind == NUMBER ? take_number(reader) : take_word(reader))) return false;
    value->raw.length = (size_t)(reader->at - value->raw.start);
    return true;
}

static bool take_pair(struct reader *reader, struct json_text *name, struct value *value) {
    pass_space(reader);
    if (!take_text(reader, name)) return false;
    pass_space(reader);
    if (!take(reader, ':')) return false;
    pass_space(reader);
    if (!take_value(reader, value)) return false;
    pass_space(reader);
    return true;
}

/* Reads the line, and puts the value with the wanted name into `found`: the last one if there are several. */
static bool walk(struct json_line line, const char *wanted, struct value *found, bool *is_found) {
    struct reader reader = {line.text, line.text + line.length};
    pass_space(&reader);
    if (!take(&reader, '{')) return false;
    pass_space(&reader);
    if (!take(&reader, '}')) {
        do {
            struct json_text name;
            struct value value;
            if (!take_pair(&reader, &name, &value)) return false;
            if (wanted == NULL || !json_same(name, wanted)) continue;
            *found = value;
            *is_found = true;
        } while (take(&reader, ','));
        if (!take(&reader, '}')) return false;
    }
    pass_space(&reader);
    return reader.at == reader.end;
}

bool json_is_object(struct json_line line) { return walk(line, NULL, NULL, NULL); }

bool json_text(struct json_line line, const char *name, struct json_text *text) {
    struct value value;
    bool is_found = false;
    if (!walk(line, name, &value, &is_found) || !is_found || value.kind != TEXT) return false;
    *text = value.raw;
    return true;
}

bool json_whole(struct json_line line, const char *name, uint64_t *number) {
    struct value value;
    bool is_found = false;
    if (!walk(line, name, &value, &is_found) || !is_found || value.kind != NUMBER) return false;
    *number = 0;
    for (size_t i = 0; i < value.raw.length; i++) {
        if (!is_digit(value.raw.start[i])) return false;
        *number = *number * 10 + (uint64_t)(value.raw.start[i] - '0');
        if (*number > JSON_WHOLE_MAX) return false;
    }
    return true;
}

bool json_same(struct json_text text, const char *other) {
    return text.length == strlen(other) && memcmp(text.start, other, text.length) == 0;
}
