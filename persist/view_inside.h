/* view_inside.h - the inside of struct view, shared by view.c, view_note.c, view_flush.c and
 * view_read.c only. */
#ifndef PERSIST_VIEW_INSIDE_H
#define PERSIST_VIEW_INSIDE_H
#include "persist/store.h"
#include "persist/view.h"
#include <lmdb.h>

#define VIEW_KEY_MAX 12
#define VIEW_VALUE_MAX 256 /* head and the largest row */
#define VIEW_VALUE_HEAD 5  /* CRC32C, then what follows: */
enum view_kind { VIEW_COMMAND = 1, VIEW_EVENT = 2, VIEW_STATE = 3 };

/* Open addressing from a 64-bit key to a place in an array; grows with its array. */
struct note_index {
    uint64_t *keys;       /* as many as items */
    uint32_t *slots;      /* place + 1; 0: free */
    uint32_t slots_count; /* a power of two */
    uint32_t used;
    uint32_t capacity;
};

struct view_notes {
    uint8_t *rows; /* table u8, key size u8, value size u16, key, value; append-only tables */
    size_t rows_used;
    size_t rows_capacity;
    size_t count;
    uint64_t trades;            /* rows of VIEW_TRADES among them */
    uint64_t sequence;          /* of the command noted last */
    uint32_t ordinal;           /* of its next call fill or award */
    struct note_index accounts; /* participant << 16 | instrument */
    struct note_index awards; /* participant << 32 | auction, also bundles: the instrument is its */
    struct note_index orders; /* public ids */
    bool first_instrument;    /* it was created: cash can be looked at from now on */
    bool all_accounts;        /* something touched all of them */
    bool wide;                /* steps may still touch all of them without saying so */
};

struct view {
    char path[STORE_PATH_MAX]; /* DATA/view */
    MDB_env *env;
    MDB_dbi tables[VIEW_TABLES_END];
    uint64_t map_bytes;
    bool writer;
    struct view_state state;
    struct view_notes notes;
};

/* Bytes of a value of `size` bytes behind the head; fills CRC and kind. */
size_t view_seal(uint8_t *value, enum view_table table, const uint8_t *key, size_t key_size,
                 enum view_kind kind, size_t size);

/* Checks a stored value. Returns 0, ERR_CHECKSUM. */
int view_check(enum view_table table, const MDB_val *key, const MDB_val *value,
               struct fault_text *why);

#define VIEW_STATE_BYTES 84
/* The name of the only row of VIEW_META. */
MDB_val view_state_key(void);
size_t view_state_put(uint8_t *value, const struct view_state *state);

const char *view_table_name(enum view_table table);
size_t view_account_key(uint8_t *out, uint32_t participant, uint16_t instrument, uint8_t zone);

/* Begins a read transaction, following a map grown by another process. Returns an LMDB number. */
int view_begin_read(struct view *view, MDB_txn **out);

void view_notes_deinit(struct view_notes *notes);
void view_notes_clear(struct view_notes *notes);
#endif
