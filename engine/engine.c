/* engine.c - the door: memory at start, one command in, its events out. */
#include "engine/auction.h"
#include "engine/deal.h"
#include "engine/lane.h"
#include "engine/legs.h"
#include "engine/orders.h"
#include "engine/slate.h"

/* --- memory -------------------------------------------------------------------------------- */

struct arena {
    uint8_t *base; /* NULL: only counts */
    size_t used;
};

static void *take(struct arena *arena, size_t count, size_t size)
{
    void *at = arena->base ? arena->base + arena->used : NULL;
    arena->used += (count * size + 63) & ~(size_t)63;
    return at;
}

static uint32_t power_above(uint32_t value)
{
    uint32_t power = 16;
    while (power < value && power < (1u << 31))
        power *= 2;
    return power;
}

static void take_index(struct arena *arena, struct name_index *index, uint32_t count)
{
    uint32_t buckets = power_above(count);
    index->mask = buckets - 1;
    index->buckets = take(arena, buckets, sizeof *index->buckets);
    index->chain = take(arena, count, sizeof *index->chain);
}

static void lay_out_market(struct engine *e, struct arena *arena)
{
    const struct engine_limits *n = &e->limits;
    size_t rows = (size_t)n->instruments * n->zones;
    e->zone_names = take(arena, n->zones, sizeof *e->zone_names);
    e->instrument = take(arena, n->instruments, sizeof *e->instrument);
    e->zone_state = take(arena, rows, sizeof *e->zone_state);
    e->link = take(arena, rows * n->zones, sizeof *e->link);
    e->sources = take(arena, rows, sizeof *e->sources);
    e->targets = take(arena, rows, sizeof *e->targets);
    e->participant = take(arena, n->participants, sizeof *e->participant);
    e->participant_text = take(arena, n->participants, sizeof *e->participant_text);
    e->group_names = take(arena, n->participants, sizeof *e->group_names);
    e->position = take(arena, n->positions, sizeof *e->position);
    e->position_mask = power_above(n->positions) - 1;
    e->position_buckets = take(arena, e->position_mask + 1, sizeof *e->position_buckets);
    e->membership = take(arena, n->positions + 1, sizeof *e->membership);
    take_index(arena, &e->instrument_index, n->instruments);
    take_index(arena, &e->participant_index, n->participants);
    take_index(arena, &e->group_index, n->participants);
    take_index(arena, &e->auction_index, n->auctions);
    take_index(arena, &e->city_index, n->cities);
}

static void lay_out_rules(struct engine *e, struct arena *arena)
{
    const struct engine_limits *n = &e->limits;
    e->extra = take(arena, n->extras, sizeof *e->extra);
    e->lock = take(arena, (size_t)n->locks + n->positions, sizeof *e->lock);
    e->city = take(arena, n->cities, sizeof *e->city);
    e->city_instrument =
        take(arena, (size_t)n->instruments * n->cities, sizeof *e->city_instrument);
    e->city_move = take(arena, n->rules, sizeof *e->city_move);
    e->holding_limit = take(arena, n->rules, sizeof *e->holding_limit);
    e->holding_mask = power_above(n->rules) - 1;
    e->holding_buckets = take(arena, (size_t)e->holding_mask + 1, sizeof *e->holding_buckets);
    e->tranche = take(arena, n->rules, sizeof *e->tranche);
    e->agreement = take(arena, n->rules, sizeof *e->agreement);
    e->special_day = take(arena, CALENDAR_MAX, sizeof *e->special_day);
    e->day_trade = take(arena, n->trades, sizeof *e->day_trade);
    e->escrow = take(arena, n->rules, sizeof *e->escrow);
    e->group_first = take(arena, n->participants, sizeof *e->group_first);
    e->job = take(arena, (size_t)n->instruments + 1, sizeof *e->job);
}

