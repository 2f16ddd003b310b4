#include "gateway/feed_port.h"
#include "engine/assert.h"
#include "gateway/feed_levels.h"
#include "gateway/gateway_limits.h"
#include "gateway/timing.h"
#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct topic {
    nng_msg *message; /* being filled; NULL: nothing happened in this part */
    uint64_t number;
    uint64_t sequence; /* newest command in it */
    uint32_t count;
    bool touched;
};

struct feed_port {
    nng_socket socket;
    struct feed_levels *levels;
    struct topic *topics; /* one per instrument */
    uint32_t *touched;
    uint32_t touched_count;
    uint32_t instruments;   /* capacity */
    uint32_t known;         /* instruments that exist */
    uint32_t next_snapshot; /* instrument */
    uint64_t epoch;
    int64_t time_ns;             /* of the newest part */
    uint64_t sequence;           /* newest command published */
    _Atomic uint32_t due;        /* snapshots asked for and not sent */
    _Atomic uint32_t known_seen; /* `known` for tick */
    _Atomic int subscribers;
    bool open;
};

static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    struct feed_port *feed = context;
    (void)pipe;
    atomic_fetch_add(&feed->subscribers, event == NNG_PIPE_EV_ADD_POST ? 1 : -1);
}

/* The most prices that can stand in all books: each has an order, and the engine keeps prices in
 * leaves of 64, of which `levels` may be in use. */
static uint32_t prices_max(const struct engine_limits *limits)
{
    return limits->levels < limits->orders / 64 ? limits->levels * 64 : limits->orders;
}

/* The books as they stand, read from the recovered engine before any stage runs. */
static int load_levels(struct feed_port *feed, const struct engine *engine)
{
    const struct engine_limits *limits = engine_limits_of(engine);
    size_t capacity = 2 * sizeof(struct event_row_level) * ((size_t)prices_max(limits) + 1);
    void *bytes = mmap(NULL, capacity, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes == MAP_FAILED) return ERR_NO_MEMORY;
    struct look_query look = {.look = LOOK_BOOK, .rows_max = prices_max(limits)};
    for (uint32_t instrument = 0; instrument < limits->instruments; instrument++) {
        look.instrument = (uint16_t)instrument;
        for (uint32_t zone = 0; zone < limits->zones; zone++) {
            struct event_buffer rows = {.bytes = bytes, .capacity = capacity};
            look.zone = (uint8_t)zone;
            if (engine_look(engine, &look, &rows) != REASON_NONE) break;
            feed->known = instrument + 1;
            for (const struct event *row = event_next(&rows, NULL); row;
                 row = event_next(&rows, row))
                feed_levels_note(feed->levels, row);
        }
        feed_levels_changes(feed->levels, NULL, NULL);
    }
    atomic_store(&feed->known_seen, feed->known);
    munmap(bytes, capacity);
    return 0;
}

int feed_port_open(const struct engine *engine, struct feed_port **out, struct fault_text *why)
{
    const struct engine_limits *limits = engine_limits_of(engine);
    struct feed_port *feed = calloc(1, sizeof *feed);
    if (!feed) return fault_say(why, ERR_NO_MEMORY, "no memory for market data");
    feed->instruments = limits->instruments;
    feed->epoch = (uint64_t)timing_wall_ns();
    feed->sequence = engine_sequence(engine);
    feed->time_ns = engine_time(engine);
    feed->levels = feed_levels_create(prices_max(limits), limits->instruments);
    feed->topics = calloc(limits->instruments, sizeof *feed->topics);
    feed->touched = calloc(limits->instruments, sizeof *feed->touched);
    bool whole = feed->levels && feed->topics && feed->touched && !load_levels(feed, engine);
    feed->open = whole && nng_pub0_open(&feed->socket) == 0;
    if (!feed->open) {
        feed_port_close(feed);
        return fault_say(why, ERR_NO_MEMORY, "no memory for market data");
    }
    (void)nng_socket_set_int(feed->socket, NNG_OPT_SENDBUF, FEED_SEND_QUEUE);
    (void)nng_socket_set_size(feed->socket, NNG_OPT_RECVMAXSZ, 64); /* nobody talks to a PUB */
    (void)nng_pipe_notify(feed->socket, NNG_PIPE_EV_ADD_POST, on_pipe, feed);
    (void)nng_pipe_notify(feed->socket, NNG_PIPE_EV_REM_POST, on_pipe, feed);
    *out = feed;
    return 0;
}

