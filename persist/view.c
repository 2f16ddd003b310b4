/* view.c - opens, verifies and throws away the view environment. */
#include "persist/view.h"
#include "engine/assert.h"
#include "persist/bytes.h"
#include "persist/checksum.h"
#include "persist/guard.h"
#include "persist/view_inside.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const table_names[VIEW_TABLES_END] = {
    [VIEW_TRADES] = "trades",           [VIEW_CALL_FILLS] = "call_fills",
    [VIEW_ALLOCATIONS] = "allocations", [VIEW_ACCOUNTS] = "accounts",
    [VIEW_ORDERS] = "orders",           [VIEW_META] = "meta",
};

const char *view_table_name(enum view_table table)
{
    ASSERT(table >= VIEW_TRADES && table < VIEW_TABLES_END);
    return table_names[table];
}

static uint32_t covered(enum view_table table, const void *key, size_t key_size,
                        const uint8_t *value, size_t size)
{
    uint8_t number = (uint8_t)table;
    uint32_t running = checksum_feed(CHECKSUM_START, &number, 1);
    running = checksum_feed(running, key, key_size);
    return checksum_end(checksum_feed(running, value + 4, size - 4));
}

size_t view_seal(uint8_t *value, enum view_table table, const uint8_t *key, size_t key_size,
                 enum view_kind kind, size_t size)
{
    value[4] = (uint8_t)kind;
    bytes_put32(value, covered(table, key, key_size, value, VIEW_VALUE_HEAD + size));
    return VIEW_VALUE_HEAD + size;
}

