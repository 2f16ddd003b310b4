/* look_rules.c - what can be asked of the rules of an instrument: terms, gates, holders.
 *
 * The holders are ranked inside the caller's buffer: its rows are a heap whose first is the least
 * of those kept, so any number of groups needs no memory of its own.
 */
#include "engine/limits_rules.h"
#include "engine/look.h"

enum reason look_terms(const struct engine *engine, const struct look_query *query,
                       struct event_buffer *out)
{
    struct page page = page_of(query, out);
    const struct instrument *instrument;
    struct event_row_terms *row;
    if (query->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    instrument = &engine->instrument[query->instrument];
    row = ROW(&page, TERMS, terms);
    if (!row) return REASON_NONE;
    row->approval = instrument->terms.approval;
    row->fee_ppm = instrument->fee_ppm;
    row->block_fee_ppm = instrument->terms.block_fee_ppm;
    row->auction_fee_ppm = instrument->terms.auction_fee_ppm;
    row->block_band_ppm = instrument->terms.block_band_ppm;
    row->dynamic_ppm = instrument->terms.dynamic_ppm;
    row->close_floor = instrument->terms.close_floor;
    row->holders_max = instrument->terms.holders_max;
    row->holders = instrument->holders;
    row->t_plus = instrument->t_plus;
    row->deadline_days = instrument->terms.deadline_days;
    row->vintage = instrument->terms.vintage;
    row->instrument = query->instrument;
    row->basis = instrument->terms.basis;
    row->methods = instrument->terms.methods;
    row->close_rule = instrument->terms.close_rule;
    row->live_rent = instrument->terms.live_rent;
    row->conditional = instrument->terms.conditional;
    row->investors = instrument->terms.investors;
    row->retired = instrument->retired;
    return REASON_NONE;
}

/* --- gates ---------------------------------------------------------------------------------- */

static void gate_row(const struct gate *gate, uint16_t instrument, uint8_t zone,
                     const struct name *city, struct page *page)
{
    struct event_row_gate *row;
    if (!gate->closed) return;
    row = ROW(page, GATE, gate);
    if (!row) return;
    if (city) row->city = *city;
    row->allow = gate->allow;
    row->net = gate->net;
    row->buying = gate->buying;
    row->instrument = instrument;
    row->zone = zone;
    row->kind = gate->kind;
}

enum reason look_gates(const struct engine *engine, const struct look_query *query,
                       struct event_buffer *out)
{
    struct page page = page_of(query, out);
    uint16_t instrument = query->instrument;
    if (instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    for (uint8_t zone = 0; zone < engine->zones && !page.full; zone++)
        gate_row(&state_zone(engine, instrument, zone)->gate, instrument, zone, NULL, &page);
    for (uint32_t city = 0; city < engine->cities && !page.full; city++)
        gate_row(&state_city(engine, instrument, city)->gate, instrument, ZONE_NONE,
                 &engine->city[city].name, &page);
    return REASON_NONE;
}

/* --- holders -------------------------------------------------------------------------------- */

static bool ranks_before(const struct event_row_holder *a, const struct event_row_holder *b)
{
    if (a->units != b->units) return a->units > b->units;
    return memcmp(a->group.text, b->group.text, NAME_BYTES) < 0;
}

static void swap_rows(struct event_row_holder *a, struct event_row_holder *b)
{
    struct event_row_holder kept = *a;
    *a = *b;
    *b = kept;
}

/* The row at `at` goes down until it ranks behind all below it: rows[0] ranks last of all. */
static void sift(struct event_row_holder *rows, size_t at, size_t count)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) return;
        if (child + 1 < count && ranks_before(&rows[child], &rows[child + 1])) child++;
        if (!ranks_before(&rows[at], &rows[child])) return;
        swap_rows(&rows[at], &rows[child]);
        at = child;
    }
}

static void rise(struct event_row_holder *rows, size_t at)
{
    while (at > 0 && ranks_before(&rows[(at - 1) / 2], &rows[at])) {
        swap_rows(&rows[(at - 1) / 2], &rows[at]);
        at = (at - 1) / 2;
    }
}

static int64_t units_of(const struct engine *engine, uint32_t group, uint16_t instrument)
{
    int64_t sum = 0;
    for (uint32_t owner = engine->group_first[group]; owner != NIL;
         owner = engine->participant[owner].next_in_group) {
        uint32_t at = engine->participant[owner].first_position;
        for (; at != NIL; at = engine->position[at].next) {
            const struct position *position = &engine->position[at];
            if (position->instrument > instrument) break;
            if (position->instrument == instrument)
                sum += position->free + position->held + position->locked;
        }
    }
    return sum;
}

/* The group's limit, else that of its first participant's type; UNSET: none. */
static int64_t limit_of(const struct engine *engine, const struct name *name, uint16_t instrument)
{
    uint32_t group = name_index_find(&engine->group_index, engine->group_names,
                                     sizeof engine->group_names[0], name);
    uint32_t first = engine->group_first[group];
    while (engine->participant[first].next_in_group != NIL)
        first = engine->participant[first].next_in_group;
    return holding_limit_of(engine, first, instrument);
}

enum reason look_holders(const struct engine *engine, const struct look_query *query,
                         struct event_buffer *out)
{
    struct event_row_holder *rows = (void *)(out->bytes + out->used);
    size_t room = (out->capacity - out->used) / sizeof *rows, count = 0;
    int64_t issued;
    if (query->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    if (query->rows_max != 0 && query->rows_max < room) room = query->rows_max;
    issued = engine->instrument[query->instrument].issued;
    for (uint32_t group = 0; group < engine->groups && room > 0; group++) {
        struct event_row_holder row = {
            .head = {.type = EVENT_ROW_HOLDER, .size = (uint16_t)sizeof row},
            .group = engine->group_names[group],
            .units = units_of(engine, group, query->instrument),
            .instrument = query->instrument};
        if (row.units == 0) continue;
        row.ppm = (int64_t)((int128)row.units * PPM / issued);
        if ((uint64_t)row.ppm < query->from) continue;
        if (count < room) {
            rows[count] = row;
            rise(rows, count++);
        } else if (ranks_before(&row, &rows[0])) {
            rows[0] = row;
            sift(rows, 0, count);
        }
    }
    out->used += count * sizeof *rows;
    for (size_t at = 0; at < count; at++)
        rows[at].limit = limit_of(engine, &rows[at].group, query->instrument);
    for (size_t last = count; last > 1; last--) {
        swap_rows(&rows[0], &rows[last - 1]);
        sift(rows, 0, last - 1);
    }
    return REASON_NONE;
}
