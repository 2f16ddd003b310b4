/* The journal keeps what it has committed, in order, over reopening and from segment to segment.
 * Method: append, read, reopen; small segments so that rolling over is common. */
#include "persist/journal.h"
#include "tests/lib/cmocka_all.h"
#include "tests/persist/scratch.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_append_read_reopen(void **state)
{
    struct scratch *scratch = *state;
    struct fault_text why = {{0}};
    struct journal *journal = scratch_open(scratch);
    assert_int_equal(journal_committed(journal), 1);
    assert_int_equal(journal_committed_sequence(journal), 0);
    assert_int_equal(journal_role(journal), JOURNAL_LEADER);
    assert_int_equal(journal_room(journal), JOURNAL_PLENTY);
    uint8_t cluster[CLUSTER_BYTES];
    memcpy(cluster, journal_cluster(journal), CLUSTER_BYTES);
    assert_int_equal(scratch_append(scratch, journal, 3), 1);
    assert_int_equal(journal_committed(journal), 2);
    assert_int_equal(journal_committed_sequence(journal), 3);
    assert_int_equal(scratch_read_all(journal, &why), 2);
    journal_close(journal);
    journal = scratch_open(scratch);
    assert_memory_equal(journal_cluster(journal), cluster, CLUSTER_BYTES);
    struct engine_limits limits = scratch_limits();
    assert_memory_equal(journal_limits(journal), &limits, sizeof limits);
    assert_int_equal(journal_committed(journal), 2);
    assert_int_equal(scratch_append(scratch, journal, 1), 1);
    assert_int_equal(scratch_read_all(journal, &why), 3);
    assert_int_equal(journal_step(journal), 0);
    journal_close(journal);
}

static void test_limits_of_the_first_start_stay(void **state)
{
    struct scratch *scratch = *state;
    journal_close(scratch_open(scratch));
    struct journal_options options = scratch_options(scratch);
    options.limits.orders = 2048;
    struct journal *journal;
    struct fault_text why;
    assert_int_equal(journal_open(&options, &journal, &why), 0);
    assert_int_equal(journal_limits(journal)->orders, scratch_limits().orders);
    journal_close(journal);
}

static void test_one_step_commits_all_that_waits(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    uint64_t last = 0;
    for (int i = 0; i < 5; i++) {
        const struct entry entry = scratch_entry(scratch, last, 2);
        assert_int_equal(journal_submit(journal, &entry), 0);
        last += 2;
    }
    assert_int_equal(journal_submitted(journal), 6);
    assert_int_equal(journal_committed(journal), 1);
    assert_int_equal(journal_step(journal), 5);
    assert_int_equal(journal_committed(journal), 6);
    struct fault_text why;
    assert_int_equal(scratch_read_all(journal, &why), 6);
    journal_close(journal);
}

static void count_wakes(void *context)
{
    ++*(int *)context;
}

static void test_full_queue_says_busy(void **state)
{
    struct scratch *scratch = *state;
    int wakes = 0;
    struct journal_options options = scratch_options(scratch);
    options.wake = count_wakes;
    options.wake_context = &wakes;
    struct journal *journal;
    struct fault_text why;
    assert_int_equal(journal_open(&options, &journal, &why), 0);
    uint64_t last = 0;
    int queued = 0, fault;
    do {
        const struct entry entry = scratch_entry(scratch, last, 300);
        fault = journal_submit(journal, &entry);
        if (fault == 0) {
            queued++;
            last += 300;
        }
    } while (fault == 0);
    assert_int_equal(fault, ERR_BUSY);
    assert_int_equal(wakes, queued);
    assert_int_equal(journal_submitted(journal), 1 + queued);
    assert_int_equal(journal_step(journal), queued);
    assert_int_equal(scratch_append(scratch, journal, 300), 1);
    assert_int_equal(scratch_read_all(journal, &why), queued + 2);
    journal_close(journal);
}