static void lay_out_orders(struct engine *e, struct arena *arena)
{
    const struct engine_limits *n = &e->limits;
    e->order = take(arena, n->orders, sizeof *e->order);
    e->client_name = take(arena, n->names, sizeof *e->client_name);
    e->client_mask = power_above(n->names) - 1;
    e->client_buckets = take(arena, e->client_mask + 1, sizeof *e->client_buckets);
    e->leaf = take(arena, n->levels, sizeof *e->leaf);
    e->node = take(arena, (size_t)n->levels * BOOK_NODES_PER_LEAF, sizeof *e->node);
    e->lane = take(arena, n->lanes, sizeof *e->lane);
    e->lane_mask = power_above(n->lanes) - 1;
    e->lane_buckets = take(arena, e->lane_mask + 1, sizeof *e->lane_buckets);
    e->lane_entry = take(arena, (size_t)n->lanes * n->lane_window, sizeof *e->lane_entry);
    e->rows = take(arena, n->orders, sizeof *e->rows);
}

static void take_pairs(struct arena *arena, struct pair_index *index, uint32_t count)
{
    uint32_t buckets = power_above(count);
    index->mask = buckets - 1;
    index->buckets = take(arena, buckets, sizeof *index->buckets);
    index->chain = take(arena, count, sizeof *index->chain);
    index->key = take(arena, count, sizeof *index->key);
}

static void lay_out_auctions(struct engine *e, struct arena *arena)
{
    const struct engine_limits *n = &e->limits;
    e->auction = take(arena, n->auctions, sizeof *e->auction);
    e->bid = take(arena, n->bids, sizeof *e->bid);
    e->entrant = take(arena, n->bids, sizeof *e->entrant);
    e->share = take(arena, n->bids, sizeof *e->share);
    e->owner = take(arena, n->rules, sizeof *e->owner);
    e->standing = take(arena, n->rules, sizeof *e->standing);
    e->auction_place = take(arena, n->instruments, sizeof *e->auction_place);
    take_pairs(arena, &e->standing_index, n->rules);
    take_pairs(arena, &e->entrant_index, n->bids);
    take_pairs(arena, &e->share_index, n->bids);
    take_pairs(arena, &e->bid_index, n->bids);
    e->rank[0] = take(arena, n->bids, sizeof *e->rank[0]);
    e->rank[1] = take(arena, n->bids, sizeof *e->rank[1]);
    e->rank_counts = take(arena, (size_t)RANK_PASSES * RANK_BUCKETS, sizeof *e->rank_counts);
}

/* The first slate takes every order, the others the small books. */
static void lay_out_slates(struct engine *e, struct arena *arena)
{
    uint32_t orders = e->limits.orders;
    e->slate = take(arena, SLATES, sizeof *e->slate);
    for (uint32_t i = 0; i < SLATES; i++) {
        struct slate counted;
        struct slate *slate = arena->base ? &e->slate[i] : &counted;
        slate->rows = i == 0 || orders < SLATE_SMALL ? orders : SLATE_SMALL;
        slate->owner = INSTRUMENT_NONE;
        slate->row = take(arena, slate->rows, sizeof *slate->row);
        slate->cut = take(arena, slate->rows, sizeof *slate->cut);
        slate->curve[0] = take(arena, slate->rows, sizeof *slate->curve[0]);
        slate->curve[1] = take(arena, slate->rows, sizeof *slate->curve[1]);
        for (int side = 0; side < SIDES; side++)
            slate->sum[side] = take(arena, (size_t)slate->rows + 1, sizeof *slate->sum[side]);
    }
}

struct engine_limits engine_limits_default(void)
{
    return (struct engine_limits){
        .zones = 16,
        .instruments = 64,
        .participants = 16384,
        .orders = 262144,
        .names = 524288,
        .levels = 65536,
        .positions = 65536,
        .auctions = 1024,
        .bids = 65536,
        .lanes = 256,
        .lane_window = 4096,
        .rule_set = RULE_SET_NEWEST,
        .work = WORK_MAX,
        .extras = 65536,
        .trades = 65536,
        .locks = 65536,
        .cities = 128,
        .rules = 4096,
    };
}

