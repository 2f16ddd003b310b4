/* bench_compare.c - `lingnan bench compare FLOW...`: all engines in turn, medians and ratios.
 *
 * A shared machine changes its speed from minute to minute, so figures of different runs say
 * little. Here each round runs every engine once on the same flow, starting with another one each
 * time; the ratio to the naive book is taken inside the round, and the median of the rounds is
 * shown. All tapes must be equal.
 */
#include "bench/bench.h"
#include "bench/machine.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#define RUNS_MAX 99
#define RUNS_DEFAULT 7
#define ENGINES 3
#define NAIVE 2 /* index of the naive book below */

static const struct drive *const engines[ENGINES] = {&drive_book, &drive_whole, &drive_naive};

struct table {
    double mops[ENGINES][RUNS_MAX];
    double ratio[ENGINES][RUNS_MAX]; /* to the naive book of the same round */
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static int measure(const struct neutral *flow, size_t runs, struct table *table,
                   struct tape *out_tape, struct fault_text *why)
{
    for (size_t run = 0; run < runs; run++) {
        for (size_t turn = 0; turn < ENGINES; turn++) {
            size_t i = (run + turn) % ENGINES;
            struct bench_result result = {0};
            int status = bench_run(engines[i], flow, 1, NULL, &result, why);
            if (status != 0) return status;
            if (run == 0 && turn == 0) *out_tape = result.tape;
            if (!tape_equal(&result.tape, out_tape)) {
                return fault_say(why, ERR_DIGEST, "%s: another tape: hash %016llx, not %016llx",
                                 engines[i]->name, (unsigned long long)result.tape.hash,
                                 (unsigned long long)out_tape->hash);
            }
            table->mops[i][run] = (double)flow->count * 1e3 / (double)result.duration_ns;
        }
        for (size_t i = 0; i < ENGINES; i++) {
            table->ratio[i][run] = table->mops[i][run] / table->mops[NAIVE][run];
        }
    }
    return 0;
}

static int compare(const char *path, size_t runs, json_t *results, struct fault_text *why)
{
    struct neutral flow = {0};
    struct table *table = calloc(1, sizeof *table);
    struct tape tape = {0};
    char hash[17];
    if (!table) return fault_say(why, ERR_NO_MEMORY, "no memory for the results");
    int status = neutral_load(path, &flow, why);
    if (status == 0) status = measure(&flow, runs, table, &tape, why);
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)tape.hash);
    for (size_t i = 0; i < ENGINES && status == 0; i++) {
        json_t *row =
            json_pack("{s:s, s:s, s:I, s:f, s:f, s:s}", "flow", path, "engine", engines[i]->name,
                      "commands", (json_int_t)flow.count, "mops", median(table->mops[i], runs),
                      "ratio", median(table->ratio[i], runs), "hash", hash);
        if (json_array_append_new(results, row) != 0) {
            status = fault_say(why, ERR_NO_MEMORY, "no memory for the results");
        }
    }
    neutral_free(&flow);
    free(table);
    return status;
}

static void print_text(const json_t *results, const json_t *machine, size_t runs)
{
    size_t i;
    json_t *row;
    (void)printf("machine: %s, %lld cores, %s, %s\n",
                 json_string_value(json_object_get(machine, "cpu")),
                 (long long)json_integer_value(json_object_get(machine, "cores")),
                 json_string_value(json_object_get(machine, "compiler")),
                 json_string_value(json_object_get(machine, "build")));
    json_array_foreach(results, i, row)
    {
        (void)printf("flow=%s engine=%s mops=%.2f ratio=%.2f runs=%zu hash=%s\n",
                     json_string_value(json_object_get(row, "flow")),
                     json_string_value(json_object_get(row, "engine")),
                     json_real_value(json_object_get(row, "mops")),
                     json_real_value(json_object_get(row, "ratio")), runs,
                     json_string_value(json_object_get(row, "hash")));
    }
}

int bench_compare(int argc, char **argv)
{
    static const struct option options[] = {
        {"runs", required_argument, NULL, 'r'}, {"json", no_argument, NULL, 'j'}, {0}};
    struct fault_text why = {0};
    uint64_t runs = RUNS_DEFAULT;
    bool json = false;
    int status = 0;
    int letter;
    optind = 0;
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (letter == 'r' && !bench_number(optarg, 1, RUNS_MAX, &runs)) {
            status = fault_say(&why, ERR_USAGE, "--runs: 1 to %d", RUNS_MAX);
        }
        if (letter == '?') status = fault_say(&why, ERR_USAGE, "unknown option");
        json |= letter == 'j';
    }
    if (status == 0 && optind >= argc) {
        status = fault_say(&why, ERR_USAGE, "one flow file or more, please");
    }
    json_t *machine = machine_describe();
    json_t *results = json_array();
    for (int i = optind; i < argc && status == 0; i++) {
        status = compare(argv[i], runs, results, &why);
    }
    if (status == 0 && json) {
        json_t *all = json_pack("{s:O, s:I, s:O}", "machine", machine, "runs", (json_int_t)runs,
                                "results", results);
        (void)json_dumpf(all, stdout, JSON_INDENT(1));
        (void)printf("\n");
        json_decref(all);
    } else if (status == 0) {
        print_text(results, machine, runs);
    }
    json_decref(results);
    json_decref(machine);
    return status == 0 ? EX_OK : bench_fail("compare", status, &why);
}
