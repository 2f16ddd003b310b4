/* view_flush.c - one bulk transaction with everything noted since the last one.
 *
 * The notes stay until the commit has succeeded, so a full map is simply: abort, grow, again.
 */
#include "engine/assert.h"
#include "persist/bytes.h"
#include "persist/view_inside.h"
#include "proto/codec.h"
#include <inttypes.h>
#include <string.h>

#define LOOK_BYTES 8192 /* the account rows of one participant in all zones */
_Static_assert(LOOK_BYTES >= (ZONES_MAX + 1) * sizeof(struct event_row_account), "rows fit");

struct flush {
    struct view *view;
    MDB_txn *txn;
    const struct engine *engine;
    struct fault_text *why;
    int fault; /* set when the failure is not an LMDB number */
};

static int put_bytes(struct flush *flush, enum view_table table, const uint8_t *key,
                     size_t key_size, const uint8_t *value, size_t size, unsigned flags)
{
    union {
        const uint8_t *in;
        void *out;
    } key_at = {.in = key}, value_at = {.in = value};
    MDB_val name = {.mv_size = key_size, .mv_data = key_at.out};
    MDB_val bytes = {.mv_size = size, .mv_data = value_at.out};
    return mdb_put(flush->txn, flush->view->tables[table], &name, &bytes, flags);
}

static int put_event(struct flush *flush, enum view_table table, const uint8_t *key,
                     size_t key_size, const struct event *event)
{
    uint8_t value[VIEW_VALUE_MAX];
    size_t size = codec_event_put(value + VIEW_VALUE_HEAD, sizeof value - VIEW_VALUE_HEAD, event);
    ASSERT(size > 0);
    size = view_seal(value, table, key, key_size, VIEW_EVENT, size);
    return put_bytes(flush, table, key, key_size, value, size, 0);
}

static int put_rows(struct flush *flush)
{
    const struct view_notes *notes = &flush->view->notes;
    size_t used = 0;
    while (used < notes->rows_used) {
        const uint8_t *at = notes->rows + used;
        size_t key_size = at[1], size = bytes_get16(at + 2);
        int code = put_bytes(flush, (enum view_table)at[0], at + 4, key_size, at + 4 + key_size,
                             size, MDB_APPEND);
        if (code) return code;
        used += 4 + key_size + size;
    }
    return 0;
}

/* As it stands now: open, or its row goes (most came and went between two flushes). */
static int put_order(struct flush *flush, uint64_t order_id)
{
    _Alignas(8) uint8_t bytes[sizeof(struct event_row_open_more)];
    struct event_buffer row = {.bytes = bytes, .capacity = sizeof bytes};
    uint8_t key[8];
    bytes_key64(key, order_id);
    if (engine_order_row(flush->engine, order_id, &row))
        return put_event(flush, VIEW_ORDERS, key, sizeof key, event_next(&row, NULL));
    MDB_val name = {.mv_size = sizeof key, .mv_data = key};
    int code = mdb_del(flush->txn, flush->view->tables[VIEW_ORDERS], &name, NULL);
    return code == MDB_NOTFOUND ? 0 : code;
}

static int put_orders(struct flush *flush)
{
    const struct view_notes *notes = &flush->view->notes;
    for (uint32_t i = 0; i < notes->orders.used; i++) {
        int code = put_order(flush, notes->orders.keys[i]);
        if (code) return code;
    }
    return 0;
}

/* Cash under INSTRUMENT_NONE, ZONE_NONE. */
static int put_cash(struct flush *flush, const struct event_row_account *row)
{
    struct event_row_account cash = {.head = row->head,
                                     .cash = row->cash,
                                     .cash_held = row->cash_held,
                                     .participant = row->participant,
                                     .instrument = INSTRUMENT_NONE,
                                     .zone = ZONE_NONE};
    uint8_t key[VIEW_KEY_MAX];
    size_t size = view_account_key(key, row->participant, INSTRUMENT_NONE, ZONE_NONE);
    return put_event(flush, VIEW_ACCOUNTS, key, size, &cash.head);
}

