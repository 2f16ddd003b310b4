/* journal_open.c - creates a journal or finds its end; closes it. */
#include "engine/assert.h"
#include "engine/engine.h"
#include "persist/journal_state.h"
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ENTRY_MAX (UINT64_C(4) << 20)  /* commands of one entry, whatever the segment's size */
#define DISK_SLACK (UINT64_C(1) << 20) /* for VERSION, reader tables, the file system itself */

static uint64_t power_below(uint64_t value)
{
    uint64_t power = 64;
    while (power * 2 <= value)
        power *= 2;
    return power;
}

static int init(struct journal *journal, const struct journal_options *options,
                struct fault_text *why)
{
    uint64_t bytes = options->segment_bytes ? options->segment_bytes : JOURNAL_SEGMENT_BYTES;
    if (bytes < JOURNAL_SEGMENT_MIN || bytes > (UINT64_C(1) << 36))
        return fault_say(why, ERR_LIMIT, "segment size %" PRIu64 ": it may be %" PRIu64 " to 2^36",
                         bytes, JOURNAL_SEGMENT_MIN);
    journal->segment_bytes = bytes & ~UINT64_C(4095);
    journal->read_only = options->read_only;
    journal->wake = options->wake;
    journal->wake_context = options->wake_context;
    uint64_t entry_max = journal->segment_bytes / 16;
    if (entry_max > ENTRY_MAX) entry_max = ENTRY_MAX;
    journal->entry_max = (size_t)entry_max - 512; /* two records fit whole into twice entry_max */
    uint64_t queue = options->queue_bytes ? options->queue_bytes : JOURNAL_QUEUE_BYTES;
    if (queue > journal->segment_bytes / 4) queue = journal->segment_bytes / 4;
    queue = power_below(queue);
    while (queue < 2 * intake_record(journal->entry_max))
        queue *= 2;
    journal->table = calloc(SEGMENTS_MAX, sizeof *journal->table);
    if (!journal->table || pthread_mutex_init(&journal->table_lock, NULL))
        return fault_say(why, ERR_NO_MEMORY, "no memory for the journal's tables");
    if (!options->read_only && intake_init(&journal->intake, queue))
        return fault_say(why, ERR_NO_MEMORY, "no memory for a queue of %" PRIu64 " bytes", queue);
    return 0;
}

struct listing {       /* of the journal directory */
    uint32_t segments; /* highest number */
    uint32_t found;    /* how many: equal when none is missing */
};

/* Counts the segments; removes what an interrupted preparation left. */
static int list_segments(const struct journal *journal, struct listing *out, struct fault_text *why)
{
    const char *path = journal->dir.journal;
    DIR *directory = opendir(path);
    if (!directory) return store_say(why, errno, path, "cannot list");
    *out = (struct listing){0, 0};
    for (const struct dirent *item = readdir(directory); item; item = readdir(directory)) {
        uint32_t number = 0;
        int used = 0;
        if (sscanf(item->d_name, "%8" SCNu32 ".seg%n", &number, &used) != 1 || used != 12) continue;
        const char *rest = item->d_name + used;
        if (rest[0] == '\0' && number > 0 && number < SEGMENTS_MAX) {
            out->found++;
            if (number > out->segments) out->segments = number;
        }
        char stale[STORE_PATH_MAX];
        if (strncmp(rest, ".new", 4) == 0 && !journal->read_only &&
            store_path(stale, path, item->d_name) == 0)
            unlink(stale);
    }
    closedir(directory);
    return 0;
}

static int check_listing(const struct journal *journal, const struct listing *list,
                         struct fault_text *why)
{
    if (list->found == list->segments) return 0;
    for (uint32_t number = 1; number < list->segments; number++) {
        char name[32], path[STORE_PATH_MAX];
        snprintf(name, sizeof name, "%08" PRIu32 ".seg", number);
        if (store_path(path, journal->dir.journal, name) == 0 && access(path, F_OK) != 0)
            return fault_say(why, ERR_GAP, "%s is missing; the journal goes to segment %08" PRIu32,
                             path, list->segments);
    }
    return 0;
}

/* Before the first zero is written: is there space for what is missing? */
static int check_space(const struct journal *journal, uint32_t missing, struct fault_text *why)
{
    if (missing == 0) return 0;
    struct statvfs disk;
    if (statvfs(journal->dir.journal, &disk))
        return store_say(why, errno, journal->dir.journal, "cannot ask for free space");
    uint64_t needed = missing * journal->segment_bytes + DISK_SLACK;
    uint64_t available = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (available >= needed) return 0;
    return fault_say(why, ERR_DISK_FULL, "%s: %" PRIu64 " bytes needed, %" PRIu64 " are free",
                     journal->dir.journal, needed, available);
}

