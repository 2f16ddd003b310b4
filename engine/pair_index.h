/* pair_index.h - rows of a table found by a 64-bit key made of two ids.
 *
 * Owns:       nothing; the arrays are laid out by engine.c, chain and key by row id.
 * Bound:      as many rows as the table it serves; a row is in it at most once.
 * Invariant:  only found by key, never walked, so the order of a chain is nobody's answer.
 */
#ifndef ENGINE_PAIR_INDEX_H
#define ENGINE_PAIR_INDEX_H
#include <stdint.h>

struct pair_index {
    uint32_t *buckets; /* mask + 1 heads, UINT32_MAX: empty */
    uint32_t *chain;
    uint64_t *key;
    uint32_t mask;
};

static inline uint64_t pair_key(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

/* Returns: the row, or UINT32_MAX. */
uint32_t pair_find(const struct pair_index *index, uint64_t key);
/* Needs: no row has this key yet. */
void pair_add(struct pair_index *index, uint64_t key, uint32_t row);
/* Needs: the row is in the index (asserted). */
void pair_remove(struct pair_index *index, uint32_t row);
#endif
