/* Opening: executes each command once, and sends its result. */
#include <stdio.h>
#include <string.h>

#include "kaigui_internal.h"

/* A remembered command is overwritten only after it has ended, so not all of them may run at once. */
#if KAIGUI_EVIDENCE_MS / KAIGUI_PULSE_MS + 1 >= KAIGUI_COMMANDS_MAX
#error "KAIGUI_COMMANDS_MAX is too low for pulses as short as KAIGUI_PULSE_MS"
#endif

struct open_request {
    char id[KAIGUI_ID_CHARACTERS + 1];
    uint64_t lock, until;
    struct json_text mac;
};

static const struct {
    const char *state, *reason;
} RESULTS[] = {
    [KAIGUI_OPENED] = {"opened", NULL},      [KAIGUI_ACCEPTED] = {"accepted", NULL},
    [KAIGUI_DID_NOT_OPEN] = {"failed", "did-not-open"}, [KAIGUI_NO_LOCK] = {"refused", "lock"},
    [KAIGUI_LATE] = {"refused", "late"},     [KAIGUI_BUSY] = {"refused", "busy"},
};

static void refuse(struct kaigui *kaigui, const char *id, const char *reason) {
    note(kaigui, "refused %s %s", id, reason);
}

/* An id is sent back in JSON as it came, so it must have no other characters. */
static bool copy_id(struct json_text text, char id[KAIGUI_ID_CHARACTERS + 1]) {
    if (text.length != KAIGUI_ID_CHARACTERS) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.start[i] == '\0' || strchr("0123456789abcdefABCDEF-", text.start[i]) == NULL) return false;
    }
    memcpy(id, text.start, text.length);
    id[text.length] = '\0';
    return true;
}

static bool read_open(struct json_line line, struct open_request *request) {
    struct json_text id;
    return json_text(line, "id", &id) && copy_id(id, request->id) && json_whole(line, "lock", &request->lock) &&
           json_whole(line, "until", &request->until) && json_text(line, "mac", &request->mac);
}

static bool is_open_signed(const struct kaigui *kaigui, const struct open_request *request) {
    char text[96];
    snprintf(text, sizeof text, "open\n%s\n%llu\n%llu", request->id, (unsigned long long)request->lock,
             (unsigned long long)request->until);
    return is_signed(kaigui, text, request->mac);
}

static struct kaigui_command *find_command(struct kaigui *kaigui, const char *id) {
    for (unsigned i = 0; i < KAIGUI_COMMANDS_MAX; i++) {
        struct kaigui_command *command = &kaigui->commands[i];
        if (command->result != KAIGUI_NONE && strcmp(command->id, id) == 0) return command;
    }
    return NULL;
}

static struct kaigui_command *find_running(struct kaigui *kaigui, unsigned lock) {
    for (unsigned i = 0; i < KAIGUI_COMMANDS_MAX; i++) {
        struct kaigui_command *command = &kaigui->commands[i];
        if (command->result == KAIGUI_RUNNING && command->lock == lock) return command;
    }
    return NULL;
}

/* Whether the lock may be fired: KAIGUI_RUNNING, or the reason why not. */
static enum kaigui_result check(struct kaigui *kaigui, const struct open_request *request, int64_t now) {
    if (request->lock < 1 || request->lock > kaigui->config.locks) return KAIGUI_NO_LOCK;
    /* A forgotten command is never executed again, even if it is replayed in time. */
    if (now + kaigui->ahead > (int64_t)request->until || request->until <= kaigui->forgotten_until) return KAIGUI_LATE;
    if (now < kaigui->pulse_ends || find_running(kaigui, (unsigned)request->lock) != NULL) return KAIGUI_BUSY;
    return KAIGUI_RUNNING;
}

