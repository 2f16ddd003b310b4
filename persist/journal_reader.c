/* journal_reader.c - reads committed entries, verifying every one.
 *
 * A read transaction is renewed and reset within one call and the value copied out, so no reader
 * ever keeps pages from being used again.
 */
#include "engine/assert.h"
#include "persist/guard.h"
#include "persist/journal_state.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct journal_reader {
    struct journal *journal;
    struct segment *segment; /* borrowed from the table; NULL before the first read */
    MDB_txn *txn;            /* of that segment; reset between calls */
    struct entry_link link;  /* behind the entry read last */
    uint8_t *bytes;          /* the value read last */
    size_t bytes_size;
    size_t value_size;
};

int journal_segment_borrow(struct journal *journal, uint32_t number, struct segment **out,
                           struct fault_text *why)
{
    ASSERT(number >= 1 && number <= atomic_load(&journal->current));
    int fault = 0;
    pthread_mutex_lock(&journal->table_lock);
    struct segment *segment = atomic_load_explicit(&journal->table[number], memory_order_acquire);
    if (!segment) {
        fault = segment_open(journal->dir.journal, number, true, &segment, why);
        if (fault == 0)
            atomic_store_explicit(&journal->table[number], segment, memory_order_release);
    }
    if (fault == 0) {
        segment->readers++;
        *out = segment;
    }
    pthread_mutex_unlock(&journal->table_lock);
    return fault;
}

/* Under the lock. The journal thread never uses a segment below `current` again. */
static void close_if_idle(struct journal *journal, struct segment *segment)
{
    if (segment->readers > 0) return;
    if (segment->number >= atomic_load_explicit(&journal->current, memory_order_acquire)) return;
    atomic_store_explicit(&journal->table[segment->number], NULL, memory_order_release);
    segment_close(segment);
}

void journal_segment_return(struct journal *journal, struct segment *segment)
{
    pthread_mutex_lock(&journal->table_lock);
    ASSERT(segment->readers > 0);
    segment->readers--;
    close_if_idle(journal, segment);
    pthread_mutex_unlock(&journal->table_lock);
}

void journal_segment_sweep(struct journal *journal)
{
    uint32_t current = atomic_load_explicit(&journal->current, memory_order_acquire);
    pthread_mutex_lock(&journal->table_lock);
    for (uint32_t number = 1; number < current; number++) {
        struct segment *segment =
            atomic_load_explicit(&journal->table[number], memory_order_acquire);
        if (segment) close_if_idle(journal, segment);
    }
    pthread_mutex_unlock(&journal->table_lock);
}

int journal_reader_open(struct journal *journal, struct journal_reader **out)
{
    struct journal_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return ERR_NO_MEMORY;
    reader->journal = journal;
    memcpy(reader->link.cluster, journal->dir.cluster, CLUSTER_BYTES);
    *out = reader;
    return 0;
}

static void leave_segment(struct journal_reader *reader)
{
    if (reader->txn) mdb_txn_abort(reader->txn);
    reader->txn = NULL;
    if (reader->segment) journal_segment_return(reader->journal, reader->segment);
    reader->segment = NULL;
}

void journal_reader_close(struct journal_reader *reader)
{
    if (!reader) return;
    leave_segment(reader);
    free(reader->bytes);
    free(reader);
}

const struct entry_link *journal_reader_link(const struct journal_reader *reader)
{
    return &reader->link;
}

struct look { /* one mdb_get, guarded */
    struct journal_reader *reader;
    MDB_val key;
    MDB_val value;
};

static int look_body(void *context)
{
    struct look *look = context;
    return mdb_get(look->reader->txn, look->reader->segment->table, &look->key, &look->value);
}

static int copy_body(void *context)
{
    struct look *look = context;
    memcpy(look->reader->bytes, look->value.mv_data, look->value.mv_size);
    return 0;
}

static int make_room(struct journal_reader *reader, size_t size)
{
    if (size <= reader->bytes_size) return 0;
    uint8_t *larger = realloc(reader->bytes, size);
    if (!larger) return ENOMEM;
    reader->bytes = larger;
    reader->bytes_size = size;
    return 0;
}

/* Copies the value of a key out. Returns 1 found, 0 not there, or a fault. Needs: txn renewed. */
static int look_up(struct journal_reader *reader, uint64_t key, struct fault_text *why)
{
    uint8_t key_bytes[ENTRY_KEY];
    entry_key(key_bytes, key);
    struct look look = {.reader = reader,
                        .key = {.mv_size = sizeof key_bytes, .mv_data = key_bytes}};
    int code = guard_call(look_body, &look);
    if (code == MDB_NOTFOUND) return 0;
    if (code == 0 && look.value.mv_size > reader->segment->bytes) code = MDB_CORRUPTED;
    if (code == 0) code = make_room(reader, look.value.mv_size);
    if (code == 0) code = guard_call(copy_body, &look);
    reader->value_size = look.value.mv_size;
    if (code == 0) return 1;
    return fault_say(why, store_fault(code), "%s: journal entry %" PRIu64 " cannot be read: %s",
                     reader->segment->path, reader->link.index + 1, mdb_strerror(code));
}

