/* journal_state.h - the inside of struct journal, shared by journal.c, journal_open.c and
 * journal_reader.c only.
 *
 * Threads:  each group of fields names its owner; what others read is atomic.
 */
#ifndef PERSIST_JOURNAL_STATE_H
#define PERSIST_JOURNAL_STATE_H
#include "persist/datadir.h"
#include "persist/intake.h"
#include "persist/journal.h"
#include "persist/segment.h"
#include <pthread.h>

struct journal {
    /* Fixed after open. */
    struct datadir dir;
    struct engine_limits limits;
    uint64_t segment_bytes;
    size_t entry_max;
    bool read_only;
    void (*wake)(void *context);
    void *wake_context;

    /* Producer. */
    struct intake intake;
    uint64_t queued_sequence;
    int64_t queued_time_ns;
    _Atomic uint64_t submitted;

    /* Journal thread. */
    struct segment *segment; /* being filled; also in the table */
    bool segment_empty;      /* its opening mark is not written yet */
    struct entry_link link;  /* behind the newest durable entry */
    struct fault_text why;   /* written once, before `failed` */
    _Atomic int failed;
    _Atomic uint64_t committed;
    _Atomic uint64_t committed_sequence;
    _Atomic uint64_t free_bytes; /* in the segment being filled */
    _Atomic uint32_t current;    /* its number; the journal thread never touches lower ones */

    /* Helper thread fills, journal thread takes: slot = number % JOURNAL_SPARES. */
    struct segment *_Atomic spares[JOURNAL_SPARES];
    uint32_t prepare_number; /* helper: the next one to make */

    /* Segments open in this process, by number. The journal thread publishes its new one; readers
     * open, use and close lower ones under the lock. */
    pthread_mutex_t table_lock;
    struct segment *_Atomic *table; /* SEGMENTS_MAX */
};

/* Under the lock: the segment for one more reader, opened if needed. */
int journal_segment_borrow(struct journal *journal, uint32_t number, struct segment **out,
                           struct fault_text *why);
/* Closes it when it was the last reader and the segment is not being filled any more. */
void journal_segment_return(struct journal *journal, struct segment *segment);
/* Closes sealed segments nobody reads. */
void journal_segment_sweep(struct journal *journal);
#endif
