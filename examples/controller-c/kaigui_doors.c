/* Doors: their moves as numbered events, kept until the service has them, and their positions. */
#include <string.h>

#include "kaigui_internal.h"

static uint64_t first_seq(const struct kaigui *kaigui) { return kaigui->next_seq - kaigui->event_count; }

const struct kaigui_event *kaigui_event(const struct kaigui *kaigui, unsigned place) {
    return &kaigui->events[(kaigui->oldest_event + place) % KAIGUI_EVENTS_MAX];
}

static void drop_oldest(struct kaigui *kaigui) {
    kaigui->oldest_event = (kaigui->oldest_event + 1) % KAIGUI_EVENTS_MAX;
    kaigui->event_count--;
}

static void append_event(struct kaigui *kaigui, const struct kaigui_event *event) {
    if (kaigui->event_count == KAIGUI_EVENTS_MAX) drop_oldest(kaigui);
    kaigui->events[(kaigui->oldest_event + kaigui->event_count) % KAIGUI_EVENTS_MAX] = *event;
    kaigui->event_count++;
    kaigui->next_seq++;
    kaigui->changes++;
}

void kaigui_restore(struct kaigui *kaigui, const char *log, uint64_t first) {
    strncpy(kaigui->log, log, KAIGUI_LOG_CHARACTERS_MAX);
    kaigui->next_seq = first;
}

void kaigui_restore_event(struct kaigui *kaigui, const struct kaigui_event *event) { append_event(kaigui, event); }

static bool send_event(struct kaigui *kaigui, uint64_t seq, int64_t now) {
    const struct kaigui_event *event = kaigui_event(kaigui, (unsigned)(seq - first_seq(kaigui)));
    bool is_ours = event->command[0] != '\0';
    return send_line(kaigui, now,
               "{\"type\":\"event\",\"seq\":%llu,\"ago\":%lld,\"lock\":%u,\"door\":\"%s\"%s%s%s}\n",
               (unsigned long long)seq, (long long)(now > event->at ? now - event->at : 0), event->lock,
               event->open ? "open" : "closed", is_ours ? ",\"command\":\"" : "", event->command, is_ours ? "\"" : "");
}

static void send_doors(struct kaigui *kaigui, int64_t now) {
    static const char LETTERS[] = {[KAIGUI_UNKNOWN] = 'u', [KAIGUI_CLOSED] = 'c', [KAIGUI_OPEN] = 'o'};
    char doors[KAIGUI_LOCKS_MAX + 1];
    for (unsigned i = 0; i < kaigui->config.locks; i++) doors[i] = LETTERS[kaigui->locks[i].door];
    doors[kaigui->config.locks] = '\0';
    kaigui->doors_pending = !send_line(kaigui, now, "{\"type\":\"doors\",\"doors\":\"%s\"}\n", doors);
}

/* Sends the events that may be sent without an acknowledgement, and then the positions of the doors. */
static void send_events(struct kaigui *kaigui, int64_t now) {
    while (kaigui->phase == KAIGUI_SERVING && kaigui->sent_seq + 1 < kaigui->next_seq &&
           kaigui->sent_seq - kaigui->settled_seq < KAIGUI_UNACKNOWLEDGED_MAX) {
        uint64_t seq = kaigui->sent_seq + 1;
        if (seq < first_seq(kaigui)) seq = first_seq(kaigui);
        if (send_event(kaigui, seq, now)) kaigui->sent_seq = seq;
    }
    /* Not while an event waits to be sent: the positions are the result of all events before them. */
    if (kaigui->phase == KAIGUI_SERVING && kaigui->doors_pending && kaigui->settled_seq >= kaigui->doors_after &&
        kaigui->sent_seq + 1 == kaigui->next_seq) {
        send_doors(kaigui, now);
    }
}

/* Drops the events up to this one, which the service has. */
static void drop_events(struct kaigui *kaigui, uint64_t seq) {
    while (kaigui->event_count > 0 && first_seq(kaigui) <= seq) {
        drop_oldest(kaigui);
        kaigui->changes++;
    }
}

void begin_events(struct kaigui *kaigui, uint64_t acknowledged, int64_t now) {
    if (acknowledged >= kaigui->next_seq) {
        /* The count went back: the service has other events by these numbers. Start a new log with the kept events. */
        random_name(kaigui, kaigui->log);
        kaigui->next_seq = kaigui->event_count + 1;
        kaigui->changes++;
        disconnect(kaigui, "new-log", now);
        return;
    }
    drop_events(kaigui, acknowledged);
    kaigui->sent_seq = kaigui->settled_seq = first_seq(kaigui) - 1;
    kaigui->doors_pending = true;
    kaigui->doors_after = kaigui->next_seq - 1;
    send_events(kaigui, now);
}

void handle_ack(struct kaigui *kaigui, struct json_line line, int64_t now) {
    uint64_t seq;
    if (!json_whole(line, "seq", &seq) || seq > kaigui->sent_seq) {
        disconnect(kaigui, BAD_LINE, now);
        return;
    }
    if (seq > kaigui->settled_seq) kaigui->settled_seq = seq;
    drop_events(kaigui, seq);
    send_events(kaigui, now);
}

/* Adds the event of a door that has moved. */
static void record_move(struct kaigui *kaigui, unsigned number, int64_t now) {
    struct kaigui_lock *lock = &kaigui->locks[number - 1];
    struct kaigui_event event = {.at = now, .lock = (uint16_t)number, .open = lock->door == KAIGUI_OPEN};
    if (event.open) {
        lock->opened = lock->command[0] != '\0' && now - lock->fired <= KAIGUI_OPENED_BY_MS;
    }
    if (lock->opened) memcpy(event.command, lock->command, sizeof event.command);
    /* One command opens a door once: if it opens again, a person pulled it. */
    if (!event.open || !lock->opened) {
        lock->command[0] = '\0';
        lock->opened = false;
    }
    append_event(kaigui, &event);
}

void kaigui_door(struct kaigui *kaigui, unsigned number, bool open, int64_t now) {
    if (number < 1 || number > kaigui->config.locks) return;
    struct kaigui_lock *lock = &kaigui->locks[number - 1];
    enum kaigui_door was = lock->door;
    lock->door = open ? KAIGUI_OPEN : KAIGUI_CLOSED;
    if (was == KAIGUI_UNKNOWN || was == lock->door) return;
    note(kaigui, "door %u %s", number, open ? "open" : "closed");
    record_move(kaigui, number, now);
    send_events(kaigui, now);
    if (open) command_opened(kaigui, number, now);
}
