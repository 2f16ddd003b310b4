#include "gateway/feed_views.h"
#include "engine/assert.h"
#include "gateway/gateway_limits.h"
#include "gateway/timing.h"
#include "proto/codec.h"
#include "proto/wire.h"
#include <stdlib.h>
#include <string.h>

/* Rows of one look: both sides, and some to spare for the engine's own events. */
#define ROWS_BYTES ((2 * FEED_VIEW_LEVELS + 8) * sizeof(struct event_row_level))
#define MESSAGE_ROWS (ZONES_MAX * 2 * (2 * FEED_VIEW_LEVELS + 1) + ZONES_MAX)
#define MESSAGE_BYTES (WIRE_FEED_HEAD + MESSAGE_ROWS * CODEC_EVENT_MAX)

_Static_assert(MESSAGE_ROWS <= FEED_EVENTS_MAX, "a view is one message");
_Static_assert(INSTRUMENTS_MAX <= FEED_VIEW_BIT, "the bit is free");

struct seen { /* one level as it was published */
    int64_t price;
    int64_t qty;
    uint32_t orders;
};

struct zone_view {
    struct seen level[2][FEED_VIEW_LEVELS];
    uint32_t count[2];
    struct event_row_indicative indicative; /* volume, bids and asks 0 and price 0: none */
};

struct view {                /* of one instrument */
    struct zone_view *zones; /* limits.zones of them, NULL: never looked at */
    uint64_t number;
    uint64_t next_ms;  /* not looked at before */
    uint64_t whole_ms; /* sent whole at this time */
    bool dirty;
};

struct feed_views {
    struct feed_views_options options;
    struct view *views; /* limits.instruments */
    uint32_t zones;
    uint32_t instruments;
    uint64_t epoch;
    bool strips; /* there are instruments that share rooms: then all are looked at */
    _Alignas(8) uint8_t rows[ROWS_BYTES];
    uint8_t message[MESSAGE_BYTES];
    size_t size;
    uint16_t count;
};

struct feed_views *feed_views_create(const struct feed_views_options *options)
{
    struct feed_views *views = calloc(1, sizeof *views);
    if (!views) return NULL;
    views->options = *options;
    views->zones = options->limits->zones;
    views->instruments = options->limits->instruments;
    views->epoch = (uint64_t)timing_wall_ns();
    views->views = calloc(views->instruments, sizeof *views->views);
    if (views->views) return views;
    free(views);
    return NULL;
}

void feed_views_destroy(struct feed_views *views)
{
    if (!views) return;
    for (uint32_t i = 0; i < views->instruments; i++)
        free(views->views[i].zones);
    free(views->views);
    free(views);
}

/* ---- Who looks different ---- */

#define AS(type, event) ((const struct type *)(const void *)(event))

static uint16_t instrument_of(const struct event *event)
{
    switch (event->type) {
#define OF(NAME, suffix)                                                                           \
    case EVENT_##NAME:                                                                             \
        return AS(event_##suffix, event)->instrument;
        OF(RESTED, rested)
        OF(CANCELLED, cancelled)
        OF(REPLACED, replaced)
        OF(SHOWN, shown)
        OF(TRADE, trade)
        OF(CALL_FILL, call_fill)
        OF(CALL_FLOW, call_flow)
        OF(PHASE, phase)
        OF(LINK, link)
        OF(RENT, rent)
        OF(CLOSE, close)
        OF(BLOCK_TRADE, block_trade)
        OF(BUSTED, busted)
        OF(PERMITTED, permitted)
#undef OF
    default:
        return INSTRUMENT_NONE;
    }
}

static void mark_all(struct feed_views *views)
{
    for (uint32_t i = 0; i < views->instruments; i++)
        views->views[i].dirty = true;
}

void feed_views_note(struct feed_views *views, const struct command *command,
                     const struct event_buffer *events)
{
    if (command->type == COMMAND_STRIP) views->strips = true;
    if (command->type == COMMAND_LINK || command->type == COMMAND_LIMIT ||
        command->type == COMMAND_TRANCHE || command->type == COMMAND_PERIOD ||
        command->type == COMMAND_DAY || command->type == COMMAND_TERMS)
        mark_all(views);
    for (const struct event *event = event_next(events, NULL); event;
         event = event_next(events, event)) {
        uint16_t instrument = instrument_of(event);
        if (instrument >= views->instruments) continue;
        if (views->strips)
            mark_all(views);
        else
            views->views[instrument].dirty = true;
    }
}

/* ---- One message ---- */

static void put_row(struct feed_views *views, const struct event *row)
{
    size_t size =
        codec_event_put(views->message + views->size, sizeof views->message - views->size, row);
    ASSERT(size > 0); /* MESSAGE_ROWS are the most there can be */
    views->size += size;
    views->count++;
}

static void put_level(struct feed_views *views, uint16_t instrument, uint8_t zone, uint8_t side,
                      const struct seen *level, int64_t qty)
{
    const struct event_row_level row = {.head = {.type = EVENT_ROW_LEVEL, .size = sizeof row},
                                        .price = level->price,
                                        .qty = qty,
                                        .orders = qty > 0 ? level->orders : 0,
                                        .instrument = instrument,
                                        .zone = zone,
                                        .side = side};
    put_row(views, &row.head);
}

static void send_message(struct feed_views *views, const struct engine *engine, uint16_t instrument,
                         bool whole)
{
    struct view *view = &views->views[instrument];
    if (!whole) view->number++;
    struct wire_feed head = {.instrument = instrument | FEED_VIEW_BIT,
                             .count = views->count,
                             .snapshot = whole,
                             .epoch = views->epoch,
                             .number = view->number,
                             .sequence = engine_sequence(engine),
                             .time_ns = engine_time(engine)};
    size_t size = wire_feed_put(views->message, WIRE_FEED_HEAD, &head);
    ASSERT(size == WIRE_FEED_HEAD);
    views->options.send(views->options.context, views->message, views->size);
}

static void begin_message(struct feed_views *views)
{
    views->size = WIRE_FEED_HEAD;
    views->count = 0;
}

/* ---- Looking and comparing ---- */

/* The view as it is now: the best FEED_VIEW_LEVELS of each side. False: there is no such zone. */
static bool look_levels(struct feed_views *views, const struct engine *engine, uint16_t instrument,
                        uint8_t zone, struct zone_view *out)
{
    const struct look_query query = {.look = LOOK_BOOK,
                                     .zone = zone,
                                     .local = 1,
                                     .instrument = instrument,
                                     .rows_max = FEED_VIEW_LEVELS};
    struct event_buffer rows = {.bytes = views->rows, .capacity = sizeof views->rows};
    memset(out->count, 0, sizeof out->count);
    if (engine_look(engine, &query, &rows) != REASON_NONE) return false;
    for (const struct event *row = event_next(&rows, NULL); row; row = event_next(&rows, row)) {
        const struct event_row_level *level = AS(event_row_level, row);
        uint32_t at = out->count[level->side];
        if (at == FEED_VIEW_LEVELS) continue;
        out->level[level->side][at] = (struct seen){level->price, level->qty, level->orders};
        out->count[level->side]++;
    }
    return true;
}

static const struct seen *find(const struct zone_view *view, uint8_t side, int64_t price)
{
    for (uint32_t i = 0; i < view->count[side]; i++)
        if (view->level[side][i].price == price) return &view->level[side][i];
    return NULL;
}

static void put_changes(struct feed_views *views, uint16_t instrument, uint8_t zone,
                        const struct zone_view *before, const struct zone_view *now)
{
    for (uint8_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < before->count[side]; i++)
            if (!find(now, side, before->level[side][i].price))
                put_level(views, instrument, zone, side, &before->level[side][i], 0);
        for (uint32_t i = 0; i < now->count[side]; i++) {
            const struct seen *level = &now->level[side][i];
            const struct seen *old = find(before, side, level->price);
            if (!old || old->qty != level->qty || old->orders != level->orders)
                put_level(views, instrument, zone, side, level, level->qty);
        }
    }
}

