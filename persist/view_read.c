/* view_read.c - rows of the view for readers; every value is checked before it is shown. */
#include "engine/assert.h"
#include "persist/bytes.h"
#include "persist/guard.h"
#include "persist/view_inside.h"
#include "proto/codec.h"
#include <inttypes.h>
#include <string.h>

#define ROW_BYTES 512 /* any event in memory */

struct decoded {
    const struct event *event; /* or */
    const struct command *command;
    _Alignas(8) uint8_t bytes[ROW_BYTES];
    struct command issue;
};

/* Needs: a checked value. */
static int decode(enum view_table table, const MDB_val *value, struct decoded *out,
                  struct fault_text *why)
{
    const uint8_t *at = value->mv_data;
    const uint8_t *row = at + VIEW_VALUE_HEAD;
    size_t size = value->mv_size - VIEW_VALUE_HEAD, used = 0;
    int fault;
    out->event = NULL;
    out->command = NULL;
    if (at[4] == VIEW_COMMAND) {
        fault = codec_command_get(row, size, &out->issue, &used);
        out->command = &out->issue;
    } else {
        struct event_buffer buffer = {.bytes = out->bytes, .capacity = sizeof out->bytes};
        fault = codec_event_get(row, size, &buffer, &used);
        out->event = (const struct event *)(const void *)out->bytes;
    }
    if (fault || used != size)
        return fault_say(why, ERR_MALFORMED, "view table %s: a row cannot be read",
                         view_table_name(table));
    return 0;
}

struct scan { /* one short read transaction with a cursor */
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key;
    MDB_val value;
    MDB_cursor_op operation;
    enum view_table table;
    int fault;
    struct fault_text *why;
};

static int scan_begin(struct view *view, enum view_table table, struct scan *scan,
                      struct fault_text *why)
{
    *scan = (struct scan){.table = table, .why = why};
    int code = view_begin_read(view, &scan->txn);
    if (code) return code;
    code = mdb_cursor_open(scan->txn, view->tables[table], &scan->cursor);
    if (code) mdb_txn_abort(scan->txn);
    return code;
}

static void scan_end(struct scan *scan)
{
    mdb_cursor_close(scan->cursor);
    mdb_txn_abort(scan->txn);
}

static int step_body(void *context)
{
    struct scan *scan = context;
    int code = mdb_cursor_get(scan->cursor, &scan->key, &scan->value, scan->operation);
    if (code) return code;
    scan->fault = view_check(scan->table, &scan->key, &scan->value, scan->why);
    return 0;
}

/* Moves the cursor and checks the value it is on. Returns an LMDB number; a wrong checksum is
 * scan->fault. */
static int scan_move(struct scan *scan, MDB_cursor_op operation)
{
    scan->operation = operation;
    return guard_call(step_body, scan);
}

/* To the first key >= from (8 bytes). */
static int scan_seek(struct scan *scan, uint64_t from)
{
    uint8_t key[8];
    bytes_key64(key, from);
    scan->key = (MDB_val){.mv_size = sizeof key, .mv_data = key};
    return scan_move(scan, MDB_SET_RANGE);
}

/* What both kinds of rows of the table have. */
struct sides {
    uint64_t n;
    uint32_t one;
    uint32_t other;
    uint16_t instrument;
};

static bool sides_of(const struct event *event, struct sides *out)
{
    const struct event_trade *trade = (const void *)event;
    const struct event_block_trade *block = (const void *)event;
    if (event->type == EVENT_TRADE)
        *out = (struct sides){trade->n, trade->maker_participant, trade->taker_participant,
                              trade->instrument};
    else if (event->type == EVENT_BLOCK_TRADE)
        *out = (struct sides){block->n, block->seller, block->buyer, block->instrument};
    else
        return false;
    return true;
}

static bool passes(const struct sides *sides, const struct view_filter *filter)
{
    if (filter->instrument != INSTRUMENT_NONE && filter->instrument != sides->instrument)
        return false;
    return filter->participant == PARTICIPANT_NONE || filter->participant == sides->one ||
           filter->participant == sides->other;
}

