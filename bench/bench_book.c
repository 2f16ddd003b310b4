/* bench_book.c - `lingnan bench book FLOW`: one engine, one flow, one line. */
#include "bench/bench.h"
#include "bench/machine.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

struct choice {
    const char *path;
    const struct drive *drive;
    uint64_t zones;
    bool latency;
    bool json;
};

static const struct percentile {
    const char *name;
    uint64_t per_million;
} percentiles[] = {{"p50", 500000}, {"p99", 990000}, {"p99.9", 999000}, {"p99.99", 999900}};
#define PERCENTILES (sizeof percentiles / sizeof percentiles[0])

static int read_choice(int argc, char **argv, struct choice *out, struct fault_text *why)
{
    static const struct option options[] = {{"engine", required_argument, NULL, 'e'},
                                            {"zones", required_argument, NULL, 'z'},
                                            {"latency", no_argument, NULL, 'l'},
                                            {"json", no_argument, NULL, 'j'},
                                            {0}};
    struct choice choice = {.drive = &drive_book, .zones = 1};
    int letter;
    optind = 0;
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (letter == 'e') choice.drive = drive_find(optarg);
        if (!choice.drive) {
            return fault_say(why, ERR_USAGE, "--engine: book, whole or naive");
        }
        if (letter == 'z' && !bench_number(optarg, 1, 2, &choice.zones)) {
            return fault_say(why, ERR_USAGE, "--zones: 1 or 2");
        }
        choice.latency |= letter == 'l';
        choice.json |= letter == 'j';
        if (letter == '?') return fault_say(why, ERR_USAGE, "unknown option");
    }
    if (argc - optind != 1) return fault_say(why, ERR_USAGE, "one flow file, please");
    if (choice.zones > choice.drive->zones_max) {
        return fault_say(why, ERR_USAGE, "--engine=%s has one zone", choice.drive->name);
    }
    choice.path = argv[optind];
    *out = choice;
    return 0;
}

static double mops(const struct neutral *flow, const struct bench_result *result)
{
    return (double)flow->count * 1e3 / (double)(result->duration_ns ? result->duration_ns : 1);
}

static void print_text(const struct neutral *flow, const struct bench_result *result,
                       const struct histogram *latency)
{
    const struct tape *tape = &result->tape;
    (void)printf("commands=%zu seconds=%.6f mops=%.3f trades=%llu quantity=%llu notional=%llu "
                 "hash=%016llx\n",
                 flow->count, (double)result->duration_ns / 1e9, mops(flow, result),
                 (unsigned long long)tape->trades, (unsigned long long)tape->quantity,
                 (unsigned long long)tape->notional, (unsigned long long)tape->hash);
    if (!latency) return;
    for (size_t i = 0; i < PERCENTILES; i++) {
        (void)printf("%s=%llu ", percentiles[i].name,
                     (unsigned long long)histogram_percentile(latency, percentiles[i].per_million));
    }
    (void)printf("max=%llu\n", (unsigned long long)latency->max);
}

static int print_json(const struct choice *choice, const struct neutral *flow,
                      const struct bench_result *result, const struct histogram *latency)
{
    char hash[17];
    (void)snprintf(hash, sizeof hash, "%016llx", (unsigned long long)result->tape.hash);
    json_t *times = json_object();
    for (size_t i = 0; latency && i < PERCENTILES; i++) {
        uint64_t value = histogram_percentile(latency, percentiles[i].per_million);
        (void)json_object_set_new(times, percentiles[i].name, json_integer((json_int_t)value));
    }
    if (latency) {
        (void)json_object_set_new(times, "max", json_integer((json_int_t)latency->max));
    }
    json_t *all =
        json_pack("{s:s, s:s, s:i, s:I, s:f, s:f, s:I, s:I, s:I, s:s, s:o, s:o}", "flow",
                  choice->path, "engine", choice->drive->name, "zones", (int)choice->zones,
                  "commands", (json_int_t)flow->count, "seconds", (double)result->duration_ns / 1e9,
                  "mops", mops(flow, result), "trades", (json_int_t)result->tape.trades, "quantity",
                  (json_int_t)result->tape.quantity, "notional", (json_int_t)result->tape.notional,
                  "hash", hash, "latency_ns", times, "machine", machine_describe());
    int status = all ? json_dumpf(all, stdout, JSON_COMPACT) : -1;
    (void)printf("\n");
    json_decref(all);
    return status;
}

int bench_book(int argc, char **argv)
{
    struct choice choice = {0};
    struct neutral flow = {0};
    struct fault_text why = {0};
    static struct histogram latency; /* 30 KiB; one run per process */
    struct bench_result result = {0};
    int status = read_choice(argc, argv, &choice, &why);
    if (status == 0) status = neutral_load(choice.path, &flow, &why);
    if (status == 0) {
        status = bench_run(choice.drive, &flow, (unsigned)choice.zones, NULL, &result, &why);
    }
    if (status == 0 && choice.latency) {
        /* A second run, so that reading the clock does not slow the first. */
        struct bench_result again;
        status = bench_run(choice.drive, &flow, (unsigned)choice.zones, &latency, &again, &why);
        if (status == 0 && !tape_equal(&again.tape, &result.tape)) {
            status = fault_say(&why, ERR_DIGEST, "two runs of one engine traded differently");
        }
    }
    if (status == 0) {
        const struct histogram *shown = choice.latency ? &latency : NULL;
        if (!choice.json) {
            print_text(&flow, &result, shown);
        } else if (print_json(&choice, &flow, &result, shown) != 0) {
            status = fault_say(&why, ERR_NO_MEMORY, "no memory for the result");
        }
    }
    neutral_free(&flow);
    return status == 0 ? EX_OK : bench_fail("book", status, &why);
}
