/* tranche.c - see tranche.h. */
#include "engine/tranche.h"
#include "engine/orders.h"
#include "engine/setup.h"

static bool is_same_pair(const struct tranche *a, const struct tranche *b)
{
    return a->instrument == b->instrument && a->from_zone == b->from_zone &&
           a->to_zone == b->to_zone;
}

static bool excludes_balance(const struct engine *engine, const struct tranche *row)
{
    int64_t balance = state_link(engine, row->instrument, row->from_zone, row->to_zone)->balance;
    return balance < row->lo || balance > row->hi;
}

/* The limit is in force; what waits from before it, of the first `rows` tranches, is void. */
static void begin(struct engine *engine, const struct tranche *row, uint32_t rows)
{
    struct link *pair = state_link(engine, row->instrument, row->from_zone, row->to_zone);
    pair->lo = row->lo;
    pair->hi = row->hi;
    pair->limited = row->limited;
    for (uint32_t at = 0; at < rows; at++) {
        struct tranche *older = &engine->tranche[at];
        if (is_same_pair(older, row) && older->from_day <= engine->day) older->begun = true;
    }
    links_changed(engine, row->instrument);
}

/* The limit as it is kept: of the pair with from < to. A new period starts at 0, which every limit
 * must admit. */
static enum reason range_of(const struct engine *engine, uint16_t instrument, uint8_t from,
                            uint8_t to, int64_t lo, int64_t hi, struct tranche *out)
{
    enum reason reason = link_reason(engine, instrument, from, to);
    bool limited = lo != INT64_MIN || hi != INT64_MAX;
    if (reason != REASON_NONE) return reason;
    if (lo < -QTY_MAX) lo = -QTY_MAX; /* no balance gets that far: all units ever issued */
    if (hi > QTY_MAX) hi = QTY_MAX;
    if (lo > 0 || hi < 0) return REASON_QTY_RANGE;
    *out = (struct tranche){.lo = from < to ? lo : -hi,
                            .hi = from < to ? hi : -lo,
                            .instrument = instrument,
                            .from_zone = from < to ? from : to,
                            .to_zone = from < to ? to : from,
                            .limited = limited};
    return REASON_NONE;
}

static enum reason begin_now(struct engine *engine, const struct tranche *row)
{
    if (excludes_balance(engine, row)) return REASON_CAP;
    begin(engine, row, engine->tranches);
    engine->touched = row->instrument;
    done(engine);
    return REASON_NONE;
}

enum reason limit_apply(struct engine *engine, const struct command_limit *body)
{
    struct tranche row;
    enum reason reason = range_of(engine, body->instrument, body->from_zone, body->to_zone,
                                  body->lo, body->hi, &row);
    return reason != REASON_NONE ? reason : begin_now(engine, &row);
}

/* Takes out the rows that wait no more; the others keep their order. */
static void compact(struct engine *engine)
{
    uint32_t kept = 0;
    for (uint32_t at = 0; at < engine->tranches; at++)
        if (!engine->tranche[at].begun) engine->tranche[kept++] = engine->tranche[at];
    engine->tranches = kept;
}

static enum reason apply(struct engine *engine, const struct command *command)
{
    const struct command_tranche *body = &command->body.tranche;
    struct tranche row;
    enum reason reason;
    if (command->role != ROLE_SYSTEM && command->role != ROLE_OPERATOR &&
        command->role != ROLE_REGULATOR)
        return REASON_NOT_ALLOWED;
    reason = range_of(engine, body->instrument, body->from_zone, body->to_zone, body->lo, body->hi,
                      &row);
    if (reason != REASON_NONE) return reason;
    if (body->from_day <= engine->day) return begin_now(engine, &row);
    if (engine->tranches == engine->limits.rules) compact(engine);
    if (engine->tranches == engine->limits.rules) return REASON_CAPACITY;
    row.from_day = body->from_day;
    engine->tranche[engine->tranches++] = row;
    done(engine);
    return REASON_NONE;
}

void tranche_apply(struct engine *engine, const struct command *command)
{
    enum reason reason = apply(engine, command);
    if (reason != REASON_NONE) reject(engine, reason);
}

void tranche_begin(struct engine *engine, uint32_t at)
{
    struct tranche *row = &engine->tranche[at];
    if (row->begun || row->from_day > engine->day || engine->instrument[row->instrument].retired ||
        excludes_balance(engine, row))
        return;
    row->begun = true;
    begin(engine, row, at);
}