static void test_segments_roll_over(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    struct fault_text why = {{0}};
    const uint32_t sizes[] = {1, 300, 12, 5, 200};
    int entries = 1;
    while (journal_segments(journal) < 7) {
        assert_int_equal(scratch_append(scratch, journal, sizes[entries % 5]), 1);
        assert_true(journal_prepare_step(journal, &why) >= 0);
        entries++;
    }
    assert_int_equal(scratch_read_all(journal, &why), entries);
    journal_close(journal);
    journal = scratch_open(scratch);
    assert_int_equal(journal_segments(journal), 7);
    assert_int_equal(scratch_read_all(journal, &why), entries);
    assert_int_equal(scratch_append(scratch, journal, 9), 1);
    assert_int_equal(scratch_read_all(journal, &why), entries + 1);
    journal_close(journal);
}

/* Single commands commit one by one: copied leaf pages must not eat the reserve of the seal. */
static void test_small_entries_fill_a_segment(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    struct fault_text why = {{0}};
    int entries = 1;
    while (journal_segments(journal) < 2) {
        assert_int_equal(scratch_append(scratch, journal, 1), 1);
        entries++;
    }
    assert_true(entries > 2000);
    assert_int_equal(scratch_read_all(journal, &why), entries);
    journal_close(journal);
}

static void test_without_spares_room_ends_by_name(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    enum journal_room room = JOURNAL_PLENTY;
    bool seen_reserve = false;
    while (room != JOURNAL_NONE) {
        room = journal_room(journal);
        seen_reserve = seen_reserve || room == JOURNAL_RESERVE;
        assert_int_equal(scratch_append(scratch, journal, 100), 1);
    }
    assert_true(seen_reserve);
    assert_int_equal(journal_segments(journal), 3);
    int committed = 0;
    while (committed >= 0) /* beyond what room allows: stop, lose nothing */
        committed = scratch_append(scratch, journal, 300);
    assert_int_equal(committed, ERR_DISK_FULL);
    assert_non_null(strstr(journal_why(journal), "bytes needed"));
    assert_int_equal(journal_failed(journal), ERR_DISK_FULL);
    assert_int_equal(journal_lost(journal), journal_committed(journal) + 1);
    const struct entry entry = scratch_entry(scratch, 1, 1);
    assert_int_equal(journal_submit(journal, &entry), ERR_DISK_FULL);
    assert_int_equal(journal_step(journal), ERR_DISK_FULL);
    uint64_t durable = journal_committed(journal);
    journal_close(journal);
    struct fault_text why;
    journal = scratch_open(scratch); /* there is space again: two spares are made */
    assert_int_equal(journal_committed(journal), durable);
    assert_int_equal(journal_room(journal), JOURNAL_PLENTY);
    assert_int_equal(scratch_append(scratch, journal, 300), 1);
    assert_int_equal(scratch_read_all(journal, &why), durable + 1);
    journal_close(journal);
}

static void test_spares_are_made_ahead(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    struct fault_text why;
    char path[256];
    struct stat found;
    assert_int_equal(journal_prepare_step(journal, &why), 0);
    snprintf(path, sizeof path, "%s/journal/00000003.seg", scratch->data);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_size, SCRATCH_SEGMENT);
    assert_true((uint64_t)found.st_blocks * 512 >= SCRATCH_SEGMENT); /* written, not sparse */
    while (journal_segments(journal) < 2)
        assert_int_equal(scratch_append(scratch, journal, 300), 1);
    assert_int_equal(journal_prepare_step(journal, &why), 1);
    assert_int_equal(journal_prepare_step(journal, &why), 0);
    journal_close(journal);
}

