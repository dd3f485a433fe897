/* A controller with simulated locks, over POSIX sockets: the loop that kaigui.h describes. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kaigui.h"
#include "locks.h"
#include "options.h"
#include "state_file.h"
#include "tcp.h"

#define FIRMWARE "kaigui-example 1"
/* Few bytes are read at once, so that the answers to them fit into the output buffer. */
#define READ_BYTES 256
#define COMMAND_BYTES 64

/* When to dial again: after the backoff, on command, or now. */
enum redial { BY_ITSELF, HELD, AT_ONCE };

struct program {
    struct options options;
    struct kaigui kaigui;
    struct locks locks;
    int socket; /* -1: none */
    enum redial redial;
    bool has_ended;
    uint32_t saved; /* the value of `changes` in the state file */
    char command[COMMAND_BYTES];
    size_t command_length;
};

static int64_t now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void fire(void *context, unsigned lock, unsigned ms) {
    struct program *program = context;
    (void)ms; /* a real coil: switch it on, and start the timer that switches it off */
    locks_fire(&program->locks, lock, now_ms());
}

static void fill_randomly(void *context, void *bytes, size_t length) {
    (void)context;
    int source = open("/dev/urandom", O_RDONLY);
    if (source < 0 || read(source, bytes, length) != (ssize_t)length) fail("/dev/urandom");
    close(source);
}

static void print(void *context, const char *line) {
    (void)context;
    puts(line);
}

static void save(struct program *program) {
    if (program->options.state_file == NULL || program->saved == program->kaigui.changes) return;
    if (!state_save(&program->kaigui, program->options.state_file, now_ms())) fail(program->options.state_file);
    program->saved = program->kaigui.changes;
}

static void start(struct program *program) {
    struct options *options = &program->options;
    struct kaigui_config config = {options->cabinet, options->secret, FIRMWARE, options->locks};
    struct kaigui_port port = {program, fire, fill_randomly, print};
    const char *mistake = kaigui_config_error(&config);
    if (mistake != NULL) {
        fprintf(stderr, "%s\n", mistake);
        exit(2);
    }
    kaigui_start(&program->kaigui, &config, &port, now_ms());
    if (options->state_file == NULL || !state_load(&program->kaigui, options->state_file, now_ms())) {
        if (options->log != NULL) kaigui_restore(&program->kaigui, options->log, 1);
        program->kaigui.changes++; /* a log's name has to be saved before it is sent */
    } else {
        program->saved = program->kaigui.changes;
    }
    locks_start(&program->locks, &program->kaigui, options->has_sensors, now_ms());
}

static void dial(struct program *program) {
    program->redial = BY_ITSELF;
    kaigui_dialing(&program->kaigui, now_ms());
    program->socket = tcp_dial(program->options.host, program->options.port);
    if (program->socket < 0) kaigui_disconnected(&program->kaigui, "unreachable", now_ms());
}

static void finish_dialing(struct program *program) {
    if (tcp_is_connected(program->socket)) kaigui_connected(&program->kaigui, now_ms());
    else kaigui_disconnected(&program->kaigui, "unreachable", now_ms());
}

static void receive(struct program *program) {
    char bytes[READ_BYTES];
    ssize_t length = recv(program->socket, bytes, sizeof bytes, 0);
    if (length > 0) kaigui_received(&program->kaigui, bytes, (size_t)length, now_ms());
    else if (length == 0) kaigui_disconnected(&program->kaigui, "closed", now_ms());
    else if (errno != EAGAIN && errno != EINTR) kaigui_disconnected(&program->kaigui, "lost", now_ms());
}

/* Everything that is sent was saved before. */
static void send_waiting(struct program *program) {
    struct kaigui *kaigui = &program->kaigui;
    if (kaigui->out_length == 0 || program->socket < 0) return;
    ssize_t length = send(program->socket, kaigui->out, kaigui->out_length, MSG_NOSIGNAL);
    if (length >= 0) kaigui_sent(kaigui, (size_t)length);
    else if (errno != EAGAIN && errno != EINTR) kaigui_disconnected(kaigui, "lost", now_ms());
}