/* Reads a mark and compares it with what was read so far. Returns 1 it fits, 0 there is none. */
static int check_mark(struct journal_reader *reader, uint64_t key, struct fault_text *why)
{
    int got = look_up(reader, key, why);
    if (got <= 0) return got;
    const MDB_val value = {.mv_size = reader->value_size, .mv_data = reader->bytes};
    struct entry_link mark;
    int fault = segment_mark_get(reader->segment, key, &value, &mark, why);
    if (fault) return fault;
    const struct entry_link *link = &reader->link;
    const char *name = key == SEGMENT_OPEN_KEY ? "opening mark" : "seal";
    if (memcmp(mark.cluster, link->cluster, CLUSTER_BYTES) != 0 ||
        memcmp(mark.head, link->head, HASH_BYTES) != 0)
        return fault_say(why, ERR_CHAIN, "%s: its %s does not fit entry %" PRIu64,
                         reader->segment->path, name, link->index);
    if (mark.index != link->index || mark.sequence != link->sequence)
        return fault_say(why, ERR_GAP,
                         "%s: its %s stands at entry %" PRIu64 ", %" PRIu64 " was read last",
                         reader->segment->path, name, mark.index, link->index);
    return 1;
}

/* Goes to the segment `number` and verifies its opening mark. Returns 1, 0 nothing there yet. */
static int enter_segment(struct journal_reader *reader, uint32_t number, struct fault_text *why)
{
    leave_segment(reader);
    int fault = journal_segment_borrow(reader->journal, number, &reader->segment, why);
    if (fault) return fault;
    int code = mdb_txn_begin(reader->segment->env, NULL, MDB_RDONLY, &reader->txn);
    if (code) {
        reader->txn = NULL;
        return store_say(why, code, reader->segment->path, "cannot begin to read");
    }
    int got = check_mark(reader, SEGMENT_OPEN_KEY, why);
    mdb_txn_reset(reader->txn);
    if (got == 0 && number < atomic_load(&reader->journal->current))
        return fault_say(why, ERR_GAP, "%s: its opening mark is missing", reader->segment->path);
    return got;
}

/* The next entry of the present segment. Returns 1, 0 the segment goes no further, or a fault. */
static int read_here(struct journal_reader *reader, struct entry *out, bool *out_sealed,
                     struct fault_text *why)
{
    uint64_t index = reader->link.index + 1;
    int code = mdb_txn_renew(reader->txn);
    if (code) return store_say(why, code, reader->segment->path, "cannot begin to read");
    int got = look_up(reader, index, why);
    bool found = got == 1;
    if (got == 0) {
        got = check_mark(reader, SEGMENT_SEAL_KEY, why);
        *out_sealed = got == 1;
    }
    mdb_txn_reset(reader->txn);
    if (got < 0) return got;
    if (!found) return 0;
    uint8_t key[ENTRY_KEY];
    entry_key(key, index);
    int fault =
        entry_get(key, sizeof key, reader->bytes, reader->value_size, &reader->link, out, why);
    return fault ? fault : 1;
}

int journal_reader_next(struct journal_reader *reader, struct entry *out, struct fault_text *why)
{
    struct journal *journal = reader->journal;
    /* Another thread's LMDB reader can see a commit before the disk has it: stay behind. */
    if (reader->link.index >= journal_committed(journal)) return 0;
    if (!reader->segment) {
        int got = enter_segment(reader, 1, why);
        if (got <= 0) return got;
    }
    for (;;) {
        bool sealed = false;
        int got = read_here(reader, out, &sealed, why);
        if (got != 0) return got;
        uint32_t number = reader->segment->number;
        if (!sealed)
            return fault_say(why, ERR_GAP, "%s: journal entry %" PRIu64 " is missing",
                             reader->segment->path, reader->link.index + 1);
        if (number >= atomic_load_explicit(&journal->current, memory_order_acquire))
            return fault_say(why, ERR_GAP, "%s: sealed, but entry %" PRIu64 " is missing",
                             reader->segment->path, reader->link.index + 1);
        got = enter_segment(reader, number + 1, why);
        if (got == 0)
            return fault_say(why, ERR_GAP, "%s: its opening mark is missing",
                             reader->segment->path);
        if (got < 0) return got;
    }
}
