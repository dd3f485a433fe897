/* One TCP connection that never waits. On a microcontroller this is its network stack, or TLS above it. */
#ifndef KAIGUI_TCP_H
#define KAIGUI_TCP_H

#include <stdbool.h>

/* Starts to connect. The descriptor becomes writable once the result is known; -1: failed. Looking up a name blocks. */
int tcp_dial(const char *host, const char *port);

/* Whether a descriptor that became writable is connected. */
bool tcp_is_connected(int descriptor);

#endif
