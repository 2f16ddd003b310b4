/* audit_view.c - see audit_view.h. */
#include "persist/audit_view.h"
#include "engine/assert.h"
#include "proto/codec.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_BYTES (1u << 16)
#define ORDERS_PAGE 256u /* rows of one look: they fit LOOK_BYTES */
_Static_assert(ORDERS_PAGE * sizeof(struct event_row_open_more) <= LOOK_BYTES, "a page fits");

uint64_t trade_number(const struct event *event)
{
    const struct event_trade *trade = (const void *)event;
    const struct event_block_trade *block = (const void *)event;
    if (event->type == EVENT_TRADE) return trade->n;
    return event->type == EVENT_BLOCK_TRADE ? block->n : 0;
}

int audit_view_open(struct audit_view *audit, const char *directory, struct audit_result *result)
{
    struct fault_text why;
    int fault = view_open_read(directory, &audit->view, &why);
    if (fault == ERR_NOT_FOUND || fault == ERR_VERSION) return 0; /* the next start makes it */
    if (fault) {
        result->text = why;
        return fault;
    }
    audit->state = *view_state(audit->view);
    result->view_present = true;
    result->view_index = audit->state.index;
    result->view_sequence = audit->state.sequence;
    return 0;
}

void audit_view_close(struct audit_view *audit)
{
    view_close(audit->view);
    audit->view = NULL;
}

static int take_trade(void *context, const struct event *row, const struct command *issue)
{
    struct audit_view *audit = context;
    (void)issue;
    ASSERT(audit->ahead < AUDIT_TRADES_AHEAD);
    memcpy(&audit->trades[audit->ahead++], row, row->size);
    return 0;
}

/* Rows in memory may differ in padding; their encodings may not. */
static bool same(const struct event *one, const struct event *other)
{
    uint8_t bytes[2][CODEC_EVENT_MAX];
    size_t size = codec_event_put(bytes[0], sizeof bytes[0], one);
    return size > 0 && size == codec_event_put(bytes[1], sizeof bytes[1], other) &&
           memcmp(bytes[0], bytes[1], size) == 0;
}

int audit_view_trade(struct audit_view *audit, const struct event *event, uint64_t n,
                     struct audit_result *result)
{
    if (!audit->view || n > audit->state.trades) return 0;
    if (audit->taken == audit->ahead) {
        audit->taken = audit->ahead = 0;
        const struct view_filter all = VIEW_ALL;
        uint64_t next;
        int fault = view_trades(audit->view, n, AUDIT_TRADES_AHEAD, &all, take_trade, audit, &next,
                                &result->text);
        if (fault) return fault;
    }
    const union audit_trade *row = &audit->trades[audit->taken];
    if (audit->taken == audit->ahead || trade_number(&row->head) != n)
        return fault_say(&result->text, ERR_GAP, "view table trades: trade %" PRIu64 " is missing",
                         n);
    audit->taken++;
    if (!same(&row->head, event))
        return fault_say(&result->text, ERR_CONFLICT,
                         "view table trades: trade %" PRIu64 " differs from the replay", n);
    result->view_trades++;
    return 0;
}

struct sums { /* of the rows of the view */
    const struct engine *engine;
    struct audit_result *result;
    int64_t units[INSTRUMENTS_MAX];
    int64_t cash;
};

static int check_account(void *context, const struct event *event, const struct command *issue)
{
    struct sums *sums = context;
    const struct event_row_account *row = (const void *)event;
    (void)issue;
    _Alignas(8) uint8_t bytes[8192];
    struct event_buffer rows = {.bytes = bytes, .capacity = sizeof bytes};
    bool cash_row = row->instrument == INSTRUMENT_NONE, found = false;
    const struct look_query query = {.look = LOOK_ACCOUNT,
                                     .instrument = cash_row ? 0 : row->instrument,
                                     .participant = row->participant};
    enum reason reason = engine_look(sums->engine, &query, &rows);
    for (const struct event *at = reason ? NULL : event_next(&rows, NULL); at && !found;
         at = event_next(&rows, at)) {
        const struct event_row_account *now = (const void *)at;
        if (at->type != EVENT_ROW_ACCOUNT) continue;
        if (cash_row)
            found = now->cash == row->cash && now->cash_held == row->cash_held;
        else
            found = now->zone == row->zone && now->free == row->free && now->held == row->held &&
                    now->locked == row->locked && now->surrendered == row->surrendered;
    }
    if (!found)
        return fault_say(&sums->result->text, ERR_CONFLICT,
                         "view table accounts: participant %" PRIu32
                         ", instrument %u, zone %u differs from the replay",
                         row->participant, row->instrument, row->zone);
    if (cash_row)
        sums->cash += row->cash + row->cash_held;
    else if (row->instrument < INSTRUMENTS_MAX)
        sums->units[row->instrument] += row->free + row->held + row->locked + row->surrendered;
    sums->result->view_accounts++;
    return 0;
}

