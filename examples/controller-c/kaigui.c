/* The connection: authentication, the service's time, heartbeats, and when to dial again. */
#include "kaigui.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kaigui_internal.h"

#define FIRMWARE_CHARACTERS_MAX 64
#define NOTE_BYTES 128
#define HEARTBEAT_SECONDS_MAX 3600
#define WRONG_MAC "wrong-mac"

void note(struct kaigui *kaigui, const char *format, ...) {
    char line[NOTE_BYTES];
    va_list values;
    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    kaigui->port.note(kaigui->port.context, line);
}

void disconnect(struct kaigui *kaigui, const char *why, int64_t now) {
    if (kaigui->phase == KAIGUI_AWAY) return;
    uint16_t chance;
    kaigui->port.random(kaigui->port.context, &chance, sizeof chance);
    kaigui->phase = KAIGUI_AWAY;
    kaigui->out_length = 0;
    kaigui->dial_at = now + kaigui->again_ms + kaigui->again_ms / 4 * chance / UINT16_MAX;
    kaigui->again_ms *= 2;
    if (kaigui->again_ms > KAIGUI_AGAIN_MAX_MS) kaigui->again_ms = KAIGUI_AGAIN_MAX_MS;
    note(kaigui, "disconnected %s", why);
}

bool send_line(struct kaigui *kaigui, int64_t now, const char *format, ...) {
    size_t room = KAIGUI_OUT_BYTES - kaigui->out_length;
    va_list values;
    va_start(values, format);
    int length = vsnprintf(kaigui->out + kaigui->out_length, room, format, values);
    va_end(values);
    if (length < 0 || (size_t)length >= room) {
        disconnect(kaigui, "not-reading", now);
        return false;
    }
    kaigui->out_length += (size_t)length;
    return true;
}

void random_name(struct kaigui *kaigui, char name[KAIGUI_NONCE_CHARACTERS + 1]) {
    uint8_t bytes[KAIGUI_NONCE_CHARACTERS / 2];
    kaigui->port.random(kaigui->port.context, bytes, sizeof bytes);
    hex_of(bytes, sizeof bytes, name);
}

static bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_cabinet(const char *cabinet) {
    if (!is_letter_or_digit(cabinet[0]) || strlen(cabinet) > KAIGUI_CABINET_CHARACTERS_MAX) return false;
    for (; *cabinet != '\0'; cabinet++) {
        if (!is_letter_or_digit(*cabinet) && strchr("._-", *cabinet) == NULL) return false;
    }
    return true;
}

static bool is_printable(const char *text, const char *but) {
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~' || strchr(but, *text) != NULL) return false;
    }
    return true;
}

const char *kaigui_config_error(const struct kaigui_config *config) {
    size_t secret = strlen(config->secret), firmware = strlen(config->firmware);
    if (!is_cabinet(config->cabinet)) return "a cabinet's id has up to 64 letters, digits, '.', '_' and '-'";
    if (secret < KAIGUI_SECRET_CHARACTERS_MIN || secret > KAIGUI_SECRET_CHARACTERS_MAX ||
        !is_printable(config->secret, " ")) {
        return "a secret has 16 to 128 printable ASCII characters, no spaces";
    }
    if (firmware > FIRMWARE_CHARACTERS_MAX || !is_printable(config->firmware, "\"\\")) {
        return "a firmware's name has up to 64 printable ASCII characters but '\"' and '\\'";
    }
    if (config->locks < 1 || config->locks > KAIGUI_LOCKS_MAX) return "too few or too many locks";
    return NULL;
}

void kaigui_start(struct kaigui *kaigui, const struct kaigui_config *config, const struct kaigui_port *port,
                  int64_t now) {
    memset(kaigui, 0, sizeof *kaigui);
    kaigui->config = *config;
    kaigui->port = *port;
    kaigui->next_seq = 1;
    kaigui->dial_at = kaigui->pulse_ends = now;
    kaigui->again_ms = KAIGUI_AGAIN_MS;
    random_name(kaigui, kaigui->log);
}