static void jam(struct program *program, unsigned lock, bool is_jammed) {
    program->locks.each[lock - 1].is_jammed = is_jammed;
    printf("%s %u\n", is_jammed ? "jammed" : "unjammed", lock);
}

static void do_to_lock(struct program *program, const char *what, unsigned lock) {
    if (strcmp(what, "close") == 0) locks_move(&program->locks, lock, false, now_ms());
    else if (strcmp(what, "force") == 0) locks_move(&program->locks, lock, true, now_ms());
    else if (strcmp(what, "jam") == 0) jam(program, lock, true);
    else if (strcmp(what, "unjam") == 0) jam(program, lock, false);
    else fprintf(stderr, "Unknown command: %s\n", what);
}

static void do_command(struct program *program) {
    char what[COMMAND_BYTES] = "";
    unsigned lock = 0;
    int count = sscanf(program->command, "%63s %u", what, &lock);
    if (strcmp(what, "quit") == 0) {
        program->has_ended = true;
    } else if (strcmp(what, "cut") == 0) {
        program->redial = HELD;
        kaigui_disconnected(&program->kaigui, "cut", now_ms());
    } else if (strcmp(what, "dial") == 0) {
        if (kaigui_is_away(&program->kaigui)) program->redial = AT_ONCE;
    } else if (count == 2 && lock >= 1 && lock <= program->options.locks) {
        do_to_lock(program, what, lock);
    } else {
        fprintf(stderr, "Unknown command: %s\n", program->command);
    }
}

/* The program ends with its standard input, so that it does not outlive the process that started it. */
static void read_commands(struct program *program) {
    char bytes[COMMAND_BYTES];
    ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
    if (length <= 0) program->has_ended = true;
    for (ssize_t i = 0; i < length && !program->has_ended; i++) {
        if (bytes[i] != '\n' && program->command_length + 1 < sizeof program->command) {
            program->command[program->command_length++] = bytes[i];
        } else if (bytes[i] == '\n') {
            program->command[program->command_length] = '\0';
            program->command_length = 0;
            do_command(program);
        }
    }
}

/* The socket is not read while output waits to be sent. */
static short wanted_events(const struct program *program) {
    return program->kaigui.phase == KAIGUI_DIALING || program->kaigui.out_length > 0 ? POLLOUT : POLLIN;
}

static void close_or_dial(struct program *program) {
    if (!kaigui_is_away(&program->kaigui)) return;
    if (program->socket >= 0) close(program->socket);
    program->socket = -1;
    bool is_due = program->redial == BY_ITSELF && kaigui_should_dial(&program->kaigui, now_ms());
    if (is_due || program->redial == AT_ONCE) dial(program);
}

static void step(struct program *program) {
    struct pollfd polled[] = {{STDIN_FILENO, POLLIN, 0}, {program->socket, wanted_events(program), 0}};
    if (poll(polled, 2, KAIGUI_TICK_MS) < 0 && errno != EINTR) fail("poll");
    if (program->socket >= 0 && polled[1].revents != 0) {
        if (program->kaigui.phase == KAIGUI_DIALING) finish_dialing(program);
        else if (program->kaigui.out_length == 0) receive(program);
    }
    if (polled[0].revents != 0) read_commands(program);
    locks_tick(&program->locks, now_ms());
    kaigui_tick(&program->kaigui, now_ms());
    save(program);
    send_waiting(program);
    close_or_dial(program);
}

int main(int count, char **values) {
    static struct program program; /* too large for some stacks */
    setvbuf(stdout, NULL, _IOLBF, 0);
    options_read(&program.options, count, values);
    program.socket = -1;
    start(&program);
    while (!program.has_ended) step(&program);
    save(&program);
    return 0;
}
