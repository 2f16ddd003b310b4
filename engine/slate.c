/* slate.c - see slate.h. */
#include "engine/slate.h"
#include "engine/legs.h"

static struct slate *owned_by(const struct engine *engine, uint16_t instrument)
{
    for (uint32_t i = 0; i < SLATES; i++)
        if (engine->slate[i].owner == instrument) return &engine->slate[i];
    return NULL;
}

const struct slate *slate_of(const struct engine *engine, uint16_t instrument)
{
    return owned_by(engine, instrument);
}

int64_t slate_cash_due(const struct engine *engine)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < SLATES; i++)
        if (engine->slate[i].owner != INSTRUMENT_NONE) sum += engine->slate[i].call.cash_due;
    return sum;
}

int64_t slate_units_due(const struct engine *engine, uint16_t instrument)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < SLATES; i++) {
        const struct slate *slate = &engine->slate[i];
        if (slate->owner == INSTRUMENT_NONE) continue;
        for (uint32_t leg = 0; leg < legs_count(engine, slate->owner); leg++)
            if (legs_at(engine, slate->owner, leg) == instrument) sum += slate->call.units_due;
    }
    return sum;
}

/* The small ones come last and are looked at first: the large one stays free for who needs it. */
struct slate *slate_borrow(const struct engine *engine, uint32_t rows)
{
    for (uint32_t i = SLATES; i > 0; i--) {
        struct slate *slate = &engine->slate[i - 1];
        if (slate->owner != INSTRUMENT_NONE || slate->rows < rows) continue;
        memset(&slate->call, 0, sizeof slate->call);
        return slate;
    }
    return NULL;
}

struct slate *slate_take(struct engine *engine, uint16_t instrument, uint32_t rows)
{
    struct slate *slate = owned_by(engine, instrument);
    if (!slate) slate = slate_borrow(engine, rows);
    if (!slate) return NULL;
    slate->owner = instrument;
    return slate;
}

void slate_give(struct slate *slate)
{
    slate->owner = INSTRUMENT_NONE;
}

void slate_begin(struct slate *slate, const struct engine *engine)
{
    bool bounded = engine->work_left < INT64_MAX / TICKS_OF_WORK;
    slate->ticks = bounded ? engine->work_left * TICKS_OF_WORK : INT64_MAX;
}

void slate_end(const struct slate *slate, struct engine *engine)
{
    if (engine->work_left < INT64_MAX / TICKS_OF_WORK)
        engine->work_left = divide_floor(slate->ticks, TICKS_OF_WORK);
}

/* --- heap sort: no memory, no bad case -------------------------------------------------------- */

static bool comes_before(const struct row *a, const struct row *b)
{
    return a->high != b->high ? a->high < b->high : a->low < b->low;
}

/* Puts `row` where it belongs below `at`, in a heap whose last comes first. */
static void settle(struct row *rows, uint32_t at, uint32_t count, struct row row)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && comes_before(&rows[child], &rows[child + 1])) child++;
        if (!comes_before(&row, &rows[child])) break;
        rows[at] = rows[child];
        at = child;
    }
    rows[at] = row;
}

bool slate_sort(struct slate *slate, int64_t count, int64_t *done)
{
    uint32_t rows = (uint32_t)count, heads = rows / 2, all = rows > 0 ? heads + rows - 1 : 0;
    struct row *row = slate->row;
    for (; *done < all; ++*done, slate->ticks -= 2) {
        uint32_t step = (uint32_t)*done;
        if (!may_go_on(slate)) return false;
        if (step < heads) {
            settle(row, heads - 1 - step, rows, row[heads - 1 - step]);
        } else {
            uint32_t last = rows - 1 - (step - heads);
            struct row lowest = row[last];
            row[last] = row[0];
            settle(row, 0, last, lowest);
        }
    }
    return true;
}