int feed_port_listen(struct feed_port *feed, const char *url, int *out_port, struct fault_text *why)
{
    nng_listener listener;
    *out_port = 0;
    int error = nng_listen(feed->socket, url, &listener, 0);
    if (error)
        return fault_say(why, ERR_CONNECT, "cannot publish on %.150s: %s", url,
                         nng_strerror(error));
    if (!strncmp(url, "tcp", 3))
        (void)nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, out_port);
    return 0;
}

void feed_port_close(struct feed_port *feed)
{
    if (!feed) return;
    if (feed->open) nng_close(feed->socket);
    feed_levels_destroy(feed->levels);
    free(feed->topics);
    free(feed->touched);
    free(feed);
}

/* ---- Messages ---- */

static struct topic *touch(struct feed_port *feed, uint16_t instrument)
{
    if (instrument >= feed->instruments) return NULL;
    struct topic *topic = &feed->topics[instrument];
    if (!topic->touched) {
        topic->touched = true;
        feed->touched[feed->touched_count++] = instrument;
    }
    return topic;
}

static nng_msg *begin_message(void)
{
    static const uint8_t head[WIRE_FEED_HEAD];
    nng_msg *message;
    if (nng_msg_alloc(&message, 0)) return NULL;
    if (nng_msg_append(message, head, sizeof head) == 0) return message;
    nng_msg_free(message);
    return NULL;
}

/* Fills the head in and hands the message to the socket, which never blocks: a subscriber that is
 * FEED_SEND_QUEUE behind loses it and will see the gap. */
static void send_message(struct feed_port *feed, uint16_t instrument, struct topic *topic,
                         bool snapshot)
{
    struct wire_feed head = {.instrument = instrument,
                             .count = (uint16_t)topic->count,
                             .snapshot = snapshot,
                             .epoch = feed->epoch,
                             .number = topic->number,
                             .sequence = topic->sequence,
                             .time_ns = feed->time_ns};
    size_t size = wire_feed_put(nng_msg_body(topic->message), WIRE_FEED_HEAD, &head);
    ASSERT(size == WIRE_FEED_HEAD);
    if (nng_sendmsg(feed->socket, topic->message, NNG_FLAG_NONBLOCK)) nng_msg_free(topic->message);
    topic->message = NULL;
    topic->count = 0;
}

static void put_event(struct feed_port *feed, uint16_t instrument, const struct event *event)
{
    struct topic *topic = touch(feed, instrument);
    uint8_t bytes[CODEC_EVENT_MAX];
    if (!topic || atomic_load_explicit(&feed->subscribers, memory_order_relaxed) <= 0) return;
    if (topic->count == FEED_EVENTS_MAX) {
        topic->number++;
        topic->sequence = feed->sequence;
        send_message(feed, instrument, topic, false);
    }
    if (!topic->message) topic->message = begin_message();
    size_t size = codec_event_put(bytes, sizeof bytes, event);
    ASSERT(size > 0);
    if (!topic->message || nng_msg_append(topic->message, bytes, size)) return; /* a gap shows it */
    topic->count++;
}

static void put_level(void *context, const struct feed_level *level)
{
    struct event_row_level row = {
        .head = {.type = EVENT_ROW_LEVEL, .size = sizeof row},
        .price = level->price,
        .qty = level->qty,
        .orders = level->orders,
        .instrument = level->instrument,
        .zone = level->zone,
        .side = level->side,
    };
    put_event(context, level->instrument, &row.head);
}

#define AS(type, event) ((const struct type *)(const void *)(event))