static bool complete(uint32_t *value, uint32_t otherwise, uint32_t most)
{
    if (*value == 0) *value = otherwise;
    return *value <= most;
}

bool engine_limits_complete(struct engine_limits *limits)
{
    struct engine_limits usual = engine_limits_default();
    bool fits = true;
    fits &= complete(&limits->zones, usual.zones, ZONES_MAX);
    fits &= complete(&limits->instruments, usual.instruments, INSTRUMENTS_MAX);
    fits &= complete(&limits->participants, usual.participants, PARTICIPANTS_MAX);
    fits &= complete(&limits->orders, usual.orders, ORDERS_MAX);
    fits &= complete(&limits->names, usual.names, ORDERS_MAX);
    fits &= complete(&limits->levels, usual.levels, ORDERS_MAX);
    fits &= complete(&limits->positions, usual.positions, ORDERS_MAX);
    fits &= complete(&limits->auctions, usual.auctions, AUCTIONS_MAX);
    fits &= complete(&limits->bids, usual.bids, BIDS_MAX);
    fits &= complete(&limits->lanes, usual.lanes, LANES_MAX);
    fits &= complete(&limits->lane_window, usual.lane_window, LANE_WINDOW_MAX);
    fits &= complete(&limits->rule_set, usual.rule_set, RULE_SET_NEWEST);
    fits &= complete(&limits->work, usual.work, WORK_NONE);
    fits &= complete(&limits->extras, usual.extras, ORDERS_MAX);
    fits &= complete(&limits->trades, usual.trades, TRADES_MAX);
    fits &= complete(&limits->locks, usual.locks, ORDERS_MAX);
    fits &= complete(&limits->cities, usual.cities, CITIES_MAX);
    fits &= complete(&limits->rules, usual.rules, ORDERS_MAX);
    return fits && (limits->lane_window & (limits->lane_window - 1)) == 0;
}

size_t engine_memory(const struct engine_limits *limits)
{
    struct engine counted = {.limits = *limits};
    struct arena arena = {.base = NULL};
    take(&arena, 1, sizeof counted);
    lay_out_market(&counted, &arena);
    lay_out_rules(&counted, &arena);
    lay_out_orders(&counted, &arena);
    lay_out_auctions(&counted, &arena);
    lay_out_slates(&counted, &arena);
    return arena.used;
}

static void clear_buckets(struct name_index *index)
{
    memset(index->buckets, 0xff, ((size_t)index->mask + 1) * sizeof *index->buckets);
}

static void clear_pairs(struct pair_index *index)
{
    memset(index->buckets, 0xff, ((size_t)index->mask + 1) * sizeof *index->buckets);
}

static void start_auctions(struct engine *engine)
{
    engine->bids_free = NIL;
    engine->standings_free = NIL;
    engine->entrants_free = NIL;
    engine->shares_free = NIL;
    engine->owners_free = NIL;
    engine->ranking = NIL;
    engine->settling = NIL;
    clear_pairs(&engine->standing_index);
    clear_pairs(&engine->entrant_index);
    clear_pairs(&engine->share_index);
    clear_pairs(&engine->bid_index);
    for (uint32_t i = 0; i < engine->limits.instruments; i++)
        engine->auction_place[i] =
            (struct auction_place){.first_carry = NIL, .first_standing = NIL, .last_standing = NIL};
}

