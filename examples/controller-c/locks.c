#include "locks.h"

#include <string.h>

/* From the coil to the sensor, as in common locks with a spring. */
#define POP_MS 100

void locks_start(struct locks *locks, struct kaigui *kaigui, bool has_sensors, int64_t now) {
    memset(locks, 0, sizeof *locks);
    locks->kaigui = kaigui;
    locks->has_sensors = has_sensors;
    for (unsigned lock = 1; has_sensors && lock <= kaigui->config.locks; lock++) kaigui_door(kaigui, lock, false, now);
}

void locks_fire(struct locks *locks, unsigned lock, int64_t now) {
    if (!locks->each[lock - 1].is_jammed) locks->each[lock - 1].pops_at = now + POP_MS;
}

void locks_move(struct locks *locks, unsigned lock, bool open, int64_t now) {
    if (locks->has_sensors) kaigui_door(locks->kaigui, lock, open, now);
}

void locks_tick(struct locks *locks, int64_t now) {
    for (unsigned lock = 1; lock <= locks->kaigui->config.locks; lock++) {
        int64_t *pops_at = &locks->each[lock - 1].pops_at;
        if (*pops_at == 0 || now < *pops_at) continue;
        *pops_at = 0;
        locks_move(locks, lock, true, now);
    }
}