bool kaigui_is_log(const char *name) {
    size_t length = strlen(name);
    if (length < 1 || length > KAIGUI_LOG_CHARACTERS_MAX) return false;
    while (is_letter_or_digit(*name)) name++;
    return *name == '\0';
}

bool kaigui_is_away(const struct kaigui *kaigui) { return kaigui->phase == KAIGUI_AWAY; }

bool kaigui_should_dial(const struct kaigui *kaigui, int64_t now) {
    return kaigui->phase == KAIGUI_AWAY && now >= kaigui->dial_at;
}

void kaigui_dialing(struct kaigui *kaigui, int64_t now) {
    kaigui->phase = KAIGUI_DIALING;
    kaigui->phase_ends = now + KAIGUI_HELLO_MS;
}

void kaigui_connected(struct kaigui *kaigui, int64_t now) {
    char nonce[KAIGUI_NONCE_CHARACTERS + 1];
    random_name(kaigui, nonce);
    snprintf(kaigui->nonces, sizeof kaigui->nonces, "%s\n%s\n", kaigui->config.cabinet, nonce);
    kaigui->phase = KAIGUI_CHALLENGE;
    kaigui->phase_ends = now + KAIGUI_HELLO_MS;
    kaigui->connection++;
    kaigui->line_length = 0;
    kaigui->pings = 0;
    kaigui->ping_pending = false;
    kaigui->forgotten_until = 0;
    note(kaigui, "connected");
    send_line(kaigui, now,
        "{\"type\":\"hello\",\"protocol\":1,\"cabinet\":\"%s\",\"nonce\":\"%s\",\"log\":\"%s\",\"firmware\":\"%s\"}\n",
        kaigui->config.cabinet, nonce, kaigui->log, kaigui->config.firmware);
}

void kaigui_disconnected(struct kaigui *kaigui, const char *why, int64_t now) { disconnect(kaigui, why, now); }

void kaigui_sent(struct kaigui *kaigui, size_t length) {
    kaigui->out_length -= length;
    memmove(kaigui->out, kaigui->out + length, kaigui->out_length);
}

/* The proof that a side knows the secret. It is valid on this connection only. */
static void compute_proof(const struct kaigui *kaigui, const char *what, uint8_t digest[SHA256_BYTES]) {
    char text[sizeof kaigui->nonces + 32];
    snprintf(text, sizeof text, "kaigui %s 1\n%s", what, kaigui->nonces);
    hmac_sha256(bytes_of(kaigui->config.secret), bytes_of(text), digest);
}

/* The MAC of a text on this connection, in hex. */
static void sign(const struct kaigui *kaigui, const char *text, char hex[SHA256_HEX_BYTES]) {
    uint8_t digest[SHA256_BYTES];
    hmac_sha256((struct bytes){kaigui->session_key, SHA256_BYTES}, bytes_of(text), digest);
    hex_of(digest, sizeof digest, hex);
}

static bool is_digest(struct json_text text, const char hex[SHA256_HEX_BYTES]) {
    return text.length == SHA256_HEX_BYTES - 1 && same_bytes(text.start, hex, text.length);
}

bool is_signed(const struct kaigui *kaigui, const char *text, struct json_text mac) {
    char hex[SHA256_HEX_BYTES];
    sign(kaigui, text, hex);
    return is_digest(mac, hex);
}

static bool is_nonce(struct json_text text) {
    if (text.length != KAIGUI_NONCE_CHARACTERS) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!((text.start[i] >= '0' && text.start[i] <= '9') || (text.start[i] >= 'a' && text.start[i] <= 'f'))) {
            return false;
        }
    }
    return true;
}

