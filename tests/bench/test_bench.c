/* The verbs a person types: the one line of `bench book`, exit statuses, named errors. Method: the
 * program's own entry, with standard output going to a file that is read back. */
#include "bench/bench.h"
#include "tests/lib/cmocka_all.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define OUTPUT_BYTES 8192
#define ARGUMENTS_MAX 8

struct room { /* a folder of its own, a small flow in it */
    char folder[64];
    char flow[96];
    char output_path[96];
    char output[OUTPUT_BYTES];
};

static int run(struct room *room, const char *const *words)
{
    char *argv[ARGUMENTS_MAX + 2] = {(char[]){"lingnan bench"}};
    int argc = 1;
    for (; words[argc - 1]; argc++) {
        assert_true(argc <= ARGUMENTS_MAX);
        argv[argc] = strdup(words[argc - 1]);
    }
    (void)fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    int file = open(room->output_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(kept >= 0 && file >= 0);
    assert_int_equal(dup2(file, STDOUT_FILENO), STDOUT_FILENO);
    int status = bench_main(argc, argv);
    (void)fflush(stdout);
    assert_int_equal(dup2(kept, STDOUT_FILENO), STDOUT_FILENO);
    ssize_t size = pread(file, room->output, sizeof room->output - 1, 0);
    assert_true(size >= 0);
    room->output[size] = '\0';
    (void)close(kept);
    (void)close(file);
    for (int i = 1; i < argc; i++) {
        free(argv[i]);
    }
    return status;
}
#define RUN(room, ...) run(room, (const char *const[]){__VA_ARGS__, NULL})

static int set_up(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    assert_non_null(room);
    (void)strcpy(room->folder, "/tmp/lingnan-verbs-XXXXXX");
    assert_non_null(mkdtemp(room->folder));
    (void)snprintf(room->flow, sizeof room->flow, "%s/flow", room->folder);
    (void)snprintf(room->output_path, sizeof room->output_path, "%s/output", room->folder);
    assert_int_equal(RUN(room, "flow", "shallow", room->flow, "--commands=5000", "--seed=4"), 0);
    assert_string_equal(room->output, "");
    *state = room;
    return 0;
}

static int tear_down(void **state)
{
    struct room *room = *state;
    (void)unlink(room->flow);
    (void)unlink(room->output_path);
    (void)rmdir(room->folder);
    free(room);
    return 0;
}

static void test_book_prints_one_line(void **state)
{
    struct room *room = *state;
    static const char *const engines[] = {"--engine=book", "--engine=whole", "--engine=naive"};
    char hashes[3][17];
    for (size_t i = 0; i < 3; i++) {
        unsigned long long commands, trades, quantity, notional;
        double seconds, mops;
        int used = 0;
        assert_int_equal(RUN(room, "book", room->flow, engines[i]), 0);
        int fields =
            sscanf(room->output,
                   "commands=%llu seconds=%lf mops=%lf trades=%llu quantity=%llu "
                   "notional=%llu hash=%16[0-9a-f]\n%n",
                   &commands, &seconds, &mops, &trades, &quantity, &notional, hashes[i], &used);
        assert_int_equal(fields, 7);
        assert_int_equal(used, strlen(room->output));
        assert_int_equal(strlen(hashes[i]), 16);
        assert_int_equal(commands, 5000);
        assert_true(trades > 0 && seconds > 0 && mops > 0);
        assert_string_equal(hashes[i], hashes[0]);
    }
}

static void test_book_latency_and_json(void **state)
{
    struct room *room = *state;
    unsigned long long values[5];
    assert_int_equal(RUN(room, "book", room->flow, "--engine=whole", "--zones=2", "--latency"), 0);
    const char *second = strchr(room->output, '\n');
    assert_non_null(second);
    assert_int_equal(sscanf(second + 1, "p50=%llu p99=%llu p99.9=%llu p99.99=%llu max=%llu",
                            &values[0], &values[1], &values[2], &values[3], &values[4]),
                     5);
    for (size_t i = 1; i < 5; i++) {
        assert_true(values[i] >= values[i - 1]);
    }
    assert_int_equal(RUN(room, "book", room->flow, "--json"), 0);
    assert_non_null(strstr(room->output, "\"machine\":{\"cpu\":"));
    assert_non_null(strstr(room->output, "\"hash\":"));
}

static void test_compare_names_every_engine(void **state)
{
    struct room *room = *state;
    assert_int_equal(RUN(room, "compare", room->flow, "--runs=1"), 0);
    assert_non_null(strstr(room->output, "engine=book"));
    assert_non_null(strstr(room->output, "engine=whole"));
    assert_non_null(strstr(room->output, "engine=naive"));
    assert_non_null(strstr(room->output, "machine: "));
}

static void test_wrong_use_is_refused(void **state)
{
    struct room *room = *state;
    assert_int_equal(RUN(room, "nonsense"), EX_USAGE);
    assert_int_equal(RUN(room, "road", "--help"), EX_OK);
    assert_non_null(strstr(room->output, "lingnan bench road"));
    assert_int_equal(RUN(room, "flow", "shallow"), EX_USAGE);
    assert_int_equal(RUN(room, "flow", "round", room->flow), EX_USAGE);
    assert_int_equal(RUN(room, "flow", "shallow", room->flow, "--commands=0"), EX_USAGE);
    assert_int_equal(RUN(room, "book"), EX_USAGE);
    assert_int_equal(RUN(room, "book", room->flow, "--engine=fast"), EX_USAGE);
    assert_int_equal(RUN(room, "book", room->flow, "--zones=3"), EX_USAGE);
    assert_int_equal(RUN(room, "book", room->flow, "--colour"), EX_USAGE);
    assert_int_equal(RUN(room, "compare"), EX_USAGE);
    assert_int_equal(RUN(room, "road", "--frames=0"), EX_USAGE);
    assert_int_equal(RUN(room, "road", "--frames=1,1001"), EX_USAGE);
    assert_int_equal(RUN(room, "road", "--transport=pigeon"), EX_USAGE);
    assert_int_equal(RUN(room, "skeleton", "--serve=ipc:///x"), EX_USAGE);
    assert_int_equal(RUN(room, "book", "/nowhere/at/all"), EX_NOINPUT);
    assert_int_equal(RUN(room, "book", room->output_path), EX_DATAERR);
    assert_int_equal(RUN(room, "flow", "shallow", "/nowhere/at/all"), EX_IOERR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_book_prints_one_line),
        cmocka_unit_test(test_book_latency_and_json),
        cmocka_unit_test(test_compare_names_every_engine),
        cmocka_unit_test(test_wrong_use_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
