/* limits_rules.c - see limits_rules.h. */
#include "engine/limits_rules.h"

#define SECOND_NS INT64_C(1000000000)

/* --- position limits: decision 13.5 --------------------------------------------------------- */

static uint32_t *limit_bucket(const struct engine *engine, uint16_t instrument, uint32_t group,
                              uint8_t type)
{
    uint64_t key = (uint64_t)group << 32 | (uint64_t)instrument << 8 | type;
    key *= UINT64_C(0x9e3779b97f4a7c15);
    return &engine->holding_buckets[(key >> 32) & engine->holding_mask];
}

static bool is_about(const struct holding_limit *row, uint16_t instrument, uint32_t group,
                     uint8_t type)
{
    return row->instrument == instrument && row->group == group && row->type == type;
}

/* The newest line in force of a group (type 0) or, with NIL, of a type; NULL: none. */
static const struct holding_limit *line_of(const struct engine *engine, uint16_t instrument,
                                           uint32_t group, uint8_t type)
{
    uint32_t at = *limit_bucket(engine, instrument, group, type);
    for (; at != NIL; at = engine->holding_limit[at].next) {
        const struct holding_limit *row = &engine->holding_limit[at];
        if (is_about(row, instrument, group, type) && row->from_day <= engine->day) return row;
    }
    return NULL;
}

/* Drops the lines of the same group or type that a newer one has made idle for ever: those that
 * would begin when `from_day` has begun, and those behind the newest that has begun already. */
static void limits_forget(struct engine *engine, const struct holding_line *line)
{
    uint32_t *link = limit_bucket(engine, line->instrument, line->group, line->type);
    bool begun = line->from_day <= engine->day;
    while (*link != NIL) {
        uint32_t at = *link;
        struct holding_limit *row = &engine->holding_limit[at];
        bool same = is_about(row, line->instrument, line->group, line->type);
        if (same && (begun || row->from_day >= line->from_day)) {
            *link = row->next;
            row->sequence = 0;
            row->next = engine->holding_limits_free;
            engine->holding_limits_free = at;
            engine->holding_limits--;
        } else {
            begun = begun || (same && row->from_day <= engine->day);
            link = &row->next;
        }
    }
}

enum reason holding_limit_add(struct engine *engine, const struct holding_line *line)
{
    uint32_t *bucket = limit_bucket(engine, line->instrument, line->group, line->type);
    uint32_t at;
    limits_forget(engine, line);
    if (engine->holding_limits == engine->limits.rules) return REASON_CAPACITY;
    at = engine->holding_limits_free;
    if (at != NIL)
        engine->holding_limits_free = engine->holding_limit[at].next;
    else
        at = engine->holding_limits_top++;
    engine->holding_limits++;
    engine->holding_limit[at] = (struct holding_limit){.group = line->group,
                                                       .units = line->units,
                                                       .ppm = line->ppm,
                                                       .sequence = engine->sequence,
                                                       .from_day = line->from_day,
                                                       .next = *bucket,
                                                       .instrument = line->instrument,
                                                       .type = line->type};
    *bucket = at;
    return REASON_NONE;
}

int64_t holding_limit_of(const struct engine *engine, uint32_t participant, uint16_t instrument)
{
    const struct participant *owner = &engine->participant[participant];
    const struct holding_limit *row;
    int64_t units, share;
    if (engine->holding_limits == 0) return UNSET;
    row = line_of(engine, instrument, owner->group, 0);
    if (!row) row = line_of(engine, instrument, NIL, owner->type);
    if (!row) return UNSET;
    units = row->units;
    if (row->ppm == UNSET) return units;
    share = (int64_t)((int128)row->ppm * engine->instrument[instrument].issued / PPM);
    return units == UNSET || share < units ? share : units;
}

/* Units of the instrument a participant has or may yet get, in all zones. */
static int128 holding_of(const struct engine *engine, uint32_t participant, uint16_t instrument)
{
    uint32_t at = engine->participant[participant].first_position;
    int128 sum = 0;
    for (; at != NIL; at = engine->position[at].next) {
        const struct position *position = &engine->position[at];
        if (position->instrument == instrument)
            sum += (int128)position->free + position->held + position->locked + position->buying;
        if (position->instrument > instrument) break; /* the list is sorted */
    }
    return sum;
}

static bool passes_limit(const struct engine *engine, uint32_t participant, uint16_t instrument,
                         int64_t qty)
{
    int64_t limit = holding_limit_of(engine, participant, instrument);
    uint32_t at = engine->group_first[engine->participant[participant].group];
    int128 sum = qty;
    if (limit == UNSET) return false;
    for (; at != NIL; at = engine->participant[at].next_in_group)
        sum += holding_of(engine, at, instrument);
    return sum > limit;
}

static bool passes_holders(const struct engine *engine, uint32_t participant, uint16_t instrument,
                           uint8_t zone)
{
    const struct instrument *row = &engine->instrument[instrument];
    uint32_t position;
    if (row->terms.holders_max == 0 || row->holders < row->terms.holders_max) return false;
    position = position_find(engine, participant, instrument, zone);
    return position == NIL || !is_holder(&engine->position[position]);
}

