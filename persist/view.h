/* view.h - tables for readers, written by the shadow alone, rebuildable from the journal.
 *
 * DATA/view is one LMDB environment. Keys are big-endian. A value is
 *   OFFSET  SIZE  FIELD (little-endian)
 *        0     4  CRC32C of the table's number (1 byte), the key and every byte that follows
 *        4     1  1: a command in journal form, 2: an event, 3: the state below
 *        5     n  the row, as in proto/codec.h
 *   TABLE        KEY                                    ROW
 *   trades       n u64                                  TRADE or BLOCK_TRADE
 *   call_fills   sequence u64, ordinal u32              CALL_FILL
 *   allocations  sequence u64, ordinal u32              an issue: the command; AWARD; what became
 *                                                       of a trade later: BUSTED, PERMITTED
 *   accounts     participant u32, instrument u16, zone  ROW_ACCOUNT with units only; under
 *                u8                                     INSTRUMENT_NONE, ZONE_NONE the cash only
 *   orders       order id u64                           ROW_OPEN or ROW_OPEN_MORE
 *   meta         "state"                                schema u32, cluster 16, index u64, sequence
 *                                                       u64, time_ns i64, trades u64, head 32
 * Accounts and orders are as of the state's sequence; the other tables grow and never change.
 *
 * Threads:    one for the writer. Other processes may read while the exchange runs: view_open_read.
 * Bound:      VIEW_PENDING_BYTES of rows and VIEW_DIRTY_MAX accounts and orders between two
 * flushes. Invariant:  a transaction holds whole journal entries; it is never ahead of the journal.
 */
#ifndef PERSIST_VIEW_H
#define PERSIST_VIEW_H
#include "engine/engine.h"
#include "persist/entry.h"

#define VIEW_SCHEMA 1
#define VIEW_PENDING_BYTES (8u << 20)
#define VIEW_DIRTY_MAX (1u << 16)
#define VIEW_MAP_BYTES (UINT64_C(256) << 20) /* first size of the map; it doubles when full */

enum view_table {
    VIEW_TRADES = 1,
    VIEW_CALL_FILLS,
    VIEW_ALLOCATIONS,
    VIEW_ACCOUNTS,
    VIEW_ORDERS,
    VIEW_META,
    VIEW_TABLES_END
};

struct view_state {
    uint32_t schema;
    uint8_t cluster[CLUSTER_BYTES];
    uint64_t index;           /* newest journal entry in the tables; 0: none */
    uint64_t sequence;        /* last command of it */
    int64_t time_ns;          /* of it */
    uint64_t trades;          /* rows of the table trades; their n are 1..trades */
    uint8_t head[HASH_BYTES]; /* hash of that entry */
};

struct view;

struct view_options {
    const char *directory; /* DATA */
    uint8_t cluster[CLUSTER_BYTES];
    uint64_t map_bytes; /* 0: VIEW_MAP_BYTES */
    bool verify;        /* read every value once at opening; a damaged view is rebuilt */
};

/* Writer. A view that is missing, damaged, of another schema or of another cluster is thrown away
 * and starts empty; *out_rebuilt then says so. Returns 0, ERR_DISK, ERR_DISK_FULL, ERR_NO_MEMORY.
 */
int view_open(const struct view_options *options, struct view **out, bool *out_rebuilt,
              struct fault_text *why);

/* Reader, also in another process. Returns 0, ERR_NOT_FOUND, ERR_VERSION, ERR_CHECKSUM, ERR_DISK.
 */
int view_open_read(const char *directory, struct view **out, struct fault_text *why);

void view_close(struct view *view); /* unflushed rows are dropped; NULL is allowed */

/* Throws all tables away and starts empty (the next replay fills them). Needs: writer. */
int view_reset(struct view *view, struct fault_text *why);

/* Last committed state; a reader's is as of its opening or last refresh. */
const struct view_state *view_state(const struct view *view);
int view_refresh(struct view *view, struct fault_text *why);

/* Takes note of one command and its events. Returns 0 or ERR_NO_MEMORY (then close the view: its
 * notes are incomplete, its tables are not harmed). */
int view_note(struct view *view, const struct command *command, const struct event_buffer *events);

/* True when a bound has been reached: flush before the next entry. */
bool view_full(const struct view *view);

/* Rows noted since the last flush. */
size_t view_pending(const struct view *view);

/* Writes everything noted in one transaction; accounts come from looks at `engine`, which must
 * stand at state->sequence. The map grows when it is full. Returns 0, ERR_DISK, ERR_DISK_FULL,
 * ERR_CHECKSUM: nothing was written then and all notes are kept. `state->schema`, `cluster` and
 * `trades` are filled in by the view. */
int view_flush(struct view *view, const struct engine *engine, const struct view_state *state,
               struct fault_text *why);

/* One row: `row` is decoded (event.h); an issue has row NULL and command set. Not 0: stop, and that
 * value is returned. */
typedef int view_row(void *context, const struct event *row, const struct command *issue);

struct view_filter {      /* the NONE values let everything through */
    uint32_t participant; /* on either side of a trade */
    uint16_t instrument;
};
#define VIEW_ALL                                                                                   \
    ((struct view_filter){.participant = PARTICIPANT_NONE, .instrument = INSTRUMENT_NONE})

/* Trades with n >= from_n, at most rows_max that pass the filter and VIEW_SCAN_MAX looked at.
 * *out_next is where to go on; past the last trade when all were seen. Returns 0, ERR_CHECKSUM,
 * ERR_DISK, or what `row` returned. */
#define VIEW_SCAN_MAX 100000u
int view_trades(struct view *view, uint64_t from_n, uint32_t rows_max,
                const struct view_filter *filter, view_row *row, void *context, uint64_t *out_next,
                struct fault_text *why);

/* All rows of a table whose sequence is >= from_sequence (call fills, allocations), or all
 * (accounts, orders; from_sequence 0). At most rows_max. */
int view_rows(struct view *view, enum view_table table, uint64_t from_sequence, uint32_t rows_max,
              view_row *row, void *context, struct fault_text *why);

union view_order_row { /* the head's type says which; both begin alike */
    struct event head;
    struct event_row_open open;
    struct event_row_open_more more;
};

/* One open order. Returns 0, ERR_NOT_FOUND, ERR_CHECKSUM, ERR_MALFORMED, ERR_DISK. */
int view_order(struct view *view, uint64_t order_id, union view_order_row *out,
               struct fault_text *why);

/* Rows of a table; reads every value and checks its checksum. */
int view_verify(struct view *view, enum view_table table, uint64_t *out_rows,
                struct fault_text *why);
#endif
