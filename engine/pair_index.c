/* pair_index.c - see pair_index.h: chained hashing, nothing more. */
#include "engine/pair_index.h"
#include "engine/assert.h"

#define NOTHING UINT32_MAX

static uint32_t *bucket_of(const struct pair_index *index, uint64_t key)
{
    uint64_t mixed = (key ^ key >> 29) * UINT64_C(0x9e3779b97f4a7c15);
    return &index->buckets[(mixed >> 32) & index->mask];
}

uint32_t pair_find(const struct pair_index *index, uint64_t key)
{
    uint32_t row = *bucket_of(index, key);
    while (row != NOTHING && index->key[row] != key)
        row = index->chain[row];
    return row;
}

void pair_add(struct pair_index *index, uint64_t key, uint32_t row)
{
    uint32_t *bucket = bucket_of(index, key);
    index->key[row] = key;
    index->chain[row] = *bucket;
    *bucket = row;
}

void pair_remove(struct pair_index *index, uint32_t row)
{
    uint32_t *link = bucket_of(index, index->key[row]);
    while (*link != row) {
        ASSERT(*link != NOTHING);
        link = &index->chain[*link];
    }
    *link = index->chain[row];
}