int view_trades(struct view *view, uint64_t from_n, uint32_t rows_max,
                const struct view_filter *filter, view_row *row, void *context, uint64_t *out_next,
                struct fault_text *why)
{
    struct scan scan;
    int code = scan_begin(view, VIEW_TRADES, &scan, why);
    if (code) return store_say(why, code, view->path, "cannot read the trades");
    uint64_t next = from_n;
    uint32_t given = 0, seen = 0;
    int result = 0;
    struct decoded row_bytes;
    code = scan_seek(&scan, from_n);
    while (code == 0 && given < rows_max && seen < VIEW_SCAN_MAX) {
        result = scan.fault ? scan.fault : decode(VIEW_TRADES, &scan.value, &row_bytes, why);
        if (result) break;
        struct sides sides;
        if (!sides_of(row_bytes.event, &sides)) {
            result = fault_say(why, ERR_MALFORMED, "view table trades: a row is no trade");
            break;
        }
        next = sides.n + 1;
        seen++;
        if (passes(&sides, filter)) {
            given++;
            result = row(context, row_bytes.event, NULL);
            if (result) break;
        }
        code = scan_move(&scan, MDB_NEXT);
    }
    scan_end(&scan);
    *out_next = next;
    if (result || code == 0 || code == MDB_NOTFOUND) return result;
    return store_say(why, code, view->path, "cannot read the trades");
}

int view_rows(struct view *view, enum view_table table, uint64_t from_sequence, uint32_t rows_max,
              view_row *row, void *context, struct fault_text *why)
{
    ASSERT(table > VIEW_TRADES && table < VIEW_META);
    struct scan scan;
    int code = scan_begin(view, table, &scan, why);
    if (code) return store_say(why, code, view->path, "cannot read the rows");
    bool numbered = table == VIEW_CALL_FILLS || table == VIEW_ALLOCATIONS;
    code = numbered ? scan_seek(&scan, from_sequence) : scan_move(&scan, MDB_FIRST);
    int result = 0;
    struct decoded row_bytes;
    for (uint32_t given = 0; code == 0 && given < rows_max; given++) {
        result = scan.fault ? scan.fault : decode(table, &scan.value, &row_bytes, why);
        if (result == 0) result = row(context, row_bytes.event, row_bytes.command);
        if (result) break;
        code = scan_move(&scan, MDB_NEXT);
    }
    scan_end(&scan);
    if (result || code == 0 || code == MDB_NOTFOUND) return result;
    return store_say(why, code, view->path, "cannot read the rows");
}

int view_order(struct view *view, uint64_t order_id, union view_order_row *out,
               struct fault_text *why)
{
    struct scan scan;
    int code = scan_begin(view, VIEW_ORDERS, &scan, why);
    if (code) return store_say(why, code, view->path, "cannot read the orders");
    uint8_t key[8];
    bytes_key64(key, order_id);
    scan.key = (MDB_val){.mv_size = sizeof key, .mv_data = key};
    code = scan_move(&scan, MDB_SET_KEY);
    struct decoded row = {.event = NULL};
    int fault = code ? 0 : scan.fault;
    if (code == 0 && fault == 0) fault = decode(VIEW_ORDERS, &scan.value, &row, why);
    scan_end(&scan);
    if (code == MDB_NOTFOUND)
        return fault_say(why, ERR_NOT_FOUND, "view table orders: no order %" PRIu64, order_id);
    if (code) return store_say(why, code, view->path, "cannot read the orders");
    if (fault) return fault;
    if (!row.event || (row.event->type != EVENT_ROW_OPEN && row.event->type != EVENT_ROW_OPEN_MORE))
        return fault_say(why, ERR_MALFORMED, "view table orders: a row is no order");
    memcpy(out, row.event, row.event->size);
    return 0;
}

int view_verify(struct view *view, enum view_table table, uint64_t *out_rows,
                struct fault_text *why)
{
    struct scan scan;
    int code = scan_begin(view, table, &scan, why);
    if (code) return store_say(why, code, view->path, "cannot read the rows");
    uint64_t rows = 0;
    int fault = 0;
    code = scan_move(&scan, MDB_FIRST);
    while (code == 0) {
        fault = scan.fault;
        if (fault) break;
        rows++;
        code = scan_move(&scan, MDB_NEXT);
    }
    scan_end(&scan);
    if (fault) return fault;
    if (code != MDB_NOTFOUND) return store_say(why, code, view->path, "cannot read the rows");
    *out_rows = rows;
    return 0;
}
