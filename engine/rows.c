/* rows.c - heap sort of scratch rows: no memory, no bad case; and the heap itself. See orders.h. */
#include "engine/orders.h"

static void sift(const struct engine *engine, struct trim *rows, uint32_t at, uint32_t count,
                 row_before *before)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        struct trim swap;
        if (child >= count) return;
        if (child + 1 < count && before(engine, &rows[child], &rows[child + 1])) child++;
        if (!before(engine, &rows[at], &rows[child])) return;
        swap = rows[at];
        rows[at] = rows[child];
        rows[child] = swap;
        at = child;
    }
}

void rows_push(const struct engine *engine, struct trim *rows, uint32_t count, uint32_t slot,
               row_before *before)
{
    struct trim row = {.slot = slot};
    uint32_t at = count;
    rows[at] = row;
    while (at > 0 && before(engine, &rows[(at - 1) / 2], &row)) {
        rows[at] = rows[(at - 1) / 2];
        at = (at - 1) / 2;
        rows[at] = row;
    }
}

uint32_t rows_pop(const struct engine *engine, struct trim *rows, uint32_t count,
                  row_before *before)
{
    uint32_t slot = rows[0].slot;
    rows[0] = rows[count - 1];
    sift(engine, rows, 0, count - 1, before);
    return slot;
}

void rows_sort(const struct engine *engine, struct trim *rows, uint32_t count, row_before *before)
{
    for (uint32_t i = count / 2; i > 0; i--)
        sift(engine, rows, i - 1, count, before);
    for (uint32_t last = count; last > 1; last--) {
        struct trim swap = rows[0];
        rows[0] = rows[last - 1];
        rows[last - 1] = swap;
        sift(engine, rows, 0, last - 1, before);
    }
}
