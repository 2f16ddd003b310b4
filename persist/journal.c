/* journal.c - submit, group commit, roll-over, spares. Opening is in journal_open.c. */
#include "persist/journal.h"
#include "engine/assert.h"
#include "persist/journal_state.h"
#include <inttypes.h>

size_t journal_entry_max(const struct journal *journal)
{
    return journal->entry_max;
}

const struct engine_limits *journal_limits(const struct journal *journal)
{
    return &journal->limits;
}

const uint8_t *journal_cluster(const struct journal *journal)
{
    return journal->dir.cluster;
}

const char *journal_path(const struct journal *journal)
{
    return journal->dir.path;
}

uint32_t journal_segments(const struct journal *journal)
{
    return atomic_load_explicit(&journal->current, memory_order_acquire);
}

enum journal_role journal_role(const struct journal *journal)
{
    return journal->read_only ? JOURNAL_READER : JOURNAL_LEADER;
}

uint64_t journal_committed(const struct journal *journal)
{
    return atomic_load_explicit(&journal->committed, memory_order_acquire);
}

uint64_t journal_submitted(const struct journal *journal)
{
    return atomic_load_explicit(&journal->submitted, memory_order_acquire);
}

uint64_t journal_committed_sequence(const struct journal *journal)
{
    return atomic_load_explicit(&journal->committed_sequence, memory_order_acquire);
}

int journal_failed(const struct journal *journal)
{
    return atomic_load_explicit(&journal->failed, memory_order_acquire);
}

const char *journal_why(const struct journal *journal)
{
    ASSERT(journal_failed(journal) != 0);
    return journal->why.text;
}

uint64_t journal_lost(const struct journal *journal)
{
    uint64_t committed = journal_committed(journal);
    return journal_failed(journal) && journal_submitted(journal) > committed ? committed + 1 : 0;
}

/* Twice the bytes queued are set aside: small entries may leave pages half empty. */
enum journal_room journal_room(const struct journal *journal)
{
    for (int i = 0; i < JOURNAL_SPARES; i++)
        if (atomic_load_explicit(&journal->spares[i], memory_order_acquire)) return JOURNAL_PLENTY;
    uint64_t queued = 2 * intake_used(&journal->intake);
    uint64_t space = atomic_load_explicit(&journal->free_bytes, memory_order_acquire);
    space = space > queued ? space - queued : 0;
    if (space < 2 * (uint64_t)journal->entry_max + (64u << 10)) return JOURNAL_NONE;
    return space < journal->segment_bytes / 8 * 3 ? JOURNAL_RESERVE : JOURNAL_PLENTY;
}

int journal_submit(struct journal *journal, const struct entry *entry)
{
    ASSERT(!journal->read_only);
    int fault = journal_failed(journal);
    if (fault) return fault;
    uint64_t index = atomic_load_explicit(&journal->submitted, memory_order_relaxed) + 1;
    ASSERT(entry->index == 0 || entry->index == index);
    ASSERT(entry->count >= 1 && entry->count <= ENTRY_COUNT_MAX);
    ASSERT(entry->commands_size >= 1 && entry->commands_size <= journal->entry_max);
    ASSERT(entry->first_sequence == journal->queued_sequence + 1);
    ASSERT(entry->time_ns >= journal->queued_time_ns);
    struct entry numbered = *entry;
    numbered.index = index;
    numbered.kind = ENTRY_COMMANDS;
    if (!intake_push(&journal->intake, &numbered)) return ERR_BUSY;
    journal->queued_sequence = entry_last_sequence(entry);
    journal->queued_time_ns = entry->time_ns;
    atomic_store_explicit(&journal->submitted, index, memory_order_release);
    if (journal->wake) journal->wake(journal->wake_context);
    return 0;
}

static int stop(struct journal *journal, int fault)
{
    ASSERT(fault < 0);
    atomic_store_explicit(&journal->failed, fault, memory_order_release);
    return fault;
}

static int stop_lmdb(struct journal *journal, int code, const char *what)
{
    int fault = store_say(&journal->why, code, journal->segment->path, what);
    return stop(journal, fault);
}

static int put_mark(struct segment_group *group, uint64_t key, const struct entry_link *link)
{
    uint8_t *value;
    int code = segment_put(group, key, SEGMENT_MARK_BYTES, &value);
    if (code == 0) segment_mark_put(value, key, group->segment->number, link);
    return code;
}

/* Takes as many queued entries as fit. Returns an LMDB number. */
static int fill(struct journal *journal, struct segment_group *group, struct entry_link *link,
                uint64_t *position, int *out_entries)
{
    int code = 0;
    if (journal->segment_empty) code = put_mark(group, SEGMENT_OPEN_KEY, link);
    struct entry entry;
    uint64_t next = *position;
    while (code == 0 && intake_next(&journal->intake, &next, &entry)) {
        if (!segment_fits(group, entry_size(&entry))) break;
        uint8_t *value;
        code = segment_put(group, entry.index, entry_size(&entry), &value);
        if (code) break;
        entry_put(value, &entry, link);
        *position = next;
        ++*out_entries;
    }
    return code;
}