int view_check(enum view_table table, const MDB_val *key, const MDB_val *value,
               struct fault_text *why)
{
    const uint8_t *bytes = value->mv_data;
    if (value->mv_size >= VIEW_VALUE_HEAD &&
        bytes_get32(bytes) == covered(table, key->mv_data, key->mv_size, bytes, value->mv_size))
        return 0;
    char hex[2 * 16 + 1] = "";
    const uint8_t *at = key->mv_data;
    size_t shown = key->mv_size < 16 ? key->mv_size : 16;
    for (size_t i = 0; i < shown; i++) {
        hex[2 * i] = "0123456789abcdef"[at[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[at[i] & 15];
    }
    return fault_say(why, ERR_CHECKSUM, "view table %s, key %s: the checksum is wrong",
                     view_table_name(table), hex);
}

size_t view_account_key(uint8_t *out, uint32_t participant, uint16_t instrument, uint8_t zone)
{
    bytes_key32(out, participant);
    bytes_key16(out + 4, instrument);
    out[6] = zone;
    return 7;
}

MDB_val view_state_key(void)
{
    static char name[] = "state";
    return (MDB_val){.mv_size = sizeof name - 1, .mv_data = name};
}

size_t view_state_put(uint8_t *value, const struct view_state *state)
{
    uint8_t *at = value + VIEW_VALUE_HEAD;
    bytes_put32(at, state->schema);
    memcpy(at + 4, state->cluster, CLUSTER_BYTES);
    bytes_put64(at + 20, state->index);
    bytes_put64(at + 28, state->sequence);
    bytes_put64(at + 36, (uint64_t)state->time_ns);
    bytes_put64(at + 44, state->trades);
    memcpy(at + 52, state->head, HASH_BYTES);
    const MDB_val key = view_state_key();
    return view_seal(value, VIEW_META, key.mv_data, key.mv_size, VIEW_STATE, VIEW_STATE_BYTES);
}

int view_begin_read(struct view *view, MDB_txn **out)
{
    int code = mdb_txn_begin(view->env, NULL, MDB_RDONLY, out);
    if (code != MDB_MAP_RESIZED) return code;
    code = mdb_env_set_mapsize(view->env, 0); /* another process has grown it: take its size */
    return code ? code : mdb_txn_begin(view->env, NULL, MDB_RDONLY, out);
}

struct state_look { /* one guarded read of the state */
    struct view *view;
    MDB_txn *txn;
    struct fault_text *why;
    int fault;
    size_t size;
    uint8_t bytes[VIEW_VALUE_HEAD + VIEW_STATE_BYTES];
};

static int state_body(void *context)
{
    struct state_look *look = context;
    MDB_val key = view_state_key(), value;
    int code = mdb_get(look->txn, look->view->tables[VIEW_META], &key, &value);
    if (code) return code;
    look->fault = view_check(VIEW_META, &key, &value, look->why);
    look->size = value.mv_size;
    memcpy(look->bytes, value.mv_data,
           value.mv_size < sizeof look->bytes ? value.mv_size : sizeof look->bytes);
    return 0;
}

/* Returns 0, ERR_NOT_FOUND, ERR_VERSION, ERR_CHECKSUM, ... */
static int read_state(struct view *view, MDB_txn *txn, struct fault_text *why)
{
    struct state_look look = {.view = view, .txn = txn, .why = why};
    int code = guard_call(state_body, &look);
    if (code == MDB_NOTFOUND)
        return fault_say(why, ERR_NOT_FOUND, "%s: the view has no state", view->path);
    if (code) return store_say(why, code, view->path, "cannot read the state");
    if (look.fault) return look.fault;
    const uint8_t *at = look.bytes + VIEW_VALUE_HEAD;
    uint32_t schema = look.size >= VIEW_VALUE_HEAD + 4 ? bytes_get32(at) : 0;
    if (schema != VIEW_SCHEMA || look.size != sizeof look.bytes)
        return fault_say(why, ERR_VERSION, "%s: schema %u, this program has schema %d", view->path,
                         schema, VIEW_SCHEMA);
    view->state.schema = schema;
    memcpy(view->state.cluster, at + 4, CLUSTER_BYTES);
    view->state.index = bytes_get64(at + 20);
    view->state.sequence = bytes_get64(at + 28);
    view->state.time_ns = (int64_t)bytes_get64(at + 36);
    view->state.trades = bytes_get64(at + 44);
    memcpy(view->state.head, at + 52, HASH_BYTES);
    return 0;
}

int view_refresh(struct view *view, struct fault_text *why)
{
    MDB_txn *txn;
    int code = view_begin_read(view, &txn);
    if (code) return store_say(why, code, view->path, "cannot read the state");
    int fault = read_state(view, txn, why);
    mdb_txn_abort(txn);
    return fault;
}

struct tables_open { /* all handles, guarded */
    struct view *view;
    MDB_txn *txn;
};

static int tables_body(void *context)
{
    struct tables_open *open = context;
    int code = 0;
    for (int table = VIEW_TRADES; table < VIEW_TABLES_END && code == 0; table++)
        code = mdb_dbi_open(open->txn, table_names[table], open->view->writer ? MDB_CREATE : 0,
                            &open->view->tables[table]);
    return code;
}

static int open_tables(struct view *view, struct fault_text *why)
{
    MDB_txn *txn;
    int code = view->writer ? mdb_txn_begin(view->env, NULL, 0, &txn) : view_begin_read(view, &txn);
    if (code) return store_say(why, code, view->path, "cannot open the tables");
    struct tables_open open = {.view = view, .txn = txn};
    code = guard_call(tables_body, &open);
    int fault = 0;
    if (code == MDB_NOTFOUND)
        fault = fault_say(why, ERR_NOT_FOUND, "%s: a table is missing", view->path);
    else if (code)
        fault = store_say(why, code, view->path, "cannot open the tables");
    if (fault == 0) fault = read_state(view, txn, why);
    if (fault && fault != ERR_NOT_FOUND) {
        mdb_txn_abort(txn);
        return fault;
    }
    code = mdb_txn_commit(txn); /* keeps the handles */
    return fault || code == 0 ? fault : store_say(why, code, view->path, "cannot open the tables");
}

static int open_env(struct view *view, struct fault_text *why)
{
    if (view->writer && mkdir(view->path, 0700) && errno != EEXIST)
        return store_say(why, errno, view->path, "cannot make the directory");
    int code = mdb_env_create(&view->env);
    if (code) return store_say(why, code, view->path, "cannot open");
    code = mdb_env_set_maxdbs(view->env, VIEW_TABLES_END);
    if (code == 0 && view->writer) code = mdb_env_set_mapsize(view->env, view->map_bytes);
    if (code == 0)
        code = guard_env_open(view->env, view->path, MDB_NOTLS | (view->writer ? 0 : MDB_RDONLY));
    return code ? store_say(why, code, view->path, "cannot open") : 0;
}

static void close_env(struct view *view)
{
    if (view->env) mdb_env_close(view->env);
    view->env = NULL;
}

/* A file that lost its end would be answered with SIGBUS: LMDB maps what its meta page promises. */
static int check_length(struct view *view, struct fault_text *why)
{
    char path[STORE_PATH_MAX];
    struct stat found;
    int fault = store_path(path, view->path, "data.mdb");
    if (fault) return fault_say(why, fault, "%s: the path is too long", view->path);
    if (stat(path, &found)) return store_say(why, errno, path, "cannot open");
    MDB_envinfo info;
    MDB_stat numbers;
    mdb_env_info(view->env, &info);
    mdb_env_stat(view->env, &numbers);
    if ((uint64_t)found.st_size / numbers.ms_psize > info.me_last_pgno) return 0;
    if (info.me_last_pgno <= 1) return 0; /* only the metas yet */
    return fault_say(why, ERR_CHECKSUM, "%s: the file was cut off", path);
}

static int verify_all(struct view *view, struct fault_text *why)
{
    for (int table = VIEW_TRADES; table < VIEW_META; table++) {
        uint64_t rows;
        int fault = view_verify(view, (enum view_table)table, &rows, why);
        if (fault) return fault;
        if (table == VIEW_TRADES && rows != view->state.trades)
            return fault_say(why, ERR_GAP, "view table trades has %llu rows, its state says %llu",
                             (unsigned long long)rows, (unsigned long long)view->state.trades);
    }
    return 0;
}

/* Writes the state of an empty view, so that a reader finds something to say. */
static int write_first_state(struct view *view, const uint8_t *cluster, struct fault_text *why)
{
    memset(&view->state, 0, sizeof view->state);
    view->state.schema = VIEW_SCHEMA;
    memcpy(view->state.cluster, cluster, CLUSTER_BYTES);
    return view_flush(view, NULL, &view->state, why);
}

static int remove_files(struct view *view, struct fault_text *why)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[STORE_PATH_MAX];
        int fault = store_path(path, view->path, names[i]);
        if (fault) return fault_say(why, fault, "%s: the path is too long", view->path);
        if (unlink(path) && errno != ENOENT)
            return store_say(why, errno, path, "cannot remove the damaged view");
    }
    return 0;
}