/* INSTRUMENT_NONE: the event belongs to no topic. */
static uint16_t instrument_of(const struct event *event)
{
    switch (event->type) {
#define OF(NAME, suffix)                                                                           \
    case EVENT_##NAME:                                                                             \
        return AS(event_##suffix, event)->instrument;
        OF(TRADE, trade)
        OF(PHASE, phase)
        OF(CALL, call)
        OF(CALL_FLOW, call_flow)
        OF(CLEARED, cleared)
        OF(LINK, link)
        OF(CLOSE, close)
        OF(INTERRUPTED, interrupted)
        OF(RENT, rent)
        OF(BLOCK_TRADE, block_trade)
        OF(BUSTED, busted)
        OF(PERMITTED, permitted)
        OF(SETTLED, settled)
        OF(STAGE, stage)
        OF(CONTAINED, contained)
        OF(SEED, seed)
        OF(RETIRED, retired)
#undef OF
    default:
        return INSTRUMENT_NONE;
    }
}

static void learn_instrument(struct feed_port *feed, const struct event *event)
{
    const struct event_named *named = AS(event_named, event);
    if (named->command != COMMAND_INSTRUMENT || named->id < feed->known) return;
    feed->known = named->id + 1;
    atomic_store_explicit(&feed->known_seen, feed->known, memory_order_relaxed);
}

/* What concerns every instrument. */
static void put_everywhere(struct feed_port *feed, const struct event *event)
{
    struct event_rules copy;
    if (!wire_feed_public(event, &copy.head)) return;
    for (uint32_t instrument = 0; instrument < feed->known; instrument++)
        put_event(feed, (uint16_t)instrument, &copy.head);
}

void feed_port_publish(struct feed_port *feed, const struct event_buffer *events, int64_t time_ns)
{
    union {
        struct event head;
        struct event_trade largest;
        uint8_t bytes[512];
    } copy;
    feed->time_ns = time_ns;
    for (const struct event *event = event_next(events, NULL); event;
         event = event_next(events, event)) {
        if (event->sequence > feed->sequence) feed->sequence = event->sequence;
        feed_levels_note(feed->levels, event);
        if (event->type == EVENT_NAMED) learn_instrument(feed, event);
        if (event->type == EVENT_RULES) put_everywhere(feed, event);
        uint16_t instrument = instrument_of(event);
        if (instrument == INSTRUMENT_NONE || !wire_feed_public(event, &copy.head)) continue;
        put_event(feed, instrument, &copy.head);
    }
    feed_levels_changes(feed->levels, put_level, feed);
    for (uint32_t i = 0; i < feed->touched_count; i++) {
        struct topic *topic = &feed->topics[feed->touched[i]];
        topic->touched = false;
        topic->number++;
        topic->sequence = feed->sequence;
        if (topic->message) send_message(feed, (uint16_t)feed->touched[i], topic, false);
    }
    feed->touched_count = 0;
}

void feed_port_send(struct feed_port *feed, const uint8_t *bytes, size_t size)
{
    nng_msg *message;
    if (nng_msg_alloc(&message, 0)) return; /* a gap shows it */
    if (nng_msg_append(message, bytes, size) ||
        nng_sendmsg(feed->socket, message, NNG_FLAG_NONBLOCK))
        nng_msg_free(message);
}

bool feed_port_heard(const struct feed_port *feed)
{
    return atomic_load_explicit(&feed->subscribers, memory_order_relaxed) > 0;
}

/* ---- Snapshots ---- */

static void send_snapshot(struct feed_port *feed, uint16_t instrument)
{
    struct topic *topic = &feed->topics[instrument];
    topic->message = begin_message();
    if (!topic->message) return;
    struct topic kept = *topic;
    feed_levels_book(feed->levels, instrument, FEED_LEVELS_MAX, put_level, feed);
    topic->number = kept.number;
    topic->sequence = feed->sequence; /* all of it is in the levels */
    if (topic->message) send_message(feed, instrument, topic, true);
    topic->touched = false;
    feed->touched_count = 0;
}

void feed_port_attend(struct feed_port *feed)
{
    uint32_t due = atomic_exchange_explicit(&feed->due, 0, memory_order_relaxed);
    for (; due && feed->known; due--) {
        feed->next_snapshot %= feed->known;
        send_snapshot(feed, (uint16_t)feed->next_snapshot++);
    }
}

bool feed_port_tick(struct feed_port *feed)
{
    uint32_t known = atomic_load_explicit(&feed->known_seen, memory_order_relaxed);
    if (!known || atomic_load(&feed->subscribers) <= 0) return false;
    uint32_t share = (known * TICK_MS + FEED_SNAPSHOT_MS - 1) / FEED_SNAPSHOT_MS;
    atomic_store_explicit(&feed->due, share, memory_order_relaxed);
    return true;
}
