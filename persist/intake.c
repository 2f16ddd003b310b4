/* intake.c - records: a word with their size, a struct entry, the commands, padding to 8 bytes. A
 * record that would wrap is put at the start, behind a word that says so. */
#include "persist/intake.h"
#include "engine/assert.h"
#include <stdlib.h>
#include <string.h>

#define SKIP UINT64_MAX /* nothing more up to the end of the block */

int intake_init(struct intake *intake, uint64_t capacity)
{
    ASSERT(capacity >= 64 && (capacity & (capacity - 1)) == 0);
    intake->bytes = malloc(capacity);
    if (!intake->bytes) return ERR_NO_MEMORY;
    intake->capacity = capacity;
    atomic_init(&intake->tail, 0);
    atomic_init(&intake->head, 0);
    return 0;
}

void intake_deinit(struct intake *intake)
{
    free(intake->bytes);
    intake->bytes = NULL;
}

uint64_t intake_record(size_t commands_size)
{
    return (sizeof(uint64_t) + sizeof(struct entry) + commands_size + 7) & ~UINT64_C(7);
}

bool intake_push(struct intake *intake, const struct entry *entry)
{
    uint64_t size = intake_record(entry->commands_size);
    uint64_t tail = atomic_load_explicit(&intake->tail, memory_order_relaxed);
    uint64_t head = atomic_load_explicit(&intake->head, memory_order_acquire);
    uint64_t at = tail & (intake->capacity - 1);
    uint64_t skip = intake->capacity - at < size ? intake->capacity - at : 0;
    if (skip + size > intake->capacity - (tail - head)) return false;
    if (skip > 0) {
        const uint64_t word = SKIP;
        memcpy(intake->bytes + at, &word, sizeof word);
        at = 0;
    }
    memcpy(intake->bytes + at, &size, sizeof size);
    memcpy(intake->bytes + at + sizeof size, entry, sizeof *entry);
    memcpy(intake->bytes + at + sizeof size + sizeof *entry, entry->commands, entry->commands_size);
    atomic_store_explicit(&intake->tail, tail + skip + size, memory_order_release);
    return true;
}

uint64_t intake_first(const struct intake *intake)
{
    return atomic_load_explicit(&intake->head, memory_order_relaxed);
}

bool intake_next(const struct intake *intake, uint64_t *position, struct entry *out)
{
    uint64_t tail = atomic_load_explicit(&intake->tail, memory_order_acquire);
    if (*position == tail) return false;
    uint64_t at = *position & (intake->capacity - 1);
    uint64_t size;
    memcpy(&size, intake->bytes + at, sizeof size);
    if (size == SKIP) {
        *position += intake->capacity - at;
        ASSERT(*position < tail);
        at = 0;
        memcpy(&size, intake->bytes, sizeof size);
    }
    ASSERT(size <= tail - *position);
    memcpy(out, intake->bytes + at + sizeof size, sizeof *out);
    out->commands = intake->bytes + at + sizeof size + sizeof *out;
    *position += size;
    return true;
}

void intake_drop(struct intake *intake, uint64_t position)
{
    ASSERT(position - intake_first(intake) <= intake->capacity);
    atomic_store_explicit(&intake->head, position, memory_order_release);
}

void intake_cut(struct intake *intake, uint64_t position)
{
    ASSERT(position >= intake_first(intake));
    ASSERT(position <= atomic_load_explicit(&intake->tail, memory_order_relaxed));
    atomic_store_explicit(&intake->tail, position, memory_order_release);
}

uint64_t intake_used(const struct intake *intake)
{
    uint64_t head = atomic_load_explicit(&intake->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&intake->tail, memory_order_acquire);
    return tail - head;
}