/* Opens segments from the newest down until one has a record. *out_above is the empty one right
 * above it, or NULL. */
static int find_filled(struct journal *journal, uint32_t segments, enum segment_end *out_end,
                       struct segment **out_segment, struct segment **out_above,
                       struct fault_text *why)
{
    struct segment *above = NULL;
    for (uint32_t number = segments;; number--) {
        struct segment *segment;
        int fault = segment_open(journal->dir.journal, number, journal->read_only, &segment, why);
        if (fault == 0) {
            fault = segment_last(segment, out_end, &journal->link, why);
            if (fault) segment_close(segment);
        }
        if (fault) {
            segment_close(above);
            return fault;
        }
        if (*out_end != SEGMENT_EMPTY || number == 1) {
            *out_segment = segment;
            *out_above = above;
            return 0;
        }
        segment_close(above);
        above = segment;
    }
}

/* The segment to go on with: the newest with a record, or, when that is sealed, the one above. */
static int find_end(struct journal *journal, uint32_t segments, struct fault_text *why)
{
    enum segment_end end = SEGMENT_EMPTY;
    struct segment *segment, *above;
    int fault = find_filled(journal, segments, &end, &segment, &above, why);
    if (fault) return fault;
    if (end != SEGMENT_SEALED || journal->read_only) {
        segment_close(above);
        journal->segment = segment;
        journal->segment_empty = end == SEGMENT_EMPTY;
        return 0;
    }
    uint32_t next = segment->number + 1;
    segment_close(segment);
    if (!above) { /* the spares were taken away */
        fault = check_space(journal, 1, why);
        if (fault == 0)
            fault = segment_prepare(journal->dir.journal, next, journal->segment_bytes, why);
        if (fault == 0) fault = segment_open(journal->dir.journal, next, false, &above, why);
        if (fault) return fault;
    }
    journal->segment = above;
    journal->segment_empty = true;
    return 0;
}

static int check_cluster(const struct journal *journal, const uint8_t *cluster,
                         struct fault_text *why)
{
    if (memcmp(cluster, journal->dir.cluster, CLUSTER_BYTES) == 0) return 0;
    return fault_say(why, ERR_CHAIN, "%s: the journal is of another cluster than VERSION says",
                     journal->dir.path);
}

static int write_genesis(struct journal *journal, const struct engine_limits *limits,
                         struct fault_text *why)
{
    uint8_t bytes[ENTRY_LIMITS_BYTES];
    entry_limits_put(bytes, limits);
    struct entry genesis = {
        .index = 1,
        .term = 1,
        .first_sequence = 1,
        .rule_set = limits->rule_set,
        .kind = ENTRY_GENESIS,
        .commands = bytes,
        .commands_size = sizeof bytes,
    };
    struct segment_group group;
    struct entry_link link = journal->link;
    int code = segment_begin(journal->segment, &group);
    if (code) return store_say(why, code, journal->segment->path, "cannot begin the journal");
    uint8_t *value;
    code = segment_put(&group, SEGMENT_OPEN_KEY, SEGMENT_MARK_BYTES, &value);
    if (code == 0) {
        segment_mark_put(value, SEGMENT_OPEN_KEY, journal->segment->number, &link);
        code = segment_put(&group, 1, entry_size(&genesis), &value);
    }
    if (code) {
        segment_abort(&group);
        return store_say(why, code, journal->segment->path, "cannot begin the journal");
    }
    entry_put(value, &genesis, &link);
    code = segment_commit(&group);
    if (code) return store_say(why, code, journal->segment->path, "cannot begin the journal");
    journal->segment_empty = false;
    journal->link = link;
    return 0;
}

/* Publishes what was found to the other threads' fields. */
static void set_counters(struct journal *journal)
{
    uint32_t number = journal->segment->number;
    atomic_store(&journal->table[number], journal->segment);
    atomic_store(&journal->current, number);
    atomic_store(&journal->committed, journal->link.index);
    atomic_store(&journal->committed_sequence, journal->link.sequence);
    atomic_store(&journal->submitted, journal->link.index);
    atomic_store(&journal->free_bytes, segment_free(journal->segment));
    journal->queued_sequence = journal->link.sequence;
    journal->queued_time_ns = journal->link.time_ns;
    journal->prepare_number = number + 1;
}

