/*
 * Kaigui's protocol for controllers (docs/device-protocol.md), without sockets, clocks, timers or memory of its own:
 * bytes and milliseconds come in, bytes and pulses go out. One `struct kaigui` is one controller.
 *
 * A program that uses it goes round a loop:
 *
 *   - not connected and kaigui_should_dial(): kaigui_dialing(), dial, then kaigui_connected() or kaigui_disconnected()
 *   - bytes came: kaigui_received(); the other side hung up: kaigui_disconnected()
 *   - a door moved: kaigui_door()
 *   - every KAIGUI_TICK_MS at least: kaigui_tick()
 *   - kaigui.changes is another than before: write log, count and events to flash, where there is some
 *   - after that, and only then: send kaigui.out, and tell kaigui_sent() how much of it went
 *   - connected and kaigui_is_away(): hang up
 *
 * All functions are called from one thread. `now` is a clock that only goes forward, in milliseconds.
 */
#ifndef KAIGUI_H
#define KAIGUI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sha256.h"

/* Highest number of a lock: 56 bytes of RAM each. The protocol's own limit is 256. */
#ifndef KAIGUI_LOCKS_MAX
#define KAIGUI_LOCKS_MAX 256
#endif
/* Commands whose results are remembered, 72 bytes each. The protocol wants 64. */
#ifndef KAIGUI_COMMANDS_MAX
#define KAIGUI_COMMANDS_MAX 64
#endif
/* Events that are kept until they are acknowledged, 48 bytes each. The protocol wants 128: hours without a network. */
#ifndef KAIGUI_EVENTS_MAX
#define KAIGUI_EVENTS_MAX 128
#endif
/* How long a coil is live: most locks want 200 to 600 ms and burn after some seconds. */
#ifndef KAIGUI_PULSE_MS
#define KAIGUI_PULSE_MS 500
#endif

/* Longest line with its end, both ways. */
#define KAIGUI_LINE_BYTES 1024
/* What waits to be sent: 8 events (140 bytes each), the doors (285), and some answers. Full means that nobody reads. */
#define KAIGUI_OUT_BYTES 2048
/* Events on their way that the service has not acknowledged yet. */
#define KAIGUI_UNACKNOWLEDGED_MAX 8
/* A door that is seen shut for so long after its pulse did not open. */
#define KAIGUI_EVIDENCE_MS 2000
/* A door that opens so long after its pulse was opened by it all the same: some have to be pulled. */
#define KAIGUI_OPENED_BY_MS 30000
/* From connecting to the welcome, and from dialing to being connected. */
#define KAIGUI_HELLO_MS 10000
/* Waits before dialing again, doubling. A quarter of each is added at random, so that a fleet does not come at once. */
#define KAIGUI_AGAIN_MS 1000
#define KAIGUI_AGAIN_MAX_MS 60000
/* An estimate of the service's time is replaced after this: clocks of microcontrollers drift. */
#define KAIGUI_TIME_MS 3600000
/* How often kaigui_tick() has to be called. */
#define KAIGUI_TICK_MS 20

#define KAIGUI_CABINET_CHARACTERS_MAX 64
#define KAIGUI_LOG_CHARACTERS_MAX 32
#define KAIGUI_ID_CHARACTERS 36
#define KAIGUI_NONCE_CHARACTERS 32
#define KAIGUI_SECRET_CHARACTERS_MIN 16
#define KAIGUI_SECRET_CHARACTERS_MAX 128

/* What a controller is. The texts are kept by whoever gives them. */
struct kaigui_config {
    const char *cabinet;
    const char *secret;
    /* Up to 64 characters that need no escape in JSON. */
    const char *firmware;
    /* 1 to KAIGUI_LOCKS_MAX. */
    unsigned locks;
};

/* What a controller needs of its hardware. */
struct kaigui_port {
    void *context;
    /* Makes the coil live for so long, by a timer of its own that always ends it. */
    void (*pulse)(void *context, unsigned lock, unsigned ms);
    /* Fills with bytes that nobody can foresee and that never come again. */
    void (*random)(void *context, void *bytes, size_t length);
    /* Something happened: a line for people and tests. */
    void (*note)(void *context, const char *line);
};

enum kaigui_door { KAIGUI_UNKNOWN, KAIGUI_CLOSED, KAIGUI_OPEN };

enum kaigui_result {
    KAIGUI_NONE, /* no such command */
    KAIGUI_RUNNING,
    KAIGUI_OPENED,
    KAIGUI_ACCEPTED,
    KAIGUI_DID_NOT_OPEN,
    KAIGUI_NO_LOCK,
    KAIGUI_LATE,
    KAIGUI_BUSY
};

