/* rows.c - slots of orders in a heap, and sorted by one: no memory, no bad case. See orders.h. */
#include "engine/orders.h"

/* The slot at `at` goes down until no slot below it comes later. */
static void sift(const struct engine *engine, uint32_t *slots, uint32_t at, uint32_t count,
                 slot_before *before)
{
    uint32_t slot = slots[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && before(engine, slots[child], slots[child + 1])) child++;
        if (!before(engine, slot, slots[child])) break;
        slots[at] = slots[child];
        at = child;
    }
    slots[at] = slot;
}

void rows_push(const struct engine *engine, uint32_t *slots, uint32_t count, uint32_t slot,
               slot_before *before)
{
    uint32_t at = count;
    for (; at > 0 && before(engine, slots[(at - 1) / 2], slot); at = (at - 1) / 2)
        slots[at] = slots[(at - 1) / 2];
    slots[at] = slot;
}

uint32_t rows_pop(const struct engine *engine, uint32_t *slots, uint32_t count, slot_before *before)
{
    uint32_t slot = slots[0];
    slots[0] = slots[count - 1];
    if (count > 1) sift(engine, slots, 0, count - 1, before);
    return slot;
}

void rows_sort(const struct engine *engine, uint32_t *slots, uint32_t count, slot_before *before)
{
    for (uint32_t i = count / 2; i > 0; i--)
        sift(engine, slots, i - 1, count, before);
    for (uint32_t last = count; last > 1; last--)
        slots[last - 1] = rows_pop(engine, slots, last, before);
}