struct engine *engine_init(void *memory, size_t size, const struct engine_limits *limits)
{
    struct arena arena = {.base = memory};
    struct engine *engine = take(&arena, 1, sizeof *engine);
    ASSERT(((uintptr_t)memory & 63) == 0 && size >= engine_memory(limits));
    engine->limits = *limits;
    lay_out_market(engine, &arena);
    lay_out_rules(engine, &arena);
    lay_out_orders(engine, &arena);
    lay_out_auctions(engine, &arena);
    start_auctions(engine);
    lay_out_slates(engine, &arena);
    engine->orders_free = NIL;
    engine->names_free = NIL;
    engine->leaves_free = NIL;
    engine->nodes_free = NIL;
    engine->extras_free = NIL;
    engine->locks_free = NIL;
    engine->rule_set = limits->rule_set;
    memset(engine->lock_day, 0xff, sizeof engine->lock_day);
    memset(engine->died, 0xff, sizeof engine->died);
    clear_buckets(&engine->instrument_index);
    clear_buckets(&engine->participant_index);
    clear_buckets(&engine->group_index);
    clear_buckets(&engine->auction_index);
    clear_buckets(&engine->city_index);
    memset(engine->position_buckets, 0xff,
           ((size_t)engine->position_mask + 1) * sizeof *engine->position_buckets);
    engine->holding_limits_free = NIL;
    memset(engine->holding_buckets, 0xff,
           ((size_t)engine->holding_mask + 1) * sizeof *engine->holding_buckets);
    memset(engine->client_buckets, 0xff,
           ((size_t)engine->client_mask + 1) * sizeof *engine->client_buckets);
    memset(engine->lane_buckets, 0xff,
           ((size_t)engine->lane_mask + 1) * sizeof *engine->lane_buckets);
    return engine;
}

/* Each order can be filled or cancelled once and trimmed once, each bid be awarded once; an iceberg
 * is filled many times, but matching is bounded; what is left is a constant number of events per
 * zone, link and instrument. */
size_t engine_events_max(const struct engine_limits *limits)
{
    size_t fills = limits->work < FILLS_MAX ? limits->work : FILLS_MAX;
    size_t fill = sizeof(struct event_trade) + sizeof(struct event_shown) +
                  sizeof(struct event_triggered) + sizeof(struct event_cancelled);
    size_t orders = (size_t)limits->orders * 3 * sizeof(struct event_trade);
    size_t bids = (size_t)limits->bids * sizeof(struct event_award);
    size_t places = (size_t)limits->instruments * limits->zones * limits->zones;
    return orders + bids + fills * fill + places * 4 * sizeof(struct event_call) + 65536;
}

/* --- facts --------------------------------------------------------------------------------- */

uint64_t engine_sequence(const struct engine *engine)
{
    return engine->sequence;
}

int64_t engine_time(const struct engine *engine)
{
    return engine->time_ns;
}

int32_t engine_day(const struct engine *engine)
{
    return engine->day;
}

uint64_t engine_trades(const struct engine *engine)
{
    return engine->trades;
}

bool engine_pending(const struct engine *engine)
{
    return engine->jobs > 0;
}

uint32_t engine_rule_set(const struct engine *engine)
{
    return engine->rule_set;
}

const struct engine_limits *engine_limits_of(const struct engine *engine)
{
    return &engine->limits;
}

/* --- one command --------------------------------------------------------------------------- */

void *engine_emit(struct engine *engine, uint16_t type, size_t size)
{
    struct event_buffer *out = engine->out;
    struct event *event;
    _Static_assert(sizeof(struct event_trade) % 8 == 0, "records are 8-byte aligned");
    ASSERT(size % 8 == 0 && out->capacity - out->used >= size);
    event = (struct event *)(void *)(out->bytes + out->used);
    memset(event, 0, size);
    event->type = type;
    event->size = (uint16_t)size;
    event->sequence = engine->sequence;
    out->used += size;
    return event;
}

void reject(struct engine *engine, enum reason reason)
{
    const struct command *command = engine->command;
    struct event_rejected *event = EMIT(engine, REJECTED, rejected);
    event->participant = command->subject;
    event->command = command->type;
    event->reason = (uint8_t)reason;
    if (command->type == COMMAND_ORDER) {
        event->client_id = command->body.order.client_id;
    } else if (command->type == COMMAND_CANCEL) {
        event->client_id = command->body.cancel.client_id;
        event->order_id = command->body.cancel.order_id;
    } else if (command->type == COMMAND_REPLACE) {
        event->client_id = command->body.replace.client_id;
        event->order_id = command->body.replace.order_id;
    } else if (command->type == COMMAND_CLICK) {
        event->client_id = command->body.click.client_id;
    }
}

