/* Simulated locks: a pulse makes the door pop open a moment later. On a microcontroller this is coils and sensors. */
#ifndef KAIGUI_LOCKS_H
#define KAIGUI_LOCKS_H

#include "kaigui.h"

struct locks {
    struct kaigui *kaigui;
    bool has_sensors;
    struct {
        bool is_jammed;
        int64_t pops_at; /* 0: it does not */
    } each[KAIGUI_LOCKS_MAX];
};

/* Starts with all doors shut. */
void locks_start(struct locks *locks, struct kaigui *kaigui, bool has_sensors, int64_t now);

/* Fires the coil of a lock. */
void locks_fire(struct locks *locks, unsigned lock, int64_t now);

/* Moves a door, as a person does. */
void locks_move(struct locks *locks, unsigned lock, bool open, int64_t now);

/* Opens the doors whose time has come. */
void locks_tick(struct locks *locks, int64_t now);

#endif
