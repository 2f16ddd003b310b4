/* intake.h - a bounded byte queue between one producer and one consumer: entries on their way to
 * the journal.
 *
 * Owns:       one block of `capacity` bytes, a power of two.
 * Threads:    push by one, peek and drop by another; used by all. C11 atomics, no lock.
 * Invariant:  head <= tail <= head + capacity; records are contiguous, 8-byte aligned.
 */
#ifndef PERSIST_INTAKE_H
#define PERSIST_INTAKE_H
#include "persist/entry.h"
#include <stdalign.h>
#include <stdatomic.h>

struct intake {
    uint8_t *bytes;
    uint64_t capacity;
    alignas(64) _Atomic uint64_t tail; /* written by the producer */
    alignas(64) _Atomic uint64_t head; /* written by the consumer */
};

/* Returns 0 or ERR_NO_MEMORY. Needs: capacity a power of two. */
int intake_init(struct intake *intake, uint64_t capacity);
void intake_deinit(struct intake *intake);

/* Bytes a record of this many bytes of commands needs; one fits into an empty queue at any position
 * if twice this is not above the capacity. */
uint64_t intake_record(size_t commands_size);

/* Producer: copies the entry. False: no room, nothing changed. */
bool intake_push(struct intake *intake, const struct entry *entry);

/* Consumer: the record at *position (start: intake_first) or false at the end; moves *position
 * behind it. Borrowed until dropped. */
uint64_t intake_first(const struct intake *intake);
bool intake_next(const struct intake *intake, uint64_t *position, struct entry *out);

/* Consumer: gives everything before `position` back to the producer. */
void intake_drop(struct intake *intake, uint64_t position);

/* Takes back what lies behind `position`. Needs: neither side is running. */
void intake_cut(struct intake *intake, uint64_t position);

uint64_t intake_used(const struct intake *intake);
#endif
