/* trim.c - before a call a group's own crossing orders are trimmed, newest first (market.md 6.9).
 *
 * From the newest order of a group to its oldest, each is cut by the open quantity of the group's
 * older orders on the other side that it crosses. A cut depends on older orders only, which are
 * still whole then, so groups and orders can be computed apart and cut afterwards in one order.
 */
#include "engine/orders.h"

static bool is_newer(const struct engine *engine, const struct trim *a, const struct trim *b)
{
    (void)engine;
    return a->priority > b->priority;
}

static bool by_group(const struct engine *engine, const struct trim *a, const struct trim *b)
{
    return a->group != b->group ? a->group < b->group : is_newer(engine, a, b);
}

static uint32_t gather(struct engine *engine, uint16_t instrument, uint32_t zones)
{
    uint32_t count = 0;
    for (; zones; zones &= zones - 1) {
        uint8_t zone = (uint8_t)__builtin_ctz(zones);
        for (uint8_t side = 0; side < SIDES; side++) {
            uint32_t slot = book_best(engine, instrument, zone, side);
            for (; slot != NIL; slot = book_next(engine, slot)) {
                const struct order *order = &engine->order[slot];
                struct trim *row = &engine->trim[count++];
                row->slot = slot;
                row->group = engine->participant[order->participant].group;
                row->priority = order->priority;
                row->cut = 0;
            }
        }
    }
    return count;
}

/* What an older order takes from a newer one it crosses, in the newer one's units: rounded up, and
 * to the lot, since an odd lot could never trade. */
static int64_t crossing(const struct engine *engine, uint32_t newer_slot, uint32_t older_slot)
{
    const struct order *newer = &engine->order[newer_slot];
    const struct order *older = &engine->order[older_slot];
    const struct order *bid = newer->side == SIDE_BUY ? newer : older;
    const struct order *ask = newer->side == SIDE_BUY ? older : newer;
    const struct link *link = state_link(engine, newer->instrument, ask->zone, bid->zone);
    int64_t lot = engine->instrument[newer->instrument].lot;
    int64_t cut;
    if (newer->side == older->side || !link->allowed) return 0;
    if (link_room(engine, newer->instrument, ask->zone, bid->zone) <
        link_step(engine, newer->instrument, link))
        return 0;
    if (price_to_buyer(link, ask->price) > bid->price) return 0;
    cut = newer == bid ? divide_ceil((int128)ask->left * link->rd, link->rn)
                       : divide_ceil((int128)bid->left * link->rn, link->rd);
    return divide_ceil(cut, lot) * lot;
}

/* A group that stands on one side only, the usual one, crosses nothing of its own. */
static bool has_both_sides(const struct engine *engine, const struct trim *rows, uint32_t count)
{
    uint8_t side = engine->order[rows[0].slot].side;
    for (uint32_t i = 1; i < count; i++)
        if (engine->order[rows[i].slot].side != side) return true;
    return false;
}

/* Cost: quadratic in the open orders of one group that stands on both sides. */
static void measure_group(struct engine *engine, struct trim *rows, uint32_t count)
{
    if (!has_both_sides(engine, rows, count)) return;
    for (uint32_t newer = 0; newer < count; newer++) {
        int64_t left = engine->order[rows[newer].slot].left;
        for (uint32_t older = newer + 1; older < count && rows[newer].cut < left; older++)
            rows[newer].cut += crossing(engine, rows[newer].slot, rows[older].slot);
    }
}

bool trim_groups(struct engine *engine, uint16_t instrument, uint32_t zones)
{
    struct trim *rows = engine->trim;
    uint32_t count, kept = 0;
    if (engine->instrument[instrument].stp == STP_ALLOW) return false;
    count = gather(engine, instrument, zones);
    rows_sort(engine, rows, count, by_group);
    for (uint32_t start = 0, end; start < count; start = end) {
        end = start + 1;
        while (end < count && rows[end].group == rows[start].group)
            end++;
        measure_group(engine, rows + start, end - start);
    }
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].cut > 0) rows[kept++] = rows[i];
    rows_sort(engine, rows, kept, is_newer);
    for (uint32_t i = 0; i < kept; i++)
        order_cut(engine, rows[i].slot, rows[i].cut);
    return kept > 0;
}