/* One transaction. Returns entries committed, 0: the next entry does not fit, or a fault. */
static int commit_group(struct journal *journal)
{
    struct segment_group group;
    struct entry_link link = journal->link;
    uint64_t position = intake_first(&journal->intake);
    int entries = 0;
    int code = segment_begin(journal->segment, &group);
    if (code) return stop_lmdb(journal, code, "cannot begin a transaction");
    code = fill(journal, &group, &link, &position, &entries);
    if (code) {
        segment_abort(&group);
        return stop_lmdb(journal, code, "cannot append");
    }
    if (entries == 0) {
        segment_abort(&group);
        return 0;
    }
    code = segment_commit(&group);
    if (code) return stop_lmdb(journal, code, "cannot commit");
    journal->segment_empty = false;
    journal->link = link;
    atomic_store_explicit(&journal->free_bytes, segment_free(journal->segment),
                          memory_order_release);
    intake_drop(&journal->intake, position);
    atomic_store_explicit(&journal->committed_sequence, link.sequence, memory_order_release);
    atomic_store_explicit(&journal->committed, link.index, memory_order_release);
    return entries;
}

static int seal(struct journal *journal)
{
    struct segment_group group;
    int code = segment_begin(journal->segment, &group);
    if (code) return code;
    code = put_mark(&group, SEGMENT_SEAL_KEY, &journal->link);
    if (code) {
        segment_abort(&group);
        return code;
    }
    return segment_commit(&group);
}

/* Seals the full segment and goes on in the next spare. Returns 0 or a fault. */
static int roll_over(struct journal *journal)
{
    uint32_t number = journal->segment->number + 1;
    struct segment *spare =
        atomic_load_explicit(&journal->spares[number % JOURNAL_SPARES], memory_order_acquire);
    if (!spare)
        return stop(journal,
                    fault_say(&journal->why, ERR_DISK_FULL,
                              "%s: full and no spare segment is ready: %" PRIu64 " bytes needed",
                              journal->segment->path, journal->segment_bytes));
    ASSERT(spare->number == number);
    int code = seal(journal);
    if (code) return stop_lmdb(journal, code, "cannot seal");
    atomic_store_explicit(&journal->table[number], spare, memory_order_release);
    journal->segment = spare;
    journal->segment_empty = true;
    atomic_store_explicit(&journal->free_bytes, segment_free(spare), memory_order_release);
    atomic_store_explicit(&journal->current, number, memory_order_release);
    /* Last: the helper may refill the slot from here on. */
    atomic_store_explicit(&journal->spares[number % JOURNAL_SPARES], NULL, memory_order_release);
    return 0;
}

int journal_step(struct journal *journal)
{
    ASSERT(!journal->read_only);
    int fault = journal_failed(journal);
    if (fault) return fault;
    uint64_t last = journal_submitted(journal);
    int total = 0;
    while (journal->link.index < last) {
        int entries = commit_group(journal);
        if (entries < 0) return entries;
        total += entries;
        if (entries > 0) continue;
        ASSERT(!journal->segment_empty); /* an entry always fits into an empty segment */
        fault = roll_over(journal);
        if (fault) return fault;
    }
    return total;
}

int journal_truncate_after(struct journal *journal, uint64_t index)
{
    ASSERT(!journal->read_only);
    if (index < journal_committed(journal)) return ERR_REFUSED;
    uint64_t position = intake_first(&journal->intake), next = position;
    uint64_t kept = journal->link.index, sequence = journal->link.sequence;
    int64_t time_ns = journal->link.time_ns;
    struct entry entry;
    while (intake_next(&journal->intake, &next, &entry) && entry.index <= index) {
        position = next;
        kept = entry.index;
        sequence = entry_last_sequence(&entry);
        time_ns = entry.time_ns;
    }
    intake_cut(&journal->intake, position);
    journal->queued_sequence = sequence;
    journal->queued_time_ns = time_ns;
    atomic_store_explicit(&journal->submitted, kept, memory_order_release);
    return 0;
}

int journal_prepare_step(struct journal *journal, struct fault_text *why)
{
    ASSERT(!journal->read_only);
    journal_segment_sweep(journal);
    uint32_t number = journal->prepare_number;
    if (number >= SEGMENTS_MAX)
        return fault_say(why, ERR_LIMIT, "%s: %u segments are the most there can be",
                         journal->dir.journal, SEGMENTS_MAX - 1);
    struct segment *_Atomic *slot = &journal->spares[number % JOURNAL_SPARES];
    if (atomic_load_explicit(slot, memory_order_acquire)) return 0;
    int fault = segment_prepare(journal->dir.journal, number, journal->segment_bytes, why);
    if (fault) return fault;
    struct segment *spare;
    fault = segment_open(journal->dir.journal, number, false, &spare, why);
    if (fault) return fault;
    journal->prepare_number = number + 1;
    atomic_store_explicit(slot, spare, memory_order_release);
    return 1;
}