static void handle_challenge(struct kaigui *kaigui, struct json_line line, int64_t now) {
    struct json_text nonce;
    if (!json_text(line, "nonce", &nonce) || !is_nonce(nonce)) {
        disconnect(kaigui, BAD_LINE, now);
        return;
    }
    strncat(kaigui->nonces, nonce.start, nonce.length);
    uint8_t proof[SHA256_BYTES];
    char hex[SHA256_HEX_BYTES];
    compute_proof(kaigui, "controller", proof);
    hex_of(proof, sizeof proof, hex);
    compute_proof(kaigui, "session", kaigui->session_key);
    kaigui->phase = KAIGUI_WELCOME;
    kaigui->ping_at = now;
    send_line(kaigui, now, "{\"type\":\"proof\",\"proof\":\"%s\"}\n", hex);
}

static bool is_proven(const struct kaigui *kaigui, struct json_text proof) {
    uint8_t expected[SHA256_BYTES];
    char hex[SHA256_HEX_BYTES];
    compute_proof(kaigui, "service", expected);
    hex_of(expected, sizeof expected, hex);
    return is_digest(proof, hex);
}

/* Whether the service signed this time, in answer to the last ping, or in its welcome before the first ping. */
static bool is_time_signed(const struct kaigui *kaigui, uint64_t time, struct json_text mac) {
    char text[48];
    snprintf(text, sizeof text, "time\n%lu\n%llu", (unsigned long)kaigui->pings, (unsigned long long)time);
    return is_signed(kaigui, text, mac);
}

/* The service read its clock after the ping was sent, so its time is at most this; the shorter the way, the closer. */
static void set_time(struct kaigui *kaigui, uint64_t time, int64_t now) {
    kaigui->ahead = (int64_t)time - kaigui->ping_at;
    kaigui->ahead_since = now;
}

static void handle_welcome(struct kaigui *kaigui, struct json_line line, int64_t now) {
    struct json_text proof, mac;
    uint64_t time, acknowledged, seconds;
    if (!json_text(line, "proof", &proof) || !json_whole(line, "time", &time) || !json_text(line, "mac", &mac) ||
        !json_whole(line, "acknowledged", &acknowledged) || !json_whole(line, "heartbeatSeconds", &seconds) ||
        seconds < 1 || seconds > HEARTBEAT_SECONDS_MAX) {
        disconnect(kaigui, BAD_LINE, now);
    } else if (!is_proven(kaigui, proof)) {
        disconnect(kaigui, "wrong-proof", now);
    } else if (!is_time_signed(kaigui, time, mac)) {
        disconnect(kaigui, WRONG_MAC, now);
    } else {
        kaigui->phase = KAIGUI_SERVING;
        kaigui->again_ms = KAIGUI_AGAIN_MS;
        kaigui->heartbeat_ms = (int64_t)seconds * 1000;
        set_time(kaigui, time, now);
        note(kaigui, "welcomed");
        begin_events(kaigui, acknowledged, now);
    }
}

static void handle_refused(struct kaigui *kaigui, struct json_line line, int64_t now) {
    struct json_text reason;
    char why[64];
    if (!json_text(line, "reason", &reason)) reason = (struct json_text){"", 0};
    snprintf(why, sizeof why, "refused %.*s", (int)(reason.length < 32 ? reason.length : 32), reason.start);
    disconnect(kaigui, why, now);
}

static void handle_ping(struct kaigui *kaigui, struct json_line line, int64_t now) {
    (void)line;
    send_line(kaigui, now, "{\"type\":\"pong\"}\n");
}

static bool is_time_old(const struct kaigui *kaigui, int64_t now) {
    return now - kaigui->ahead_since >= KAIGUI_TIME_MS;
}

static void handle_pong(struct kaigui *kaigui, struct json_line line, int64_t now) {
    struct json_text mac;
    uint64_t n, time;
    if (!json_whole(line, "n", &n) || !json_whole(line, "time", &time) || !json_text(line, "mac", &mac) ||
        !kaigui->ping_pending || n != kaigui->pings) {
        disconnect(kaigui, BAD_LINE, now);
    } else if (!is_time_signed(kaigui, time, mac)) {
        disconnect(kaigui, WRONG_MAC, now);
    } else {
        bool is_closer = (int64_t)time - kaigui->ping_at < kaigui->ahead;
        if (is_closer || is_time_old(kaigui, now)) set_time(kaigui, time, now);
        kaigui->ping_pending = false;
    }
}