/* No account is missing in the view: its rows add up to what the engine holds in all. */
static int check_sums(const struct sums *sums, struct event_buffer *rows)
{
    const struct look_query query = {.look = LOOK_RECONCILE, .instrument = INSTRUMENT_NONE};
    bool instruments = false; /* without any, no look has told the view about cash */
    rows->used = 0;
    if (engine_look(sums->engine, &query, rows) != REASON_NONE) return 0; /* said by the caller */
    for (const struct event *event = event_next(rows, NULL); event;
         event = event_next(rows, event)) {
        const struct event_row_units *units = (const void *)event;
        const struct event_row_cash *cash = (const void *)event;
        if (event->type == EVENT_ROW_UNITS) {
            instruments = true;
            int64_t held = units->free + units->held + units->locked + units->surrendered;
            if (held != sums->units[units->instrument])
                return fault_say(&sums->result->text, ERR_CONFLICT,
                                 "view table accounts: instrument %u adds up to %" PRId64
                                 ", the replay to %" PRId64,
                                 units->instrument, sums->units[units->instrument], held);
        }
        if (event->type == EVENT_ROW_CASH && instruments && cash->free + cash->held != sums->cash)
            return fault_say(&sums->result->text, ERR_CONFLICT,
                             "view table accounts: cash adds up to %" PRId64 ", the replay to "
                             "%" PRId64,
                             sums->cash, cash->free + cash->held);
    }
    return 0;
}

static int check_accounts(struct audit_view *audit, const struct engine *engine,
                          struct audit_result *result)
{
    struct sums *sums = calloc(1, sizeof *sums);
    size_t size = INSTRUMENTS_MAX * sizeof(struct event_row_units) + 4096;
    struct event_buffer rows = {.bytes = aligned_alloc(8, size), .capacity = size};
    int fault = 0;
    if (!sums || !rows.bytes) {
        fault = fault_say(&result->text, ERR_NO_MEMORY, "no memory for the sums");
    } else {
        sums->engine = engine;
        sums->result = result;
        fault = view_rows(audit->view, VIEW_ACCOUNTS, 0, UINT32_MAX, check_account, sums,
                          &result->text);
        if (fault == 0) fault = check_sums(sums, &rows);
    }
    free(rows.bytes);
    free(sums);
    return fault;
}

/* One participant's open orders, each looked up in the view. */
static int check_orders_of(struct audit_view *audit, const struct engine *engine,
                           uint32_t participant, uint64_t *orders, bool *out_known,
                           struct audit_result *result)
{
    _Alignas(8) uint8_t bytes[LOOK_BYTES];
    struct look_query query = {.look = LOOK_ORDERS,
                               .instrument = INSTRUMENT_NONE,
                               .participant = participant,
                               .rows_max = ORDERS_PAGE};
    for (uint32_t rows_seen = ORDERS_PAGE; rows_seen == ORDERS_PAGE; query.from += rows_seen) {
        struct event_buffer rows = {.bytes = bytes, .capacity = sizeof bytes};
        enum reason reason = engine_look(engine, &query, &rows);
        *out_known = reason != REASON_UNKNOWN_PARTICIPANT; /* ids have no gaps */
        if (!*out_known) return 0;
        if (reason != REASON_NONE)
            return fault_say(&result->text, ERR_CONFLICT, "orders of participant %" PRIu32 ": %s",
                             participant, reason_name(reason));
        rows_seen = 0;
        for (const struct event *event = event_next(&rows, NULL); event;
             event = event_next(&rows, event)) {
            const struct event_row_open *open = (const void *)event;
            union view_order_row stored;
            rows_seen++; /* both kinds of rows begin with the id */
            int fault = view_order(audit->view, open->order_id, &stored, &result->text);
            if (fault) return fault;
            if (!same(&stored.head, event))
                return fault_say(&result->text, ERR_CONFLICT,
                                 "view table orders: order %" PRIu64 " differs from the replay",
                                 open->order_id);
            ++*orders;
        }
    }
    return 0;
}

static int check_orders(struct audit_view *audit, const struct engine *engine,
                        struct audit_result *result)
{
    uint64_t orders = 0, rows = 0;
    int fault = 0;
    bool known = true;
    for (uint32_t participant = 0; known && fault == 0; participant++)
        fault = check_orders_of(audit, engine, participant, &orders, &known, result);
    if (fault == 0) fault = view_verify(audit->view, VIEW_ORDERS, &rows, &result->text);
    if (fault) return fault;
    result->view_orders = rows;
    if (rows == orders) return 0;
    return fault_say(&result->text, ERR_CONFLICT,
                     "view table orders: %" PRIu64 " rows, the replay has %" PRIu64 " open orders",
                     rows, orders);
}

static bool moved(struct audit_view *audit)
{
    struct fault_text ignored;
    return view_refresh(audit->view, &ignored) != 0 ||
           view_state(audit->view)->index != audit->state.index;
}

int audit_view_entry(struct audit_view *audit, const struct engine *engine,
                     const struct entry_link *link, struct audit_result *result)
{
    if (!audit->view || link->index != audit->state.index) return 0;
    if (memcmp(audit->state.cluster, link->cluster, CLUSTER_BYTES) != 0 ||
        memcmp(audit->state.head, link->head, HASH_BYTES) != 0 ||
        audit->state.sequence != link->sequence)
        return fault_say(&result->text, ERR_CHAIN,
                         "the view was made from another journal entry %" PRIu64, link->index);
    if (result->view_trades != audit->state.trades)
        return fault_say(&result->text, ERR_CONFLICT,
                         "view table trades: %" PRIu64 " rows, the replay has %" PRIu64,
                         audit->state.trades, result->view_trades);
    if (moved(audit)) return 0;
    int fault = check_accounts(audit, engine, result);
    if (fault == 0) fault = check_orders(audit, engine, result);
    /* Beside a running server the tables may have moved on meanwhile: then they prove nothing. */
    if (moved(audit)) {
        result->view_accounts = result->view_orders = 0;
        return 0;
    }
    result->view_compared = fault == 0;
    return fault;
}
