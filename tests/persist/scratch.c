/* scratch.c - see scratch.h. */
#include "tests/persist/scratch.h"
#include "engine/engine.h"
#include "tests/lib/cmocka_all.h"
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Memory when there is plenty: what these tests ask of a disk, they cause themselves, and hundreds
 * of syncs would otherwise wait for everybody else's. */
static const char *base_directory(void)
{
    const char *given = getenv("TMPDIR");
    if (given && strlen(given) < 32) return given;
    struct statvfs memory;
    bool plenty = access("/dev/shm", W_OK) == 0 && statvfs("/dev/shm", &memory) == 0 &&
                  (uint64_t)memory.f_bavail * memory.f_frsize >= UINT64_C(512) << 20;
    return plenty ? "/dev/shm" : "/tmp";
}

int scratch_setup(void **state)
{
    struct scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch) return -1;
    snprintf(scratch->path, sizeof scratch->path, "%s/lingnan-persist-XXXXXX", base_directory());
    if (!mkdtemp(scratch->path)) {
        free(scratch);
        return -1;
    }
    snprintf(scratch->data, sizeof scratch->data, "%s/data", scratch->path);
    *state = scratch;
    return 0;
}

static int remove_one(const char *path, const struct stat *found, int flag, struct FTW *walk)
{
    (void)found;
    (void)flag;
    (void)walk;
    return remove(path);
}

void scratch_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int scratch_teardown(void **state)
{
    struct scratch *scratch = *state;
    scratch_remove(scratch->path);
    free(scratch);
    return 0;
}

struct engine_limits scratch_limits(void)
{
    struct engine_limits limits = {.zones = 4,
                                   .instruments = 8,
                                   .participants = 64,
                                   .orders = 1024,
                                   .names = 4096,
                                   .levels = 1024,
                                   .positions = 512,
                                   .auctions = 8,
                                   .bids = 64,
                                   .lanes = 16,
                                   .lane_window = 16};
    assert_true(engine_limits_complete(&limits));
    return limits;
}

struct journal_options scratch_options(struct scratch *scratch)
{
    return (struct journal_options){
        .directory = scratch->data, .segment_bytes = SCRATCH_SEGMENT, .limits = scratch_limits()};
}

struct journal *scratch_open(struct scratch *scratch)
{
    const struct journal_options options = scratch_options(scratch);
    struct journal *journal = NULL;
    struct fault_text why = {{0}};
    int fault = journal_open(&options, &journal, &why);
    if (fault) print_error("%s: %s\n", fault_name(fault), why.text);
    assert_int_equal(fault, 0);
    return journal;
}

struct entry scratch_entry(struct scratch *scratch, uint64_t last, uint32_t count)
{
    assert_true(count <= SCRATCH_COMMANDS_MAX);
    size_t used = 0;
    int64_t time_ns = (int64_t)(last + 1) * 1000;
    for (uint32_t i = 0; i < count; i++) {
        struct command command = {.sequence = last + 1 + i,
                                  .time_ns = time_ns,
                                  .actor = PARTICIPANT_NONE,
                                  .subject = PARTICIPANT_NONE,
                                  .role = ROLE_SYSTEM,
                                  .type = COMMAND_DEPOSIT};
        command.body.deposit.cash = (int64_t)(last + 1 + i);
        command.body.deposit.account = 0;
        size_t size =
            codec_command_put(scratch->bytes + used, sizeof scratch->bytes - used, &command);
        assert_true(size > 0);
        used += size;
    }
    return (struct entry){.term = 1,
                          .first_sequence = last + 1,
                          .time_ns = time_ns,
                          .count = count,
                          .rule_set = RULE_SET_NEWEST,
                          .commands = scratch->bytes,
                          .commands_size = used};
}

int scratch_append(struct scratch *scratch, struct journal *journal, uint32_t count)
{
    const struct entry entry = scratch_entry(scratch, journal_committed_sequence(journal), count);
    int fault = journal_submit(journal, &entry);
    return fault ? fault : journal_step(journal);
}

static void check_commands(const struct entry *entry)
{
    const uint8_t *at = entry->commands;
    size_t left = entry->commands_size;
    for (uint32_t i = 0; i < entry->count; i++) {
        struct command command;
        size_t used = 0;
        assert_int_equal(codec_command_get(at, left, &command, &used), 0);
        assert_int_equal(command.sequence, entry->first_sequence + i);
        assert_int_equal(command.body.deposit.cash, command.sequence);
        at += used;
        left -= used;
    }
    assert_int_equal(left, 0);
}

int64_t scratch_read_all(struct journal *journal, struct fault_text *why)
{
    struct journal_reader *reader;
    int fault = journal_reader_open(journal, &reader);
    if (fault) return fault;
    struct entry entry;
    int64_t entries = 0;
    int got;
    while ((got = journal_reader_next(reader, &entry, why)) == 1) {
        entries++;
        assert_int_equal(entry.index, entries);
        if (entry.kind == ENTRY_COMMANDS) check_commands(&entry);
    }
    journal_reader_close(reader);
    return got < 0 ? got : entries;
}

void scratch_flip(const char *path, uint64_t offset, uint8_t bits)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0);
    uint8_t byte;
    assert_int_equal(pread(file, &byte, 1, (off_t)offset), 1);
    byte ^= bits;
    assert_int_equal(pwrite(file, &byte, 1, (off_t)offset), 1);
    assert_int_equal(close(file), 0);
}

uint64_t scratch_find(const char *path, uint64_t from, const void *bytes, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(file >= 0);
    struct stat found;
    assert_int_equal(fstat(file, &found), 0);
    size_t length = (size_t)found.st_size;
    const uint8_t *map = mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, 0);
    assert_true(map != MAP_FAILED);
    const uint8_t *hit = from < length ? memmem(map + from, length - from, bytes, size) : NULL;
    uint64_t offset = hit ? (uint64_t)(hit - map) : UINT64_MAX;
    union {
        const uint8_t *in;
        void *out;
    } pointer = {.in = map};
    munmap(pointer.out, length);
    close(file);
    return offset;
}