static bool same_indicative(const struct event_row_indicative *a,
                            const struct event_row_indicative *b)
{
    return a->price == b->price && a->volume == b->volume && a->bids == b->bids &&
           a->asks == b->asks;
}

/* During a call: what it would do. One that is over is not told of: its `auction` line was. */
static void look_indicative(struct feed_views *views, const struct engine *engine,
                            uint16_t instrument, bool whole)
{
    const struct look_query query = {.look = LOOK_INDICATIVE, .instrument = instrument};
    struct event_buffer rows = {.bytes = views->rows, .capacity = sizeof views->rows};
    if (engine_look(engine, &query, &rows) != REASON_NONE) return;
    for (const struct event *row = event_next(&rows, NULL); row; row = event_next(&rows, row)) {
        const struct event_row_indicative *now = AS(event_row_indicative, row);
        struct event_row_indicative *before = &views->views[instrument].zones[now->zone].indicative;
        if (!whole && same_indicative(now, before)) continue;
        *before = *now;
        put_row(views, row);
    }
}

/* Sends one instrument's changes, or the whole of it. */
static void publish(struct feed_views *views, const struct engine *engine, uint16_t instrument,
                    bool whole)
{
    static const struct zone_view nothing;
    struct view *view = &views->views[instrument];
    struct zone_view now;
    begin_message(views);
    for (uint32_t zone = 0; zone < views->zones; zone++) {
        if (!look_levels(views, engine, instrument, (uint8_t)zone, &now)) break;
        struct zone_view *before = &view->zones[zone];
        put_changes(views, instrument, (uint8_t)zone, whole ? &nothing : before, &now);
        memcpy(before->level, now.level, sizeof now.level);
        memcpy(before->count, now.count, sizeof now.count);
    }
    look_indicative(views, engine, instrument, whole);
    if (whole || views->count > 0) send_message(views, engine, instrument, whole);
}

static bool has_memory(struct feed_views *views, struct view *view)
{
    if (!view->zones) view->zones = calloc(views->zones, sizeof *view->zones);
    return view->zones != NULL; /* without, it is tried again later */
}

/* Changes first: a snapshot repeats the number of the message it belongs behind. */
static void step_one(struct feed_views *views, const struct engine *engine, uint16_t instrument,
                     uint64_t now_ms)
{
    struct view *view = &views->views[instrument];
    bool whole = now_ms >= view->whole_ms;
    if ((!view->dirty && !whole) || now_ms < view->next_ms || !has_memory(views, view)) return;
    if (view->dirty) publish(views, engine, instrument, false);
    if (whole) {
        publish(views, engine, instrument, true);
        view->whole_ms = now_ms + FEED_SNAPSHOT_MS;
    }
    view->dirty = false;
    view->next_ms = now_ms + FEED_VIEW_MS;
}

void feed_views_step(struct feed_views *views, const struct engine *engine, uint64_t now_ms)
{
    const struct look_query any = {.look = LOOK_FUND};
    struct event_buffer rows = {.bytes = views->rows, .capacity = sizeof views->rows};
    if (!views->options.heard(views->options.context)) return;
    for (uint32_t i = 0; i < views->instruments; i++) {
        struct look_query query = any;
        query.instrument = (uint16_t)i;
        rows.used = 0;
        if (!views->views[i].zones && engine_look(engine, &query, &rows) != REASON_NONE) return;
        step_one(views, engine, (uint16_t)i, now_ms);
    }
}
