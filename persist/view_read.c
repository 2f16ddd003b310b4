/* view_read.c - rows of the view for readers; every value is checked before it is shown. */
#include "engine/assert.h"
#include "persist/bytes.h"
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

static int decode(enum view_table table, const MDB_val *key, const MDB_val *value,
                  struct decoded *out, struct fault_text *why)
{
    int fault = view_check(table, key, value, why);
    if (fault) return fault;
    const uint8_t *at = value->mv_data;
    const uint8_t *row = at + VIEW_VALUE_HEAD;
    size_t size = value->mv_size - VIEW_VALUE_HEAD, used = 0;
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
};

static int scan_begin(struct view *view, enum view_table table, struct scan *scan)
{
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

/* To the first key >= from (8 bytes). */
static int scan_seek(struct scan *scan, uint64_t from)
{
    uint8_t key[8];
    bytes_key64(key, from);
    scan->key = (MDB_val){.mv_size = sizeof key, .mv_data = key};
    return mdb_cursor_get(scan->cursor, &scan->key, &scan->value, MDB_SET_RANGE);
}

static int scan_next(struct scan *scan)
{
    return mdb_cursor_get(scan->cursor, &scan->key, &scan->value, MDB_NEXT);
}

static bool passes(const struct event_trade *trade, const struct view_filter *filter)
{
    if (filter->instrument != INSTRUMENT_NONE && filter->instrument != trade->instrument)
        return false;
    return filter->participant == PARTICIPANT_NONE ||
           filter->participant == trade->maker_participant ||
           filter->participant == trade->taker_participant;
}

int view_trades(struct view *view, uint64_t from_n, uint32_t rows_max,
                const struct view_filter *filter, view_row *row, void *context, uint64_t *out_next,
                struct fault_text *why)
{
    struct scan scan;
    int code = scan_begin(view, VIEW_TRADES, &scan);
    if (code) return store_say(why, code, view->path, "cannot read the trades");
    uint64_t next = from_n;
    uint32_t given = 0, seen = 0;
    int result = 0;
    struct decoded row_bytes;
    code = scan_seek(&scan, from_n);
    while (code == 0 && given < rows_max && seen < VIEW_SCAN_MAX) {
        result = decode(VIEW_TRADES, &scan.key, &scan.value, &row_bytes, why);
        if (result) break;
        if (row_bytes.event->type != EVENT_TRADE) {
            result = fault_say(why, ERR_MALFORMED, "view table trades: a row is no trade");
            break;
        }
        const struct event_trade *trade = (const void *)row_bytes.event;
        next = trade->n + 1;
        seen++;
        if (passes(trade, filter)) {
            given++;
            result = row(context, row_bytes.event, NULL);
            if (result) break;
        }
        code = scan_next(&scan);
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
    int code = scan_begin(view, table, &scan);
    if (code) return store_say(why, code, view->path, "cannot read the rows");
    bool numbered = table == VIEW_CALL_FILLS || table == VIEW_ALLOCATIONS;
    code = numbered ? scan_seek(&scan, from_sequence)
                    : mdb_cursor_get(scan.cursor, &scan.key, &scan.value, MDB_FIRST);
    int result = 0;
    struct decoded row_bytes;
    for (uint32_t given = 0; code == 0 && given < rows_max; given++) {
        result = decode(table, &scan.key, &scan.value, &row_bytes, why);
        if (result == 0) result = row(context, row_bytes.event, row_bytes.command);
        if (result) break;
        code = scan_next(&scan);
    }
    scan_end(&scan);
    if (result || code == 0 || code == MDB_NOTFOUND) return result;
    return store_say(why, code, view->path, "cannot read the rows");
}

int view_order(struct view *view, uint64_t order_id, struct event_row_open *out,
               struct fault_text *why)
{
    uint8_t key_bytes[8];
    bytes_key64(key_bytes, order_id);
    MDB_val key = {.mv_size = sizeof key_bytes, .mv_data = key_bytes}, value;
    MDB_txn *txn;
    int code = view_begin_read(view, &txn);
    if (code) return store_say(why, code, view->path, "cannot read the orders");
    code = mdb_get(txn, view->tables[VIEW_ORDERS], &key, &value);
    struct decoded row;
    int fault = code ? 0 : decode(VIEW_ORDERS, &key, &value, &row, why);
    mdb_txn_abort(txn);
    if (code == MDB_NOTFOUND)
        return fault_say(why, ERR_NOT_FOUND, "view table orders: no order %" PRIu64, order_id);
    if (code) return store_say(why, code, view->path, "cannot read the orders");
    if (fault) return fault;
    if (!row.event || row.event->type != EVENT_ROW_OPEN)
        return fault_say(why, ERR_MALFORMED, "view table orders: a row is no order");
    memcpy(out, row.event, sizeof *out);
    return 0;
}

int view_verify(struct view *view, enum view_table table, uint64_t *out_rows,
                struct fault_text *why)
{
    struct scan scan;
    int code = scan_begin(view, table, &scan);
    if (code) return store_say(why, code, view->path, "cannot read the rows");
    uint64_t rows = 0;
    int fault = 0;
    code = mdb_cursor_get(scan.cursor, &scan.key, &scan.value, MDB_FIRST);
    while (code == 0) {
        fault = view_check(table, &scan.key, &scan.value, why);
        if (fault) break;
        rows++;
        code = scan_next(&scan);
    }
    scan_end(&scan);
    if (fault) return fault;
    if (code != MDB_NOTFOUND) return store_say(why, code, view->path, "cannot read the rows");
    *out_rows = rows;
    return 0;
}
