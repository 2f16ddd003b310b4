/* golden.h - the golden messages of PROTOCOL.md: one of each type, always with the same contents.
 *
 * Names are "command ORDER", "event TRADE", "frame LOGON" and "feed". The bytes on the page are
 * frozen; a layout never changes, so this list only grows.
 */
#ifndef TESTS_PROTO_GOLDEN_H
#define TESTS_PROTO_GOLDEN_H
#include <stddef.h>
#include <stdint.h>

#define GOLDEN_BYTES_MAX 512

struct golden {
    char name[48];
    uint8_t bytes[GOLDEN_BYTES_MAX];
    size_t size;
};

#define GOLDEN_COUNT_MAX 160

/* Makes all of them with the code under test. Returns how many. */
size_t golden_make(struct golden out[GOLDEN_COUNT_MAX]);

/* The whole file; the caller frees it. NULL: cannot be read. */
char *golden_read_file(const char *path);
#endif
