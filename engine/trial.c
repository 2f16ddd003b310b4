/* trial.c - would an incoming order fill (fok), or fill enough (min)? Market.md 4: a trial of 6.4
 * without side effects, self-trade rule, icebergs and dynamic band included.
 *
 * It foresees each fill the real matching would make. An iceberg that shows its next part goes into
 * a queue behind all orders of its price; the queue runs through the scratch fields of the extras.
 * The place in each zone is written into its zone_state when work runs out, since the instrument is
 * frozen then and nothing moves before the next step.
 * Cost: one unit of work for each fill foreseen.
 */
#include "engine/job.h"
#include "engine/match.h"

struct trial_walker {
    struct walker walker;
    struct trial_place place; /* its slot and room are the walker's, but when it is kept */
};

struct trial {
    struct trial_walker zone[ZONES_MAX];
    uint32_t count;
    int64_t left;  /* of the taker */
    int64_t drawn; /* priorities foreseen */
    int64_t last;  /* price of the taker's zone */
};

/* Where a waiting trial keeps its own figures, and that it waits. */
enum { MORE_LEFT, MORE_DRAWN, MORE_LAST, MORE_WAITS };

static const struct order *present(const struct engine *engine, const struct trial_walker *zone)
{
    return &engine->order[zone->walker.slot];
}

/* --- the way through one zone ------------------------------------------------------------------
 */

/* Stands at an order of the book as it is. */
static void arrive(const struct engine *engine, struct trial_walker *zone, uint32_t slot)
{
    zone->walker.slot = slot;
    zone->place.again = false;
    if (slot == NIL || engine->order[slot].extra == NIL) return;
    zone->place.left = engine->order[slot].left;
    zone->place.shown = engine->extra[engine->order[slot].extra].shown;
}

/* Stands at the oldest iceberg of the queue. */
static void arrive_again(const struct engine *engine, struct trial_walker *zone)
{
    uint32_t slot = zone->place.head;
    const struct extra *extra = &engine->extra[engine->order[slot].extra];
    zone->place.head = extra->next;
    if (extra->next == NIL) zone->place.tail = NIL;
    zone->walker.slot = slot;
    zone->place.again = true;
    zone->place.left = extra->left;
    zone->place.shown = extra->display < extra->left ? extra->display : extra->left;
}

static void move_on(const struct engine *engine, struct trial_walker *zone)
{
    const struct order *order = present(engine, zone);
    if (!zone->place.again) {
        uint32_t next = book_next(engine, zone->walker.slot);
        if (next != NIL && engine->order[next].price == order->price) {
            arrive(engine, zone, next);
            return;
        }
        zone->place.after = next;
    }
    if (zone->place.head != NIL)
        arrive_again(engine, zone);
    else
        arrive(engine, zone, zone->place.after);
}

static uint64_t rank_of(const struct engine *engine, const struct trial_walker *zone)
{
    const struct order *order = present(engine, zone);
    return zone->place.again ? engine->extra[order->extra].rank : order->priority;
}

static void seek(const struct engine *engine, const struct order *taker, int64_t left,
                 struct trial_walker *zone)
{
    struct walker *walker = &zone->walker;
    if (walker->room < walker->step) walker->slot = NIL;
    for (; walker->slot != NIL; move_on(engine, zone)) {
        const struct order *maker = present(engine, zone);
        int64_t gives = maker->left;
        if (!walker_reaches(taker, maker, walker)) {
            walker->slot = NIL;
            return;
        }
        if (maker->extra != NIL)
            gives = iceberg_gives(zone->place.left, zone->place.shown, maker_step(taker, walker));
        walker->received = walker_size(taker, left, gives, walker);
        if (walker->received > 0) return;
    }
}

/* The present maker gives `qty` of its units. */
static void give(struct engine *engine, struct trial *trial, struct trial_walker *zone, int64_t qty)
{
    struct trial_place *place = &zone->place;
    uint32_t slot = zone->walker.slot, at = engine->order[slot].extra;
    struct extra *extra = &engine->extra[at];
    if (at == NIL) {
        move_on(engine, zone);
        return;
    }
    place->left -= qty;
    place->shown = place->shown > qty ? place->shown - qty : 0;
    if (place->left > 0 && place->shown > 0) return;
    if (place->left > 0) {
        extra->left = place->left;
        extra->rank = engine->priority + (uint64_t)++trial->drawn;
        extra->next = NIL;
        if (place->tail == NIL)
            place->head = slot;
        else
            engine->extra[engine->order[place->tail].extra].next = slot;
        place->tail = slot;
    }
    move_on(engine, zone);
}

/* --- the place between steps -------------------------------------------------------------------
 */