static void test_truncate_forgets_only_what_waits(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    struct fault_text why;
    assert_int_equal(scratch_append(scratch, journal, 4), 1);
    for (uint64_t last = 4; last < 10; last += 2) {
        const struct entry entry = scratch_entry(scratch, last, 2);
        assert_int_equal(journal_submit(journal, &entry), 0);
    }
    assert_int_equal(journal_truncate_after(journal, 1), ERR_REFUSED);
    assert_int_equal(journal_truncate_after(journal, 3), 0);
    assert_int_equal(journal_submitted(journal), 3);
    const struct entry entry = scratch_entry(scratch, 6, 1);
    assert_int_equal(journal_submit(journal, &entry), 0);
    assert_int_equal(journal_step(journal), 2);
    assert_int_equal(journal_lost(journal), 0);
    assert_int_equal(scratch_read_all(journal, &why), 4);
    journal_close(journal);
}

static void test_read_only_beside_the_server(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    for (int i = 0; i < 40; i++)
        assert_int_equal(scratch_append(scratch, journal, 300), 1);
    pid_t child = fork(); /* another process: the child never uses the parent's environments */
    assert_true(child >= 0);
    if (child == 0) {
        const struct journal_options options = {.directory = scratch->data, .read_only = true};
        struct journal *reader;
        struct fault_text why;
        if (journal_open(&options, &reader, &why)) _exit(1);
        if (journal_role(reader) != JOURNAL_READER) _exit(2);
        if (scratch_read_all(reader, &why) != 41) _exit(3);
        journal_close(reader);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(scratch_append(scratch, journal, 300), 1);
    journal_close(journal);
}

static void test_in_use_names_the_process(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct journal_options options = scratch_options(scratch);
        struct journal *second;
        struct fault_text why = {{0}};
        int fault = journal_open(&options, &second, &why);
        ssize_t written = write(ends[1], &why, sizeof why);
        _exit(fault == ERR_IN_USE && written == sizeof why ? 0 : 1);
    }
    int status;
    struct fault_text why;
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_int_equal(read(ends[0], &why, sizeof why), sizeof why);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_non_null(strstr(why.text, pid));
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(scratch_append(scratch, journal, 1), 1); /* undisturbed */
    journal_close(journal);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_other_versions_are_named(void **state)
{
    struct scratch *scratch = *state;
    journal_close(scratch_open(scratch));
    const struct journal_options options = scratch_options(scratch);
    char path[256];
    struct journal *journal;
    struct fault_text why;
    snprintf(path, sizeof path, "%s/VERSION", scratch->data);
    write_text(path, "lingnan data 7\ncluster 00112233445566778899aabbccddeeff\n");
    assert_int_equal(journal_open(&options, &journal, &why), ERR_VERSION);
    assert_non_null(strstr(why.text, "format 7"));
    assert_non_null(strstr(why.text, "format 1"));
    write_text(path, "something else");
    assert_int_equal(journal_open(&options, &journal, &why), ERR_VERSION);
    write_text(path, "lingnan data 1\ncluster 0011\n");
    assert_int_equal(journal_open(&options, &journal, &why), ERR_VERSION);
    write_text(path, "lingnan data 1\ncluster 00112233445566778899aabbccddeeff\n");
    assert_int_equal(journal_open(&options, &journal, &why), ERR_CHAIN);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(journal_open(&options, &journal, &why), ERR_VERSION);
}

static void test_missing_segment_is_named(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    while (journal_segments(journal) < 3)
        assert_int_equal(scratch_append(scratch, journal, 300), 1);
    journal_close(journal);
    char path[256];
    snprintf(path, sizeof path, "%s/journal/00000002.seg", scratch->data);
    assert_int_equal(unlink(path), 0);
    const struct journal_options options = scratch_options(scratch);
    struct fault_text why;
    assert_int_equal(journal_open(&options, &journal, &why), ERR_GAP);
    assert_non_null(strstr(why.text, "00000002.seg"));
}

static void test_spares_taken_away_are_made_again(void **state)
{
    struct scratch *scratch = *state;
    struct journal *journal = scratch_open(scratch);
    assert_int_equal(scratch_append(scratch, journal, 2), 1);
    journal_close(journal);
    char path[256];
    for (int number = 2; number <= 3; number++) {
        snprintf(path, sizeof path, "%s/journal/0000000%d.seg", scratch->data, number);
        assert_int_equal(unlink(path), 0);
    }
    snprintf(path, sizeof path, "%s/journal/00000002.seg.new", scratch->data);
    write_text(path, "an interrupted preparation");
    journal = scratch_open(scratch);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(journal_room(journal), JOURNAL_PLENTY);
    struct fault_text why;
    assert_int_equal(scratch_read_all(journal, &why), 2);
    journal_close(journal);
}

static void test_nothing_there_to_read(void **state)
{
    struct scratch *scratch = *state;
    struct journal_options options = {.directory = scratch->data, .read_only = true};
    struct journal *journal;
    struct fault_text why;
    assert_int_equal(journal_open(&options, &journal, &why), ERR_NOT_FOUND);
    options = scratch_options(scratch);
    options.segment_bytes = 4096;
    assert_int_equal(journal_open(&options, &journal, &why), ERR_LIMIT);
    options = scratch_options(scratch);
    options.directory = "/proc/nowhere/data";
    assert_int_equal(journal_open(&options, &journal, &why), ERR_NOT_FOUND);
    assert_non_null(strstr(why.text, "/proc/nowhere/data"));
}

/* In a child, because the limit cannot be taken back. Exit status 0: as it should be. */
static int open_with_file_limit(struct scratch *scratch, rlim_t bytes)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
        if (setrlimit(RLIMIT_FSIZE, &limit)) _exit(99);
        const struct journal_options options = scratch_options(scratch);
        struct journal *journal;
        struct fault_text why = {{0}};
        int fault = journal_open(&options, &journal, &why);
        _exit(fault != ERR_DISK_FULL ? 1 : strstr(why.text, "bytes needed") ? 0 : 2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_disk_full_at_start_leaves_a_clean_slate(void **state)
{
    struct scratch *scratch = *state;
    const rlim_t limits[] = {0, 10, 4096, 20000, 500000};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        assert_int_equal(open_with_file_limit(scratch, limits[i]), 0);
    struct journal *journal = scratch_open(scratch);
    struct fault_text why;
    assert_int_equal(scratch_append(scratch, journal, 2), 1);
    assert_int_equal(scratch_read_all(journal, &why), 2);
    journal_close(journal);
}

static void test_small_file_system_is_named(void **state)
{
    struct scratch *scratch = *state;
    if (mount("tmpfs", scratch->path, "tmpfs", 0, "size=2m")) skip(); /* needs root */
    const struct journal_options options = scratch_options(scratch);
    struct journal *journal;
    struct fault_text why;
    int fault = journal_open(&options, &journal, &why);
    int again = journal_open(&options, &journal, &why);
    int remounted = mount("tmpfs", scratch->path, "tmpfs", MS_REMOUNT, "size=32m");
    struct fault_text late = {{0}};
    int third = remounted ? remounted : journal_open(&options, &journal, &late);
    if (third == 0) journal_close(journal);
    umount2(scratch->path, MNT_DETACH);
    assert_int_equal(fault, ERR_DISK_FULL);
    assert_int_equal(again, ERR_DISK_FULL);
    assert_non_null(strstr(why.text, "bytes needed"));
    assert_non_null(strstr(why.text, scratch->data));
    assert_int_equal(third, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_append_read_reopen),
        CASE(test_limits_of_the_first_start_stay),
        CASE(test_one_step_commits_all_that_waits),
        CASE(test_full_queue_says_busy),
        CASE(test_segments_roll_over),
        CASE(test_small_entries_fill_a_segment),
        CASE(test_without_spares_room_ends_by_name),
        CASE(test_spares_are_made_ahead),
        CASE(test_truncate_forgets_only_what_waits),
        CASE(test_read_only_beside_the_server),
        CASE(test_in_use_names_the_process),
        CASE(test_other_versions_are_named),
        CASE(test_missing_segment_is_named),
        CASE(test_spares_taken_away_are_made_again),
        CASE(test_nothing_there_to_read),
        CASE(test_disk_full_at_start_leaves_a_clean_slate),
        CASE(test_small_file_system_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