void done(struct engine *engine)
{
    struct event_done *event = EMIT(engine, DONE, done);
    event->participant = engine->command->subject;
    event->command = engine->command->type;
}

/* The commands of rule set 2 and later. Under rule set 1 nobody knew them. */
static void later_apply(struct engine *engine, const struct command *command)
{
    if (command->type <= COMMAND_STEP)
        rules_apply(engine, command);
    else if (engine->rule_set < 2)
        reject(engine, REASON_NOT_ALLOWED);
    else if (command->type <= COMMAND_RETIRE)
        terms_apply(engine, command);
    else if (command->type <= COMMAND_HOLDING)
        people_apply(engine, command);
    else if (command->type <= COMMAND_TRANCHE)
        gate_apply(engine, command);
    else if (command->type <= COMMAND_SEED)
        calendar_apply(engine, command);
    else if (command->type == COMMAND_CLICK)
        click_apply(engine, command);
    else if (command->type == COMMAND_BLOCK)
        block_apply(engine, command);
    else if (command->type <= COMMAND_PERMIT)
        bust_apply(engine, command);
    else
        auction_more_apply(engine, command);
}

/* A strip and its legs share rooms, so their jobs are worked off together. */
static void run_touched(struct engine *engine, uint16_t instrument)
{
    job_run(engine, instrument);
    if (engine->jobs > 0 && legs_related(&engine->instrument[instrument])) job_run_all(engine);
}

static void run(struct engine *engine, const struct command *command)
{
    if (command->type <= COMMAND_ISSUE)
        setup_apply(engine, command);
    else if (command->type <= COMMAND_CANCEL_ALL)
        trading_apply(engine, command);
    else if (command->type <= COMMAND_PERIOD)
        session_apply(engine, command);
    else if (command->type <= COMMAND_CLEAR)
        auction_apply(engine, command);
    else
        later_apply(engine, command);
    if (command->type == COMMAND_STEP) return; /* it has done its work */
    if (engine->touched == INSTRUMENT_ALL || command->type == COMMAND_PERIOD)
        job_run_all(engine);
    else if (engine->touched != INSTRUMENT_NONE)
        run_touched(engine, engine->touched);
}

static void repeat(struct engine *engine, const struct lane_entry *entry)
{
    const struct event *first = (const struct event *)(const void *)entry->answer;
    struct event *event = engine_emit(engine, first->type, first->size);
    memcpy(event, first, first->size);
    event->flags |= EVENT_FLAG_REPEAT;
}

void engine_apply(struct engine *engine, const struct command *command, struct event_buffer *out)
{
    const struct lane_entry *entry;
    uint32_t lane = NIL;
    uint64_t content = 0;
    ASSERT(command->sequence == engine->sequence + 1 && command->time_ns >= engine->time_ns);
    ASSERT(command->type > 0 && command->type < COMMAND_END && command->role < ROLE_COUNT);
    engine->sequence = command->sequence;
    engine->time_ns = command->time_ns;
    engine->command = command;
    engine->out = out;
    engine->command_start = out->used;
    engine->touched = INSTRUMENT_NONE;
    engine->work_left = engine->rule_set < 2 || engine->limits.work == WORK_NONE
                            ? INT64_MAX
                            : (int64_t)engine->limits.work;
    if (command->lane != 0) {
        content = content_of(engine, command);
        switch (lane_open(engine, command, content, &lane, &entry)) {
        case LANE_NEW:
            break;
        case LANE_REPEAT:
            repeat(engine, entry);
            return;
        case LANE_OTHER_CONTENT:
            reject(engine, REASON_DUPLICATE_ID);
            return;
        case LANE_STALE:
            reject(engine, REASON_STALE_ID);
            return;
        }
    }
    run(engine, command);
    ASSERT(out->used > engine->command_start);
    if (lane != NIL)
        lane_keep(engine, lane, command->id, content,
                  (const struct event *)(const void *)(out->bytes + engine->command_start));
    engine->command = NULL;
    engine->out = NULL;
}
