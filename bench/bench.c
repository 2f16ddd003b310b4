/* bench.c - the verbs of `lingnan bench`. */
#include "bench/bench.h"
#include "bench/machine.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;
} verbs[] = {
    {"flow", bench_flow, "shallow|deep|multi FILE [--seed=N] [--commands=N]"},
    {"book", bench_book, "FLOW [--engine=book|whole|naive] [--zones=1|2] [--latency] [--json]"},
    {"compare", bench_compare, "FLOW... [--runs=N] [--json]"},
    {"road", bench_road,
     "[--frames=1,16,1000] [--connections=N] [--transport=tcp|ipc] [--seconds=N]\n"
     "                     [--depth=N | --rate=N] [--runs=N] [--folder=DIR] [--prepare=MIB] "
     "[--json]"},
    {"skeleton", bench_skeleton, "(the same options), or --serve=URL --folder=DIR"},
};
#define HINT "Try: lingnan bench --help\n"
#define VERBS (sizeof verbs / sizeof verbs[0])

static void usage(FILE *out)
{
    (void)fprintf(out, "Usage:\n");
    for (size_t i = 0; i < VERBS; i++) {
        (void)fprintf(out, "  lingnan bench %s %s\n", verbs[i].name, verbs[i].usage);
    }
    (void)fprintf(out, "\n"
                       "flow     writes a neutral order flow (bench/README.md)\n"
                       "book     replays it and prints speed and tape\n"
                       "compare  replays it in all engines in turn; medians and ratios\n"
                       "road     orders through a real `lingnan serve`, beside the skeleton\n"
                       "skeleton the same clients and bytes on disk, no exchange\n"
                       "\n"
                       "Example: lingnan bench flow shallow s.flow && lingnan bench book s.flow\n");
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

int bench_main(int argc, char **argv)
{
    bool help = argc <= 1;
    for (int i = 1; i < argc; i++) {
        help |= is_help(argv[i]);
    }
    if (help) {
        usage(stdout);
        return EX_OK;
    }
    const char *name = argv[1];
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, name) == 0) return verbs[i].run(argc - 1, argv + 1);
    }
    (void)fprintf(stderr, "bench: no such verb: %s\n" HINT, name);
    return EX_USAGE;
}

int bench_fail(const char *verb, int fault, const struct fault_text *why)
{
    (void)fprintf(stderr, "bench %s: %s (%s)\n", verb, why->text, fault_name(fault));
    switch (fault) {
    case ERR_USAGE:
        (void)fprintf(stderr, HINT);
        return EX_USAGE;
    case ERR_NOT_FOUND:
        return EX_NOINPUT;
    case ERR_MALFORMED:
        return EX_DATAERR;
    case ERR_DISK:
    case ERR_DISK_FULL:
        return EX_IOERR;
    case ERR_NO_MEMORY:
    case ERR_SYSTEM:
        return EX_OSERR;
    case ERR_CONNECT:
    case ERR_CLOSED:
        return EX_UNAVAILABLE;
    default: /* not an enum: an int from another room */
        return EXIT_FAILURE;
    }
}

bool bench_number(const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
    char *end = NULL;
    if (*text < '0' || *text > '9') return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < low || value > high) return false;
    *out = value;
    return true;
}

int bench_run(const struct drive *drive, const struct neutral *flow, unsigned zones,
              struct histogram *latency, struct bench_result *out, struct fault_text *why)
{
    struct bench_result result = {0};
    void *engine = NULL;
    int status = drive->create(flow, zones, &engine, why);
    if (status != 0) return status;
    uint64_t per_second = latency ? machine_ticks_per_second() : 1;
    uint64_t start_ns = machine_now_ns();
    if (!latency) {
        status = drive->run(engine, flow->records, flow->count, &result.tape, why);
    }
    for (size_t i = 0; latency && i < flow->count && status == 0; i++) {
        uint64_t start = machine_ticks();
        status = drive->run(engine, &flow->records[i], 1, &result.tape, why);
        uint64_t ticks = machine_ticks() - start;
        histogram_add(latency, (uint64_t)((unsigned __int128)ticks * 1000000000 / per_second));
    }
    result.duration_ns = machine_now_ns() - start_ns;
    drive->destroy(engine);
    if (status == 0) *out = result;
    return status;
}