static int create(const char *directory, bool writer, uint64_t map_bytes, struct view **out,
                  struct fault_text *why)
{
    struct view *view = calloc(1, sizeof *view);
    if (!view) return fault_say(why, ERR_NO_MEMORY, "no memory for the view");
    view->writer = writer;
    view->notes.wide = true; /* what went on before is not known */
    view->map_bytes = map_bytes ? map_bytes : VIEW_MAP_BYTES;
    int fault = store_path(view->path, directory, "view");
    if (fault) {
        free(view);
        return fault_say(why, fault, "%s: the path is too long", directory);
    }
    *out = view;
    return 0;
}

static int open_fully(struct view *view, bool verify, struct fault_text *why)
{
    int fault = open_env(view, why);
    if (fault == 0) fault = check_length(view, why);
    if (fault == 0) fault = open_tables(view, why);
    if (fault == 0 && verify) fault = verify_all(view, why);
    return fault;
}

int view_reset(struct view *view, struct fault_text *why)
{
    ASSERT(view->writer);
    uint8_t cluster[CLUSTER_BYTES];
    memcpy(cluster, view->state.cluster, CLUSTER_BYTES);
    close_env(view);
    view_notes_clear(&view->notes);
    int fault = remove_files(view, why);
    if (fault == 0) fault = open_fully(view, false, why);
    if (fault == ERR_NOT_FOUND) fault = write_first_state(view, cluster, why);
    return fault;
}

int view_open(const struct view_options *options, struct view **out, bool *out_rebuilt,
              struct fault_text *why)
{
    struct view *view = NULL; /* gcc does not see that create() sets it */
    int fault = create(options->directory, true, options->map_bytes, &view, why);
    if (fault) return fault;
    fault = open_fully(view, options->verify, why);
    bool other = fault == 0 && memcmp(view->state.cluster, options->cluster, CLUSTER_BYTES) != 0;
    *out_rebuilt = false;
    if (fault == ERR_NOT_FOUND) {
        fault = write_first_state(view, options->cluster, why);
    } else if (other || fault == ERR_CHECKSUM || fault == ERR_VERSION || fault == ERR_GAP) {
        memcpy(view->state.cluster, options->cluster, CLUSTER_BYTES);
        fault = view_reset(view, why);
        *out_rebuilt = fault == 0;
    }
    if (fault) {
        view_close(view);
        return fault;
    }
    *out = view;
    return 0;
}

int view_open_read(const char *directory, struct view **out, struct fault_text *why)
{
    struct view *view = NULL; /* gcc does not see that create() sets it */
    int fault = create(directory, false, 0, &view, why);
    if (fault) return fault;
    fault = open_fully(view, false, why);
    if (fault) {
        view_close(view);
        return fault;
    }
    *out = view;
    return 0;
}

void view_close(struct view *view)
{
    if (!view) return;
    close_env(view);
    view_notes_deinit(&view->notes);
    free(view);
}

const struct view_state *view_state(const struct view *view)
{
    return &view->state;
}
