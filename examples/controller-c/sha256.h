/* SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), for short texts. No state is kept between calls. */
#ifndef KAIGUI_SHA256_H
#define KAIGUI_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32u
/* A digest in hex, with the zero at its end. */
#define SHA256_HEX_BYTES (2u * SHA256_BYTES + 1u)

/* A view of bytes that the caller keeps. */
struct bytes {
    const void *start;
    size_t length;
};

/* The bytes of a text, without the zero at its end. */
struct bytes bytes_of(const char *text);

/* HMAC-SHA-256 of the message under the key, which may have any length. */
void hmac_sha256(struct bytes key, struct bytes message, uint8_t digest[SHA256_BYTES]);

/* Lower-case hex, with a zero at its end. `hex` has room for 2 * length + 1 characters. */
void hex_of(const uint8_t *bytes, size_t length, char *hex);

/* Whether both are equal. Takes the same time wherever they differ. */
bool same_bytes(const void *one, const void *other, size_t length);

#endif