enum kaigui_phase { KAIGUI_AWAY, KAIGUI_DIALING, KAIGUI_CHALLENGE, KAIGUI_WELCOME, KAIGUI_SERVING };

struct kaigui_command {
    char id[KAIGUI_ID_CHARACTERS + 1];
    enum kaigui_result result;
    unsigned lock;
    int64_t fired;      /* when */
    uint64_t until;     /* the service's time */
    uint32_t connection; /* which one asked last, and hears the result */
};

struct kaigui_lock {
    enum kaigui_door door;
    /* The command that fired the coil last, and whether the door opened by it; empty: none did. */
    char command[KAIGUI_ID_CHARACTERS + 1];
    bool opened;
    int64_t fired;
};

struct kaigui_event {
    int64_t at;
    uint16_t lock;
    bool open;
    char command[KAIGUI_ID_CHARACTERS + 1];
};

/* All of a controller. Whoever uses it reads what is marked, and writes nothing. */
struct kaigui {
    struct kaigui_config config;
    struct kaigui_port port;

    /* To read: what waits to be sent. */
    char out[KAIGUI_OUT_BYTES];
    size_t out_length;
    /* To read: counts what has to be kept over a restart, see kaigui_restore(). */
    uint32_t changes;
    char log[KAIGUI_LOG_CHARACTERS_MAX + 1];
    uint64_t next_seq;
    unsigned event_count;

    struct kaigui_event events[KAIGUI_EVENTS_MAX]; /* a ring */
    unsigned oldest_event;
    uint64_t sent_seq;    /* the last one sent on this connection */
    uint64_t settled_seq; /* the service has all up to here, or can get them no more */
    bool owes_doors;      /* it will be told where the doors are, once it has this one: */
    uint64_t doors_after;

    enum kaigui_phase phase;
    uint32_t connection;
    int64_t dial_at, again_ms, phase_ends;
    char line[KAIGUI_LINE_BYTES];
    size_t line_length;
    char nonces[KAIGUI_CABINET_CHARACTERS_MAX + 1 + 2 * (KAIGUI_NONCE_CHARACTERS + 1)]; /* with the cabinet */
    uint8_t session_key[SHA256_BYTES];

    int64_t heard, heartbeat_ms;
    uint32_t pings;   /* of this connection; the last one has this number */
    bool asked;       /* it is on its way */
    int64_t asked_at; /* when it was sent, or the proof */
    int64_t ahead, ahead_since; /* the service's time is at most `now + ahead` */

    struct kaigui_command commands[KAIGUI_COMMANDS_MAX];
    unsigned next_command;
    uint64_t forgotten_until; /* the highest `until` of commands that this connection's memory has lost */
    int64_t pulse_ends;
    struct kaigui_lock locks[KAIGUI_LOCKS_MAX];
};

/* Why the configuration cannot be used; NULL: it can. */
const char *kaigui_mistake(const struct kaigui_config *config);

/* Begins, with a log of its own and no events. The configuration has no mistake. */
void kaigui_start(struct kaigui *kaigui, const struct kaigui_config *config, const struct kaigui_port *port,
                  int64_t now);

/* Goes on with a log from before a restart, right after kaigui_start(). Its events follow by kaigui_restore_event(). */
void kaigui_restore(struct kaigui *kaigui, const char *log, uint64_t first_seq);

/* Adds the next event of the log as it was; `at` may be before the clock began. */
void kaigui_restore_event(struct kaigui *kaigui, const struct kaigui_event *event);

/* The event at that place among those that are kept, the oldest at 0. The last one has the number `next_seq - 1`. */
const struct kaigui_event *kaigui_event(const struct kaigui *kaigui, unsigned place);

/* Whether the name is one for a log. */
bool kaigui_is_log(const char *name);

/* Whether there is no connection, nor should there be. */
bool kaigui_is_away(const struct kaigui *kaigui);

/* Whether it is time to dial. */
bool kaigui_should_dial(const struct kaigui *kaigui, int64_t now);

void kaigui_dialing(struct kaigui *kaigui, int64_t now);
void kaigui_connected(struct kaigui *kaigui, int64_t now);

/* The connection is gone, or did not come about. Harmless when there is none. */
void kaigui_disconnected(struct kaigui *kaigui, const char *why, int64_t now);

void kaigui_received(struct kaigui *kaigui, const char *bytes, size_t length, int64_t now);

/* So many bytes at the head of `out` were sent. */
void kaigui_sent(struct kaigui *kaigui, size_t length);

void kaigui_tick(struct kaigui *kaigui, int64_t now);

/* The sensor of a lock, debounced. The first call for a lock only says where the door is; no call: it has no sensor. */
void kaigui_door(struct kaigui *kaigui, unsigned lock, bool open, int64_t now);

#endif
