/*
 * Kaigui's protocol for controllers (docs/device-protocol.md), without sockets, clocks, timers or memory of its own:
 * bytes and milliseconds come in, bytes and pulses go out. One `struct kaigui` is one controller.
 *
 * The program that uses it runs a loop:
 *
 *   - not connected and kaigui_should_dial(): kaigui_dialing(), dial, then kaigui_connected() or kaigui_disconnected()
 *   - bytes came: kaigui_received(); the other side closed: kaigui_disconnected()
 *   - a door moved: kaigui_door()
 *   - every KAIGUI_TICK_MS at least: kaigui_tick()
 *   - kaigui.changes has changed: write log, count and events to flash, if there is any
 *   - after that, and only then: send kaigui.out, and pass the number of sent bytes to kaigui_sent()
 *   - connected and kaigui_is_away(): close the connection
 *
 * All functions are called from one thread. `now` is a monotonic clock, in milliseconds.
 */
#ifndef KAIGUI_H
#define KAIGUI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sha256.h"

/* The highest number of a lock. Each takes 56 bytes of RAM. The protocol's own limit is 256. */
#ifndef KAIGUI_LOCKS_MAX
#define KAIGUI_LOCKS_MAX 256
#endif
/* How many commands' results are remembered, 72 bytes each. The protocol requires 64. */
#ifndef KAIGUI_COMMANDS_MAX
#define KAIGUI_COMMANDS_MAX 64
#endif
/* How many events are kept until they are acknowledged, 48 bytes each. The protocol requires 128: hours offline. */
#ifndef KAIGUI_EVENTS_MAX
#define KAIGUI_EVENTS_MAX 128
#endif
/* How long a coil is on: most locks need 200 to 600 ms and burn out after some seconds. */
#ifndef KAIGUI_PULSE_MS
#define KAIGUI_PULSE_MS 500
#endif

/* The longest line with its end, in both directions. */
#define KAIGUI_LINE_BYTES 1024
/* The output buffer: 8 events (140 bytes each), the doors (285), some answers. Full means that nobody reads. */
#define KAIGUI_OUT_BYTES 2048
/* How many sent events may wait for their acknowledgement. */
#define KAIGUI_UNACKNOWLEDGED_MAX 8
/* A door that is still shut after this time since its pulse did not open. */
#define KAIGUI_EVIDENCE_MS 2000
/* A door that opens within this time after a pulse was opened by it: some have to be pulled. */
#define KAIGUI_OPENED_BY_MS 30000
/* From connecting to the welcome, and from dialing to being connected. */
#define KAIGUI_HELLO_MS 10000
/* The waits before dialing again, which double. Up to a quarter is added at random, to spread a fleet. */
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

/* A controller's configuration. The caller keeps the texts. */
struct kaigui_config {
    const char *cabinet;
    const char *secret;
    /* Up to 64 characters that need no escape in JSON. */
    const char *firmware;
    /* 1 to KAIGUI_LOCKS_MAX. */
    unsigned locks;
};

/* What a controller needs from its hardware. */
struct kaigui_port {
    void *context;
    /* Switches the coil on for that long. A hardware timer has to switch it off. */
    void (*pulse)(void *context, unsigned lock, unsigned ms);
    /* Fills with unpredictable bytes that never repeat. */
    void (*random)(void *context, void *bytes, size_t length);
    /* Logs a line, for people and tests. */
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
    uint32_t connection; /* the connection that sent it last, which gets the result */
};

struct kaigui_lock {
    enum kaigui_door door;
    /* The command that fired the coil last, and whether the door opened by it; empty: no command. */
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

/* A controller's whole state. Its user reads the fields marked so, and writes none. */
struct kaigui {
    struct kaigui_config config;
    struct kaigui_port port;

    /* To read: the bytes that wait to be sent. */
    char out[KAIGUI_OUT_BYTES];
    size_t out_length;
    /* To read: counts changes of what a restart has to keep, see kaigui_restore(). */
    uint32_t changes;
    char log[KAIGUI_LOG_CHARACTERS_MAX + 1];
    uint64_t next_seq;
    unsigned event_count;

    struct kaigui_event events[KAIGUI_EVENTS_MAX]; /* a ring */
    unsigned oldest_event;
    uint64_t sent_seq;    /* the last event sent on this connection */
    uint64_t settled_seq; /* the service has all events up to this one, or they are lost */
    bool doors_pending;      /* the positions of the doors are to be sent, once the service has this event: */
    uint64_t doors_after;

    enum kaigui_phase phase;
    uint32_t connection;
    int64_t dial_at, again_ms, phase_ends;
    char line[KAIGUI_LINE_BYTES];
    size_t line_length;
    char nonces[KAIGUI_CABINET_CHARACTERS_MAX + 1 + 2 * (KAIGUI_NONCE_CHARACTERS + 1)]; /* with the cabinet */
    uint8_t session_key[SHA256_BYTES];

    int64_t received_at, heartbeat_ms;
    uint32_t pings;   /* sent on this connection; the last one has this number */
    bool ping_pending;       /* it waits for its answer */
    int64_t ping_at; /* when the last ping was sent, or the proof */
    int64_t ahead, ahead_since; /* the service's time is at most `now + ahead` */

    struct kaigui_command commands[KAIGUI_COMMANDS_MAX];
    unsigned next_command;
    uint64_t forgotten_until; /* the highest `until` of commands that this connection's memory has lost */
    int64_t pulse_ends;
    struct kaigui_lock locks[KAIGUI_LOCKS_MAX];
};

/* What is wrong with the configuration; NULL: nothing. */
const char *kaigui_config_error(const struct kaigui_config *config);

/* Starts with a new log without events. The configuration has to be valid. */
void kaigui_start(struct kaigui *kaigui, const struct kaigui_config *config, const struct kaigui_port *port,
                  int64_t now);

/* Continues a log from before a restart, right after kaigui_start(). kaigui_restore_event() adds its events. */
void kaigui_restore(struct kaigui *kaigui, const char *log, uint64_t first_seq);

/* Adds the next event of the log; `at` may be before the clock's start. */
void kaigui_restore_event(struct kaigui *kaigui, const struct kaigui_event *event);

/* The kept event at that place, the oldest at 0. The last one has the number `next_seq - 1`. */
const struct kaigui_event *kaigui_event(const struct kaigui *kaigui, unsigned place);

/* Whether the name is valid for a log. */
bool kaigui_is_log(const char *name);

/* Whether there should be no connection now. */
bool kaigui_is_away(const struct kaigui *kaigui);

/* Whether it is time to dial. */
bool kaigui_should_dial(const struct kaigui *kaigui, int64_t now);

void kaigui_dialing(struct kaigui *kaigui, int64_t now);
void kaigui_connected(struct kaigui *kaigui, int64_t now);

/* The connection was closed, or could not be made. Harmless without a connection. */
void kaigui_disconnected(struct kaigui *kaigui, const char *why, int64_t now);

void kaigui_received(struct kaigui *kaigui, const char *bytes, size_t length, int64_t now);

/* That many bytes from the start of `out` were sent. */
void kaigui_sent(struct kaigui *kaigui, size_t length);

void kaigui_tick(struct kaigui *kaigui, int64_t now);

/* A lock's debounced sensor. The first call for a lock is not an event. Without a call it has no sensor. */
void kaigui_door(struct kaigui *kaigui, unsigned lock, bool open, int64_t now);

#endif
