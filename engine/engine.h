/* engine.h - the only door of the exchange's rules: same commands in, same events out.
 *
 * Owns:       one block of memory the caller gives at init; nothing is allocated afterwards.
 * Time:       none but command.time_ns. No clock, float, thread, file, random number or hash-order
 *             walk; a test reads the library's undefined symbols.
 * Threads:    one thread at a time; different engines are independent.
 * Invariant:  between calls: market.md section 12, items 1 to 3.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H
#include "engine/command.h"
#include "engine/event.h"
#include "engine/reason.h"

struct engine;

/* The defaults of every capacity (about 100 MB in all). */
struct engine_limits engine_limits_default(void);

/* Fills zero fields with defaults and says whether all are inside the bounds of limits.h. */
bool engine_limits_complete(struct engine_limits *limits);

/* Bytes engine_init needs; the memory must be zeroed and 64-byte aligned (mmap does both). */
size_t engine_memory(const struct engine_limits *limits);

/* Needs: complete limits; `memory` of engine_memory() zero bytes, borrowed for the engine's life.
 */
struct engine *engine_init(void *memory, size_t size, const struct engine_limits *limits);

/* The most bytes of events one command can produce under these limits. Large and touched only when
 * needed: reserve it with mmap. */
size_t engine_events_max(const struct engine_limits *limits);

/* Applies one command and appends its events (at least one: ACCEPTED, REJECTED, DONE, NAMED, PHASE,
 * CANCELLED or REPLACED comes first).
 * Needs: command->sequence == engine_sequence() + 1, time_ns not below the last one (asserted),
 *        role and type inside their enums; all other fields may be anything.
 *        out->capacity - out->used >= engine_events_max() of the limits (asserted as it is used).
 */
void engine_apply(struct engine *engine, const struct command *command, struct event_buffer *out);

uint64_t engine_sequence(const struct engine *engine); /* of the last command; 0 at start */
int64_t engine_time(const struct engine *engine);      /* of the last command; 0 at start */
int32_t engine_day(const struct engine *engine);       /* trading day; 0 before the first `day` */
uint64_t engine_trades(const struct engine *engine);   /* trades so far */
const struct engine_limits *engine_limits_of(const struct engine *engine);

/* Ids of names; the *_NONE value when nobody has that name. */
uint8_t engine_find_zone(const struct engine *engine, const struct name *name);
uint16_t engine_find_instrument(const struct engine *engine, const struct name *name);
uint32_t engine_find_participant(const struct engine *engine, const struct name *name);
uint32_t engine_find_auction(const struct engine *engine, const struct name *name);

/* Looks: append ROW_* records, change nothing. They return REASON_NONE or why there is no answer.
 * `from` and the returned count let a caller page where a look may be long. */
enum look {
    LOOK_BOOK = 1,
    LOOK_ACCOUNT,
    LOOK_ORDERS,
    LOOK_FUND,
    LOOK_BALANCE,
    LOOK_RECONCILE,
    LOOK_AUCTION,
    LOOK_DIRECTORY,
    LOOK_INDICATIVE = 16, /* numbers below are taken by questions only a server answers */
    LOOK_PRICES,
    LOOK_HOLDERS, /* `from`: only groups with at least so many ppm */
    LOOK_TERMS,
    LOOK_GATES,
    LOOK_BLOCKS,
    LOOK_JOBS
};

struct look_query {
    uint8_t look;        /* enum look */
    uint8_t zone;        /* BOOK; BALANCE: from zone */
    uint8_t to_zone;     /* BALANCE */
    uint8_t local;       /* BOOK: 1: with the other zones' orders as this zone sees them */
    uint16_t instrument; /* BOOK, ACCOUNT, FUND, BALANCE; RECONCILE: INSTRUMENT_NONE = all + cash */
    uint32_t participant; /* ACCOUNT, ORDERS */
    uint32_t auction;     /* AUCTION; AUCTION_NONE: all */
    uint32_t rows_max;    /* BOOK: levels per side; DIRECTORY and others: rows; 0: all that fit */
    uint64_t from;        /* ORDERS, DIRECTORY: skip this many rows */
};

enum reason engine_look(const struct engine *engine, const struct look_query *query,
                        struct event_buffer *out);

/* One order as LOOK_ORDERS shows it, appended to `out`. False: it neither rests nor waits as a stop
 * (or there is no room). */
bool engine_order_row(const struct engine *engine, uint64_t order_id, struct event_buffer *out);

/* The instruments a strip consists of; 0: it is none. */
uint8_t engine_legs(const struct engine *engine, uint16_t instrument, uint16_t out[STRIP_LEGS_MAX]);

/* Is a long command still being worked off? Then a STEP goes on with it; instruments it froze
 * answer FROZEN until it is done. See docs/decisions/0014. */
bool engine_pending(const struct engine *engine);
uint32_t engine_rule_set(const struct engine *engine); /* in force now */

/* Feeds the whole state, in id order and a fixed encoding, to `sink`; two engines with the same
 * state give the same bytes whatever their capacities. The digest is a hash of these bytes. */
typedef void engine_sink(void *context, const void *bytes, size_t size);
void engine_walk(const struct engine *engine, engine_sink *sink, void *context);

/* Checks every invariant of market.md section 12, items 1 to 3, over the whole state; asserts.
 * Slow: for tests, the simulator and audit. */
void engine_check(const struct engine *engine);
#endif