/* --- gates: decision 13.6 ------------------------------------------------------------------- */

static bool passes_gate(const struct engine *engine, const struct gate *gate, uint32_t participant,
                        int64_t qty)
{
    if (!gate->closed) return false;
    if (gate->kind == GATE_KIND_NEW_PROJECTS &&
        engine->participant[participant].type != PARTICIPANT_TYPE_NEW_ENTRANT)
        return false;
    qty += gate->net + gate->buying; /* each at most QTY_MAX */
    return (gate->kind == GATE_KIND_RATIO ? 2 * qty : qty) > gate->allow;
}

static struct gate *city_gate(const struct engine *engine, uint32_t participant,
                              uint16_t instrument)
{
    uint32_t city = engine->participant[participant].city;
    return city == NIL ? NULL : &state_city(engine, instrument, city)->gate;
}

enum reason holding_again_reason(const struct engine *engine, uint32_t participant,
                                 uint16_t instrument, uint8_t zone, int64_t qty)
{
    const struct gate *gate;
    if (engine->rule_set < 2) return REASON_NONE;
    if (passes_limit(engine, participant, instrument, qty)) return REASON_POSITION_LIMIT;
    if (passes_gate(engine, &state_zone(engine, instrument, zone)->gate, participant, qty))
        return REASON_TARGET_GATE;
    gate = city_gate(engine, participant, instrument);
    if (gate && passes_gate(engine, gate, participant, qty)) return REASON_TARGET_GATE;
    return REASON_NONE;
}

enum reason holding_reason(const struct engine *engine, uint32_t participant, uint16_t instrument,
                           uint8_t zone, int64_t qty)
{
    if (engine->rule_set >= 2 && passes_holders(engine, participant, instrument, zone))
        return REASON_POSITION_LIMIT; /* before the gates; the limit gives the same reason */
    return holding_again_reason(engine, participant, instrument, zone, qty);
}

void gate_bought(struct engine *engine, uint32_t participant, uint16_t instrument, uint8_t zone,
                 int64_t qty)
{
    struct gate *gate = city_gate(engine, participant, instrument);
    state_zone(engine, instrument, zone)->gate.net += qty;
    if (gate) gate->net += qty;
}

void gate_sold(struct engine *engine, uint32_t participant, uint16_t instrument, uint8_t zone,
               int64_t qty)
{
    gate_bought(engine, participant, instrument, zone, -qty);
}

void gates_begin(struct engine *engine, uint16_t instrument)
{
    for (uint32_t zone = 0; zone < engine->zones; zone++)
        state_zone(engine, instrument, (uint8_t)zone)->gate.net = 0;
    for (uint32_t city = 0; city < engine->cities; city++)
        state_city(engine, instrument, city)->gate.net = 0;
}

void buying_change(struct engine *engine, uint32_t position, int64_t qty)
{
    struct position *row = &engine->position[position];
    struct gate *gate = city_gate(engine, row->participant, row->instrument);
    bool was = is_holder(row);
    row->buying += qty;
    state_zone(engine, row->instrument, row->zone)->gate.buying += qty;
    if (gate) gate->buying += qty;
    ASSERT(row->buying >= 0);
    holder_change(engine, row, was);
}

/* --- fees and quotas: decision 13.2, 13.4 --------------------------------------------------- */

uint32_t fee_rate(const struct engine *engine, uint32_t participant, int64_t ppm)
{
    const struct participant *row = &engine->participant[participant];
    if (row->discount_ppm == 0 || (row->discount_until != 0 && row->discount_until < engine->day))
        return (uint32_t)ppm;
    return (uint32_t)(ppm * (PPM - row->discount_ppm) / PPM);
}

enum reason quota_open_reason(const struct engine *engine, uint32_t participant)
{
    const struct participant *row = &engine->participant[participant];
    uint32_t most = row->quota_open != 0 ? row->quota_open : engine->quota_open;
    if (engine->rule_set < 2 || most == 0 || row->open_orders < most) return REASON_NONE;
    return REASON_TOO_MANY_ORDERS;
}

/* GCRA: one order each `interval`, and a burst of one second's worth. */
enum reason quota_rate_take(struct engine *engine, uint32_t participant)
{
    struct participant *row = &engine->participant[participant];
    int64_t rate = row->quota_rate != 0 ? row->quota_rate : engine->quota_rate;
    int64_t interval, early;
    if (engine->rule_set < 2 || rate == 0 || rate == QUOTA_NONE) return REASON_NONE;
    interval = SECOND_NS / rate;
    early = row->rate_time - (rate - 1) * interval;
    if (engine->time_ns < early) return REASON_RATE_LIMIT;
    if (row->rate_time < engine->time_ns) row->rate_time = engine->time_ns;
    row->rate_time += interval;
    return REASON_NONE;
}
