#include "sha256.h"

#include <string.h>

#define BLOCK_BYTES 64u
/* The last bytes of the last block are the message's length. */
#define LENGTH_BYTES 8u

struct sha256 {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[BLOCK_BYTES];
};

static const uint32_t START[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turned(uint32_t word, unsigned bits) { return word >> bits | word << (32 - bits); }

/* The message schedule, sixteen words of it at a time: 64 bytes of stack, not 256. */
static uint32_t scheduled(uint32_t words[16], unsigned round) {
    if (round >= 16) {
        uint32_t early = words[(round + 1) % 16], late = words[(round + 14) % 16];
        words[round % 16] += (turned(early, 7) ^ turned(early, 18) ^ early >> 3) + words[(round + 9) % 16] +
                             (turned(late, 17) ^ turned(late, 19) ^ late >> 10);
    }
    return words[round % 16];
}

static void take_block(struct sha256 *sha) {
    uint32_t words[16], s[8];
    for (unsigned i = 0; i < 16; i++) {
        const uint8_t *from = sha->block + 4 * i;
        words[i] = (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
    }
    memcpy(s, sha->state, sizeof s);
    for (unsigned round = 0; round < 64; round++) {
        uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        uint32_t one = s[7] + (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)) + choice + ROUND[round] +
                       scheduled(words, round);
        uint32_t two = (turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)) + majority;
        memmove(s + 1, s, 7 * sizeof s[0]);
        s[4] += one;
        s[0] = one + two;
    }
    for (unsigned i = 0; i < 8; i++) sha->state[i] += s[i];
}

static void begin(struct sha256 *sha) {
    memcpy(sha->state, START, sizeof START);
    sha->length = 0;
}

static void take(struct sha256 *sha, struct bytes more) {
    const uint8_t *bytes = more.start;
    for (size_t i = 0; i < more.length; i++) {
        sha->block[sha->length++ % BLOCK_BYTES] = bytes[i];
        if (sha->length % BLOCK_BYTES == 0) take_block(sha);
    }
}

static void end(struct sha256 *sha, uint8_t digest[SHA256_BYTES]) {
    static const uint8_t MARK = 0x80, ZERO = 0;
    uint64_t bits = 8 * sha->length;
    uint8_t length[LENGTH_BYTES];
    for (unsigned i = 0; i < LENGTH_BYTES; i++) length[i] = (uint8_t)(bits >> (56 - 8 * i));
    take(sha, (struct bytes){&MARK, 1});
    while (sha->length % BLOCK_BYTES != BLOCK_BYTES - LENGTH_BYTES) take(sha, (struct bytes){&ZERO, 1});
    take(sha, (struct bytes){length, sizeof length});
    for (unsigned i = 0; i < SHA256_BYTES; i++) digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

/* Hashes the key, each byte XORed with the pad, and then the message. */
static void padded(const uint8_t key[BLOCK_BYTES], uint8_t pad, struct bytes message, uint8_t digest[SHA256_BYTES]) {
    struct sha256 sha;
    begin(&sha);
    for (unsigned i = 0; i < BLOCK_BYTES; i++) {
        uint8_t byte = key[i] ^ pad;
        take(&sha, (struct bytes){&byte, 1});
    }
    take(&sha, message);
    end(&sha, digest);
}

struct bytes bytes_of(const char *text) { return (struct bytes){text, strlen(text)}; }

void hmac_sha256(struct bytes key, struct bytes message, uint8_t digest[SHA256_BYTES]) {
    uint8_t block[BLOCK_BYTES] = {0};
    if (key.length <= BLOCK_BYTES) {
        memcpy(block, key.start, key.length);
    } else {
        struct sha256 sha;
        begin(&sha);
        take(&sha, key);
        end(&sha, block);
    }
    uint8_t inner[SHA256_BYTES];
    padded(block, 0x36, message, inner);
    padded(block, 0x5c, (struct bytes){inner, sizeof inner}, digest);
}

void hex_of(const uint8_t *bytes, size_t length, char *hex) {
    static const char DIGITS[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        *hex++ = DIGITS[bytes[i] >> 4];
        *hex++ = DIGITS[bytes[i] & 15];
    }
    *hex = '\0';
}

bool same_bytes(const void *one, const void *other, size_t length) {
    const uint8_t *a = one, *b = other;
    uint8_t difference = 0;
    for (size_t i = 0; i < length; i++) difference |= a[i] ^ b[i];
    return difference == 0;
}
