/* journal.h - accepted commands in order. All other state can be rebuilt from it.
 *
 * A data directory:
 *   DATA/VERSION            "lingnan data <format>" and "cluster <32 hex digits>", text
 *   DATA/lock               held with flock by the one server; its text is that server's pid
 *   DATA/journal/N.seg      segments: LMDB files of fixed size, N = 00000001, 00000002, ...
 *   DATA/journal/N.seg-lock LMDB's reader table of that segment
 *   DATA/journal/N.seg.new  a spare that was not finished; removed at the next start
 *   DATA/view/              view.h
 * One segment holds entries (entry.h) under their index and, once full, the seal under key
 * SEGMENT_SEAL_KEY (segment.h). Segments are zero-written and synced before use; two empty ones
 * stand ready. Full LMDB sync always; one write transaction per group of entries.
 *
 * Threads:  four parts, each used by one thread at a time: submit (producer), step (journal
 *           thread), prepare_step (any helper thread, off the commit path), and each reader.
 *           committed, room, submitted and failed may be called by all. Producer and step meet in a
 *           bounded single-producer queue of C11 atomics: no lock, no allocation.
 * Bound:    an entry of journal_entry_max() bytes; a queue of queue_bytes; SEGMENTS_MAX segments.
 * Replication: an entry already carries term, cluster and chain; submit, committed, lost, truncate,
 *           read and role are what a replicated journal offers, too. Its other two operations,
 *           installing a checkpoint and trimming what one covers, come with the checkpoints.
 * Failure:  after the first fault of a step every submit and step returns that fault; the process
 *           has to stop. An engine ahead of journal_committed() is then disposable.
 */
#ifndef PERSIST_JOURNAL_H
#define PERSIST_JOURNAL_H
#include "persist/entry.h"

#define JOURNAL_SEGMENT_BYTES (UINT64_C(64) << 20) /* default size of a segment */
#define JOURNAL_SEGMENT_MIN (UINT64_C(1) << 20)
#define JOURNAL_QUEUE_BYTES (UINT32_C(8) << 20) /* default bound of what waits for a step */
#define JOURNAL_SPARES 2                        /* empty segments kept ready */

struct journal;

struct journal_options {
    const char *directory;       /* DATA; made if missing (its parent must exist) */
    uint64_t segment_bytes;      /* 0: default; only for segments made from now on */
    uint32_t queue_bytes;        /* 0: default; never more than a quarter of a segment */
    bool read_only;              /* no lock taken, nothing written; for audit and export. May run
                                  * beside the server: read transactions are short */
    struct engine_limits limits; /* of a new journal; an old one keeps its own. Needs: complete */
    void (*wake)(void *context); /* called by submit after an entry is queued; may be NULL */
    void *wake_context;
};

enum journal_room {
    JOURNAL_PLENTY = 1, /* take everything */
    JOURNAL_RESERVE,    /* no spare is ready and the last segment is nearly full: cancels only */
    JOURNAL_NONE        /* not one entry of full size is sure to fit */
};

enum journal_role {
    JOURNAL_LEADER = 1, /* stamps and submits; the only role of a local journal */
    JOURNAL_READER      /* opened read_only */
};

/* Opens or creates. On a new directory writes VERSION, the first segment, the genesis and two
 * spares; a failure on the way leaves nothing that hinders the next start.
 * Returns 0 or ERR_IN_USE (names the pid), ERR_VERSION (names both versions), ERR_DISK_FULL (names
 * path and bytes needed), ERR_CHECKSUM, ERR_CHAIN, ERR_GAP (newest segment damaged), ERR_NOT_FOUND
 * (read_only and nothing there), ERR_LIMIT, ERR_PERMISSION, ERR_DISK, ERR_NO_MEMORY. */
int journal_open(const struct journal_options *options, struct journal **out,
                 struct fault_text *why);

/* Needs: no thread is inside any function; all readers are closed. Queued entries that no step has
 * committed are dropped: nobody was told about them. NULL is allowed. */
void journal_close(struct journal *journal);

const struct engine_limits *journal_limits(const struct journal *journal); /* of the genesis */
const uint8_t *journal_cluster(const struct journal *journal);             /* CLUSTER_BYTES */
const char *journal_path(const struct journal *journal);                   /* DATA */
uint32_t journal_segments(const struct journal *journal); /* sealed ones and the one being filled */
enum journal_role journal_role(const struct journal *journal);

/* Largest commands_size of an entry: a sixteenth of a segment, at most 4 MiB. */
size_t journal_entry_max(const struct journal *journal);

/* Producer: copies one entry into the queue. Needs: commands_size <= journal_entry_max(), count
 * 1..ENTRY_COUNT_MAX, index 0 or the next one, first_sequence the next one, time_ns not below the
 * last (asserted).
 * Returns 0, ERR_BUSY (queue full, nothing queued) or the fault the journal stopped with. */
int journal_submit(struct journal *journal, const struct entry *entry);

/* Journal thread: commits what is queued in one synced write transaction (more than one when a
 * segment fills up on the way). Returns the number of entries committed, 0 when idle, or a
 * fault: then the journal has stopped and journal_why() tells more. */
int journal_step(struct journal *journal);

/* Newest durable entry / newest entry in the queue or durable; an index, 1 is the genesis. */
uint64_t journal_committed(const struct journal *journal);
uint64_t journal_submitted(const struct journal *journal);

/* Last sequence that is durable, as of journal_committed() or newer. */
uint64_t journal_committed_sequence(const struct journal *journal);

/* 0 or the fault the journal stopped with. */
int journal_failed(const struct journal *journal);
/* Text of that fault. Needs: journal_failed() != 0. */
const char *journal_why(const struct journal *journal);

/* First index that was submitted and will never be durable; 0: none is lost. */
uint64_t journal_lost(const struct journal *journal);

/* Forgets queued entries above `index` (a leader that is none any more). Needs: neither submit nor
 * step is running. Returns 0, or ERR_REFUSED when index < journal_committed(): what is committed is
 * never taken back. */
int journal_truncate_after(struct journal *journal, uint64_t index);

/* Whether the next entries will find space, counting what is queued. */
enum journal_room journal_room(const struct journal *journal);

/* Helper thread: makes one spare if fewer than JOURNAL_SPARES are ready (writes a whole segment:
 * tens of milliseconds and more). Returns 1 made one, 0 nothing to do, ERR_DISK_FULL, ERR_DISK,
 * ERR_LIMIT: no harm yet, ask again later; journal_room() tells how long that is good. */
int journal_prepare_step(struct journal *journal, struct fault_text *why);

/* A cursor over committed entries, oldest first, on its own thread. It verifies checksum, chain and
 * gaps of each entry and each seal. Read transactions last one call. */
struct journal_reader;

/* Starts in front of entry 1. */
int journal_reader_open(struct journal *journal, struct journal_reader **out);
void journal_reader_close(struct journal_reader *reader);

/* Returns 1 and the next entry (commands borrowed until the next call), 0 when all that is
 * committed has been read, or a fault: ERR_VERSION, ERR_CHECKSUM, ERR_CHAIN, ERR_GAP,
 * ERR_MALFORMED, ERR_DISK. A read_only journal sees what was committed when it was opened. */
int journal_reader_next(struct journal_reader *reader, struct entry *out, struct fault_text *why);

/* Link behind the entry read last: its index, sequence, time and hash. */
const struct entry_link *journal_reader_link(const struct journal_reader *reader);
#endif