static void add_zone(const struct engine *engine, const struct order *taker, struct trial *trial,
                     uint8_t zone, bool waited)
{
    struct trial_walker *row = &trial->zone[trial->count++];
    const struct zone_state *state = state_zone(engine, taker->instrument, zone);
    walker_open(engine, taker, zone, &row->walker);
    if (waited) {
        row->place = state->trial;
        row->walker.slot = row->place.slot;
        row->walker.room = row->place.room;
        return;
    }
    memset(&row->place, 0, sizeof row->place);
    row->place.after = row->place.head = row->place.tail = NIL;
    row->place.last = zone_last(state);
    arrive(engine, row, row->walker.slot);
}

static void trial_start(const struct engine *engine, const struct order *taker, struct trial *trial)
{
    const struct job *job = job_of(engine, taker->instrument);
    uint32_t others = walker_zones(engine, taker);
    bool waited = job->more[MORE_WAITS] != 0;
    trial->count = 0;
    trial->left = waited ? job->more[MORE_LEFT] : taker->left;
    trial->drawn = job->more[MORE_DRAWN];
    trial->last = waited ? job->more[MORE_LAST]
                         : zone_last(state_zone(engine, taker->instrument, taker->zone));
    add_zone(engine, taker, trial, taker->zone, waited);
    for (; others; others &= others - 1)
        add_zone(engine, taker, trial, (uint8_t)__builtin_ctz(others), waited);
}

static void trial_keep(const struct engine *engine, const struct order *taker,
                       const struct trial *trial)
{
    struct job *job = job_of(engine, taker->instrument);
    job->more[MORE_LEFT] = trial->left;
    job->more[MORE_DRAWN] = trial->drawn;
    job->more[MORE_LAST] = trial->last;
    job->more[MORE_WAITS] = 1;
    for (uint32_t i = 0; i < trial->count; i++) {
        const struct trial_walker *zone = &trial->zone[i];
        struct trial_place *place =
            &state_zone(engine, taker->instrument, zone->walker.zone)->trial;
        *place = zone->place;
        place->slot = zone->walker.slot;
        place->room = zone->walker.room;
    }
}

/* --- the trial ---------------------------------------------------------------------------------
 */

static struct trial_walker *trial_best(const struct engine *engine, const struct order *taker,
                                       struct trial *trial)
{
    struct trial_walker *best = NULL;
    for (uint32_t i = 0; i < trial->count; i++) {
        struct trial_walker *zone = &trial->zone[i];
        if (zone->walker.slot == NIL) continue;
        seek(engine, taker, trial->left, zone);
        if (zone->walker.slot == NIL) continue;
        if (!best || walker_is_better(taker, &zone->walker, rank_of(engine, zone), &best->walker,
                                      rank_of(engine, best)))
            best = zone;
    }
    return best;
}

/* Foresees the last prices too; false: the fill would leave the dynamic band of one leg. */
static bool foresee_prices(const struct engine *engine, const struct order *taker,
                           struct trial *trial, struct trial_walker *zone)
{
    int64_t dynamic_ppm = engine->instrument[taker->instrument].terms.dynamic_ppm;
    int64_t price = present(engine, zone)->price;
    bool own = zone->walker.zone == taker->zone;
    if (dynamic_ppm == 0 || engine->rule_set < 2) return true;
    if (leaves_dynamic_band(dynamic_ppm, trial->last, zone->walker.effective)) return false;
    if (!own && leaves_dynamic_band(dynamic_ppm, zone->place.last, price)) return false;
    trial->last = zone->walker.effective;
    zone->place.last = price;
    return true;
}

/* One fill, or one own order that would be cancelled. False: the trial ends here. */
static bool foresee(struct engine *engine, const struct order *taker, struct trial *trial)
{
    uint8_t stp = engine->instrument[taker->instrument].stp;
    struct trial_walker *best = trial_best(engine, taker, trial);
    if (!best) return false;
    if (stp != STP_ALLOW && same_group(engine, taker, present(engine, best))) {
        move_on(engine, best);
        return stp == STP_CANCEL_RESTING;
    }
    if (!foresee_prices(engine, taker, trial, best)) return false;
    trial->left -= taker_units(taker, &best->walker);
    if (best->walker.room != INT64_MAX) best->walker.room -= best->walker.received;
    give(engine, trial, best, maker_units(taker, &best->walker));
    return true;
}

enum trial_result trial_run(struct engine *engine, uint32_t slot, int64_t least)
{
    const struct order *taker = &engine->order[slot];
    struct trial trial;
    trial_start(engine, taker, &trial);
    while (taker->left - trial.left < least) {
        if (!foresee(engine, taker, &trial)) return TRIAL_FAILS;
        work_spend(engine, 1);
        if (fills_left(engine)) continue;
        trial_keep(engine, taker, &trial);
        return TRIAL_MORE;
    }
    return TRIAL_FILLS;
}
