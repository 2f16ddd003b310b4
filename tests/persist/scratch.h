/* scratch.h - what the tests of this room share: a fresh directory, entries with known contents.
 *
 * Each test has a directory of its own, removed at its end. Commands are deposits whose amount is
 * the sequence, so that a reader can check each one.
 */
#ifndef TESTS_PERSIST_SCRATCH_H
#define TESTS_PERSIST_SCRATCH_H
#include "persist/journal.h"
#include "proto/codec.h"

#define SCRATCH_SEGMENT (UINT64_C(1) << 20)
#define SCRATCH_COMMANDS_MAX 1024u

struct scratch {
    char path[64];  /* a directory made for this test */
    char data[128]; /* path/data: the data directory */
    uint8_t bytes[SCRATCH_COMMANDS_MAX * CODEC_COMMAND_MAX];
};

/* cmocka setup and teardown: *state is a struct scratch. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* Removes a directory with all that is in it. */
void scratch_remove(const char *path);

/* Small limits, so that engines of tests are small. */
struct engine_limits scratch_limits(void);

/* Opens the data directory with small segments; fails the test if that fails. */
struct journal *scratch_open(struct scratch *scratch);
struct journal_options scratch_options(struct scratch *scratch);

/* An entry of `count` deposits behind sequence `last`; commands live in scratch->bytes. */
struct entry scratch_entry(struct scratch *scratch, uint64_t last, uint32_t count);

/* Submits and commits one entry behind what is there. Returns what journal_step returned. */
int scratch_append(struct scratch *scratch, struct journal *journal, uint32_t count);

/* Reads everything and checks each command. Returns the entries, genesis included, or a fault. */
int64_t scratch_read_all(struct journal *journal, struct fault_text *why);

/* Changes bits of one byte of a file. */
void scratch_flip(const char *path, uint64_t offset, uint8_t bits);
/* First place of these bytes at or behind `from`; UINT64_MAX: nowhere. */
uint64_t scratch_find(const char *path, uint64_t from, const void *bytes, size_t size);
#endif