static struct kaigui_command *remember(struct kaigui *kaigui, const struct open_request *request,
                                       enum kaigui_result result) {
    struct kaigui_command *command;
    do {
        command = &kaigui->commands[kaigui->next_command];
        kaigui->next_command = (kaigui->next_command + 1) % KAIGUI_COMMANDS_MAX;
    } while (command->result == KAIGUI_RUNNING);
    if (command->until > kaigui->forgotten_until) kaigui->forgotten_until = command->until;
    memcpy(command->id, request->id, sizeof command->id);
    command->result = result;
    command->lock = (unsigned)request->lock;
    command->until = request->until;
    command->connection = kaigui->connection;
    return command;
}

static void send_result(struct kaigui *kaigui, const struct kaigui_command *command, int64_t now) {
    if (kaigui->phase != KAIGUI_SERVING || command->connection != kaigui->connection) return;
    const char *state = RESULTS[command->result].state, *reason = RESULTS[command->result].reason;
    send_line(kaigui, now, "{\"type\":\"result\",\"id\":\"%s\",\"state\":\"%s\"%s%s%s}\n", command->id, state,
        reason ? ",\"reason\":\"" : "", reason ? reason : "", reason ? "\"" : "");
}

static void end_command(struct kaigui *kaigui, struct kaigui_command *command, enum kaigui_result result,
                        int64_t now) {
    command->result = result;
    send_result(kaigui, command, now);
}

static void fire(struct kaigui *kaigui, struct kaigui_command *command, int64_t now) {
    struct kaigui_lock *lock = &kaigui->locks[command->lock - 1];
    command->fired = now;
    kaigui->pulse_ends = now + KAIGUI_PULSE_MS;
    /* A door that is open already was not opened by this command. */
    if (lock->door != KAIGUI_OPEN) {
        memcpy(lock->command, command->id, sizeof lock->command);
        lock->opened = false;
        lock->fired = now;
    }
    kaigui->port.pulse(kaigui->port.context, command->lock, KAIGUI_PULSE_MS);
    note(kaigui, "pulse %u %s", command->lock, command->id);
    if (lock->door == KAIGUI_OPEN) end_command(kaigui, command, KAIGUI_OPENED, now);
}

static void repeat(struct kaigui *kaigui, struct kaigui_command *command, int64_t now) {
    note(kaigui, "repeated %s", command->id);
    command->connection = kaigui->connection;
    if (command->result != KAIGUI_RUNNING) send_result(kaigui, command, now);
}

void handle_open(struct kaigui *kaigui, struct json_line line, int64_t now) {
    struct open_request request;
    if (!read_open(line, &request)) {
        disconnect(kaigui, BAD_LINE, now);
        return;
    }
    if (!is_open_signed(kaigui, &request)) {
        refuse(kaigui, request.id, "mac");
        send_line(kaigui, now, "{\"type\":\"result\",\"id\":\"%s\",\"state\":\"refused\",\"reason\":\"mac\"}\n",
                  request.id);
        return;
    }
    struct kaigui_command *command = find_command(kaigui, request.id);
    if (command != NULL) {
        repeat(kaigui, command, now);
        return;
    }
    command = remember(kaigui, &request, check(kaigui, &request, now));
    if (command->result == KAIGUI_RUNNING) {
        fire(kaigui, command, now);
    } else {
        refuse(kaigui, command->id, RESULTS[command->result].reason);
        send_result(kaigui, command, now);
    }
}

void end_commands(struct kaigui *kaigui, int64_t now) {
    for (unsigned i = 0; i < KAIGUI_COMMANDS_MAX; i++) {
        struct kaigui_command *command = &kaigui->commands[i];
        if (command->result != KAIGUI_RUNNING) continue;
        bool is_blind = kaigui->locks[command->lock - 1].door == KAIGUI_UNKNOWN;
        if (now - command->fired < (is_blind ? KAIGUI_PULSE_MS : KAIGUI_EVIDENCE_MS)) continue;
        end_command(kaigui, command, is_blind ? KAIGUI_ACCEPTED : KAIGUI_DID_NOT_OPEN, now);
    }
}

void command_opened(struct kaigui *kaigui, unsigned lock, int64_t now) {
    struct kaigui_command *command = find_running(kaigui, lock);
    if (command != NULL) end_command(kaigui, command, KAIGUI_OPENED, now);
}