static const struct {
    const char *type;
    enum kaigui_phase phase; /* when the line may come; KAIGUI_AWAY: always */
    void (*handle)(struct kaigui *kaigui, struct json_line line, int64_t now);
} LINES[] = {
    {"challenge", KAIGUI_CHALLENGE, handle_challenge}, {"welcome", KAIGUI_WELCOME, handle_welcome},
    {"refused", KAIGUI_AWAY, handle_refused},          {"ping", KAIGUI_SERVING, handle_ping},
    {"pong", KAIGUI_SERVING, handle_pong},             {"open", KAIGUI_SERVING, handle_open},
    {"ack", KAIGUI_SERVING, handle_ack},
};

static void handle_line(struct kaigui *kaigui, struct json_line line, int64_t now) {
    struct json_text type;
    if (!json_is_object(line) || !json_text(line, "type", &type)) {
        disconnect(kaigui, BAD_LINE, now);
        return;
    }
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
        if (!json_same(type, LINES[i].type)) continue;
        if (LINES[i].phase == KAIGUI_AWAY || LINES[i].phase == kaigui->phase) LINES[i].handle(kaigui, line, now);
        else disconnect(kaigui, BAD_LINE, now);
        return;
    }
}

void kaigui_received(struct kaigui *kaigui, const char *bytes, size_t length, int64_t now) {
    end_commands(kaigui, now);
    kaigui->received_at = now;
    for (size_t i = 0; i < length && kaigui->phase >= KAIGUI_CHALLENGE; i++) {
        if (bytes[i] == '\n') {
            struct json_line line = {kaigui->line, kaigui->line_length};
            kaigui->line_length = 0;
            handle_line(kaigui, line, now);
        } else if (kaigui->line_length == KAIGUI_LINE_BYTES - 1) {
            disconnect(kaigui, "long-line", now);
        } else {
            kaigui->line[kaigui->line_length++] = bytes[i];
        }
    }
}

/* The ping is signed, so that nobody else can get an answer to a later ping and keep it. */
static void send_ping(struct kaigui *kaigui, int64_t now) {
    char text[24], mac[SHA256_HEX_BYTES];
    unsigned long n = ++kaigui->pings;
    kaigui->ping_pending = true;
    kaigui->ping_at = now;
    snprintf(text, sizeof text, "ping\n%lu", n);
    sign(kaigui, text, mac);
    send_line(kaigui, now, "{\"type\":\"ping\",\"n\":%lu,\"mac\":\"%s\"}\n", n, mac);
}

/* Sends a ping after a silence, or for the time. */
static void tick_heartbeat(struct kaigui *kaigui, int64_t now) {
    int64_t silence_ms = now - kaigui->received_at;
    /* Without this, holding back the answers would make the controller go on with an old time. */
    bool is_unanswered = kaigui->ping_pending && now - kaigui->ping_at >= 2 * kaigui->heartbeat_ms;
    if (silence_ms >= 2 * kaigui->heartbeat_ms || is_unanswered) {
        disconnect(kaigui, "silence", now);
    } else if (!kaigui->ping_pending && (silence_ms >= kaigui->heartbeat_ms || is_time_old(kaigui, now))) {
        send_ping(kaigui, now);
    }
}

void kaigui_tick(struct kaigui *kaigui, int64_t now) {
    end_commands(kaigui, now);
    if (kaigui->phase == KAIGUI_SERVING) {
        tick_heartbeat(kaigui, now);
    } else if (kaigui->phase != KAIGUI_AWAY && now >= kaigui->phase_ends) {
        disconnect(kaigui, kaigui->phase == KAIGUI_DIALING ? "unreachable" : "no-welcome", now);
    }
}
