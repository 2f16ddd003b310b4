/* bench_flow.c - `lingnan bench flow KIND FILE`: writes a neutral order flow. */
#include "bench/bench.h"
#include "bench/generator.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static int write_file(const char *kind, const char *path, uint64_t seed, uint64_t commands,
                      struct fault_text *why)
{
    FILE *file = fopen(path, "wb");
    if (!file) return fault_say(why, ERR_DISK, "%s: %s", path, strerror(errno));
    int status = generator_write(kind, seed, commands, file, why);
    if (fclose(file) != 0 && status == 0) {
        status = fault_say(why, ERR_DISK, "%s: %s", path, strerror(errno));
    }
    return status;
}

int bench_flow(int argc, char **argv)
{
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'}, {"commands", required_argument, NULL, 'c'}, {0}};
    struct fault_text why = {0};
    uint64_t seed = GENERATOR_SEED;
    uint64_t commands = GENERATOR_COMMANDS;
    int status = 0;
    int letter;
    optind = 0;
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (letter == 's' && !bench_number(optarg, 0, UINT64_MAX, &seed)) {
            status = fault_say(&why, ERR_USAGE, "--seed: a whole number");
        } else if (letter == 'c' && !bench_number(optarg, 1, NEUTRAL_RECORDS_MAX, &commands)) {
            status = fault_say(&why, ERR_USAGE, "--commands: 1 to %llu",
                               (unsigned long long)NEUTRAL_RECORDS_MAX);
        } else if (letter == '?') {
            status = fault_say(&why, ERR_USAGE, "unknown option");
        }
    }
    if (status == 0 && argc - optind != 2) {
        status = fault_say(&why, ERR_USAGE, "a kind and a file, please");
    }
    if (status == 0 && !generator_knows(argv[optind])) {
        status = fault_say(&why, ERR_USAGE, "%s: the kinds are shallow, deep, multi", argv[optind]);
    }
    if (status == 0) status = write_file(argv[optind], argv[optind + 1], seed, commands, &why);
    return status == 0 ? EX_OK : bench_fail("flow", status, &why);
}