/* The genesis says the limits; it is read again with everything else at recovery. */
static int read_genesis(struct journal *journal, struct fault_text *why)
{
    struct journal_reader *reader;
    int fault = journal_reader_open(journal, &reader);
    if (fault) return fault_say(why, fault, "no memory for a journal reader");
    struct entry genesis;
    int got = journal_reader_next(reader, &genesis, why);
    if (got == 1) {
        fault = entry_limits(&genesis, &journal->limits);
        struct engine_limits complete = journal->limits;
        if (fault || !engine_limits_complete(&complete) ||
            memcmp(&complete, &journal->limits, sizeof complete) != 0)
            fault = fault_say(why, ERR_MALFORMED, "%s: the genesis has limits out of range",
                              journal->dir.journal);
    } else {
        fault = got < 0 ? got
                        : fault_say(why, ERR_GAP, "%s: there is no genesis", journal->dir.journal);
    }
    journal_reader_close(reader);
    return fault;
}

static int open_spares(struct journal *journal, uint32_t segments, struct fault_text *why)
{
    while (journal->prepare_number <= segments &&
           journal->prepare_number <= journal->segment->number + JOURNAL_SPARES) {
        struct segment *spare;
        int fault = segment_open(journal->dir.journal, journal->prepare_number, false, &spare, why);
        if (fault) return fault;
        atomic_store(&journal->spares[journal->prepare_number % JOURNAL_SPARES], spare);
        journal->prepare_number++;
    }
    int made = 1;
    while (made == 1)
        made = journal_prepare_step(journal, why);
    return made;
}

static int open_journal(struct journal *journal, const struct journal_options *options,
                        struct fault_text *why)
{
    struct listing list;
    int fault = list_segments(journal, &list, why);
    if (fault == 0) fault = check_listing(journal, &list, why);
    if (fault) return fault;
    memcpy(journal->link.cluster, journal->dir.cluster, CLUSTER_BYTES);
    if (list.segments == 0) {
        if (options->read_only)
            return fault_say(why, ERR_NOT_FOUND, "%s: no journal is there", journal->dir.journal);
        fault = check_space(journal, 1 + JOURNAL_SPARES, why);
        if (fault == 0)
            fault = segment_prepare(journal->dir.journal, 1, journal->segment_bytes, why);
        if (fault) return fault;
        list.segments = 1;
    }
    fault = find_end(journal, list.segments, why);
    if (fault == 0) fault = check_cluster(journal, journal->link.cluster, why);
    if (fault) return fault;
    if (journal->link.index == 0) {
        if (options->read_only)
            return fault_say(why, ERR_NOT_FOUND, "%s: the journal is empty", journal->dir.journal);
        fault = write_genesis(journal, &options->limits, why);
        if (fault) return fault;
    }
    set_counters(journal);
    fault = read_genesis(journal, why);
    if (fault || options->read_only) return fault;
    uint32_t number = journal->segment->number;
    uint32_t have = list.segments > number ? list.segments - number : 0;
    fault = check_space(journal, have < JOURNAL_SPARES ? JOURNAL_SPARES - have : 0, why);
    return fault ? fault : open_spares(journal, list.segments, why);
}

int journal_open(const struct journal_options *options, struct journal **out,
                 struct fault_text *why)
{
    struct journal *journal = aligned_alloc(64, (sizeof *journal + 63) / 64 * 64);
    if (!journal) return fault_say(why, ERR_NO_MEMORY, "no memory for the journal");
    memset(journal, 0, sizeof *journal);
    journal->dir.lock = -1;
    int fault = init(journal, options, why);
    if (fault == 0)
        fault = datadir_open(&journal->dir, options->directory, options->read_only, why);
    if (fault == 0) fault = open_journal(journal, options, why);
    if (fault) {
        journal_close(journal);
        return fault;
    }
    *out = journal;
    return 0;
}

void journal_close(struct journal *journal)
{
    if (!journal) return;
    for (int i = 0; i < JOURNAL_SPARES; i++)
        segment_close(atomic_load(&journal->spares[i]));
    bool listed = false;
    for (uint32_t number = 0; journal->table && number < SEGMENTS_MAX; number++) {
        struct segment *segment = atomic_load(&journal->table[number]);
        listed = listed || segment == journal->segment;
        segment_close(segment);
    }
    if (!listed) segment_close(journal->segment); /* opening failed before it was published */
    if (journal->table) pthread_mutex_destroy(&journal->table_lock);
    free(journal->table);
    intake_deinit(&journal->intake);
    datadir_close(&journal->dir); /* the lock goes last */
    free(journal);
}