/* A look leaves out empty holdings outside the own zone: their rows go. */
static int drop_empty(struct flush *flush, uint32_t participant, uint16_t instrument,
                      uint32_t zones_shown)
{
    MDB_cursor *cursor;
    int code = mdb_cursor_open(flush->txn, flush->view->tables[VIEW_ACCOUNTS], &cursor);
    if (code) return code;
    uint8_t bytes[VIEW_KEY_MAX];
    size_t size = view_account_key(bytes, participant, instrument, 0);
    MDB_val key = {.mv_size = size, .mv_data = bytes}, value;
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (code == 0 && key.mv_size == size && memcmp(key.mv_data, bytes, size - 1) == 0) {
        uint8_t zone = ((const uint8_t *)key.mv_data)[size - 1];
        if (zone >= ZONES_MAX || !(zones_shown >> zone & 1)) code = mdb_cursor_del(cursor, 0);
        if (code == 0) code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Looks at one account and writes it: the cash, and the units of one instrument. */
static int put_account(struct flush *flush, uint32_t participant, uint16_t instrument)
{
    _Alignas(8) uint8_t bytes[LOOK_BYTES];
    struct event_buffer rows = {.bytes = bytes, .capacity = sizeof bytes};
    bool only_cash = instrument == INSTRUMENT_NONE;
    /* Every row of a look tells the cash; instrument 0 is as good as any. */
    struct look_query query = {
        .look = LOOK_ACCOUNT, .instrument = only_cash ? 0 : instrument, .participant = participant};
    if (engine_look(flush->engine, &query, &rows) != REASON_NONE) return 0; /* no instrument yet */
    const struct event *first = event_next(&rows, NULL);
    if (!first) return 0;
    int code = put_cash(flush, (const void *)first);
    if (only_cash) return code;
    uint32_t zones_shown = 0;
    for (const struct event *event = first; event && code == 0; event = event_next(&rows, event)) {
        struct event_row_account row = *(const struct event_row_account *)(const void *)event;
        uint8_t key[VIEW_KEY_MAX];
        size_t size = view_account_key(key, participant, instrument, row.zone);
        row.cash = row.cash_held = 0;
        zones_shown |= UINT32_C(1) << row.zone;
        code = put_event(flush, VIEW_ACCOUNTS, key, size, &row.head);
    }
    return code ? code : drop_empty(flush, participant, instrument, zones_shown);
}

/* The first instrument makes looks at accounts possible: cash noted before it is written now. */
static int put_all_cash(struct flush *flush)
{
    struct look_query query = {.look = LOOK_ACCOUNT, .instrument = 0};
    int code = 0;
    for (; code == 0; query.participant++) {
        _Alignas(8) uint8_t bytes[LOOK_BYTES];
        struct event_buffer rows = {.bytes = bytes, .capacity = sizeof bytes};
        if (engine_look(flush->engine, &query, &rows) != REASON_NONE) return 0; /* the last one */
        const struct event *first = event_next(&rows, NULL);
        if (first) code = put_cash(flush, (const void *)first);
    }
    return code;
}

/* Every account the table knows, because something touched all of them. */
static int put_known_accounts(struct flush *flush)
{
    MDB_cursor *cursor;
    int code = mdb_cursor_open(flush->txn, flush->view->tables[VIEW_ACCOUNTS], &cursor);
    if (code) return code;
    MDB_val key, value;
    uint32_t participant = PARTICIPANT_NONE;
    uint16_t instrument = INSTRUMENT_NONE;
    code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    while (code == 0) {
        uint8_t at[7];
        if (key.mv_size != sizeof at) {
            code = MDB_CORRUPTED;
            break;
        }
        memcpy(at, key.mv_data, sizeof at); /* the put below may move the page */
        if (participant != bytes_of_key32(at) || instrument != bytes_of_key16(at + 4)) {
            participant = bytes_of_key32(at);
            instrument = bytes_of_key16(at + 4);
            code = put_account(flush, participant, instrument);
            if (code) break;
        }
        key = (MDB_val){.mv_size = sizeof at, .mv_data = at};
        code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        bool still = code == 0 && key.mv_size == sizeof at && !memcmp(key.mv_data, at, sizeof at);
        if (still) code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* A strip's units lie in the accounts of its legs. */
static int put_account_and_legs(struct flush *flush, uint32_t participant, uint16_t instrument)
{
    uint16_t leg[STRIP_LEGS_MAX];
    int code = put_account(flush, participant, instrument);
    uint8_t legs = instrument == INSTRUMENT_NONE ? 0 : engine_legs(flush->engine, instrument, leg);
    for (uint8_t i = 0; i < legs && code == 0; i++)
        code = put_account(flush, participant, leg[i]);
    return code;
}

/* The winners' units, of the instrument the auction is of. */
static int put_awards(struct flush *flush)
{
    const struct note_index *awards = &flush->view->notes.awards;
    int code = 0;
    for (uint32_t i = 0; i < awards->used && code == 0; i++) {
        _Alignas(8) uint8_t bytes[512];
        struct event_buffer rows = {.bytes = bytes, .capacity = sizeof bytes};
        const struct look_query query = {.look = LOOK_AUCTION,
                                         .auction = (uint32_t)awards->keys[i],
                                         .instrument = INSTRUMENT_NONE,
                                         .rows_max = 1};
        if (engine_look(flush->engine, &query, &rows) != REASON_NONE) continue;
        const struct event *row = event_next(&rows, NULL);
        if (!row) continue;
        uint16_t instrument =
            row->type == EVENT_ROW_OFFER
                ? ((const struct event_row_offer *)(const void *)row)->instrument
                : ((const struct event_row_auction *)(const void *)row)->instrument;
        code = put_account_and_legs(flush, (uint32_t)(awards->keys[i] >> 32), instrument);
    }
    return code;
}

static int put_accounts(struct flush *flush)
{
    const struct view_notes *notes = &flush->view->notes;
    int code = notes->all_accounts ? put_known_accounts(flush) : 0;
    if (code == 0 && notes->first_instrument) code = put_all_cash(flush);
    for (uint32_t i = 0; i < notes->accounts.used && code == 0; i++) {
        uint64_t key = notes->accounts.keys[i];
        code = put_account_and_legs(flush, (uint32_t)(key >> 16), (uint16_t)key);
    }
    return code ? code : put_awards(flush);
}

static int put_state(struct flush *flush, const struct view_state *state)
{
    uint8_t value[VIEW_VALUE_HEAD + VIEW_STATE_BYTES];
    const MDB_val key = view_state_key();
    size_t size = view_state_put(value, state);
    return put_bytes(flush, VIEW_META, key.mv_data, key.mv_size, value, size, 0);
}

/* One try. Returns an LMDB number. */
static int write_once(struct flush *flush, const struct view_state *state)
{
    int code = mdb_txn_begin(flush->view->env, NULL, 0, &flush->txn);
    if (code) return code;
    code = put_rows(flush);
    if (code == 0) code = put_orders(flush);
    if (code == 0) code = put_accounts(flush);
    if (code == 0) code = put_state(flush, state);
    if (code) {
        mdb_txn_abort(flush->txn);
        return code;
    }
    return mdb_txn_commit(flush->txn);
}

int view_flush(struct view *view, const struct engine *engine, const struct view_state *state,
               struct fault_text *why)
{
    ASSERT(view->writer);
    ASSERT(state->index >= view->state.index);
    struct view_state next = *state;
    next.schema = VIEW_SCHEMA;
    memcpy(next.cluster, view->state.cluster, CLUSTER_BYTES);
    next.trades = view->state.trades + view->notes.trades;
    struct flush flush = {.view = view, .engine = engine, .why = why};
    int code = write_once(&flush, &next);
    while (code == MDB_MAP_FULL) {
        /* No transaction is open in this process: only this thread uses the environment. */
        view->map_bytes *= 2;
        code = mdb_env_set_mapsize(view->env, view->map_bytes);
        if (code == 0) code = write_once(&flush, &next);
    }
    if (flush.fault) return flush.fault;
    if (code) return store_say(why, code, view->path, "cannot write the view");
    view->state = next;
    view_notes_clear(&view->notes);
    if (engine && !engine_pending(engine)) view->notes.wide = false;
    return 0;
}
