/* One TCP connection that never waits. On a microcontroller this is its network stack, or TLS above it. */
#ifndef KAIGUI_TCP_H
#define KAIGUI_TCP_H

#include <stdbool.h>

/* Begins to connect; the descriptor, writable once that is decided, or -1. Looking up a name may take a while. */
int tcp_dial(const char *host, const char *port);

/* Whether a descriptor that became writable is connected. */
bool tcp_is_connected(int descriptor);

#endif
