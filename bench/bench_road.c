/* bench_road.c - `lingnan bench road` and `bench skeleton`: orders over streams, durable, and back.
 *
 * For every frame size the exchange and the skeleton are measured in turn, in the same run, by the
 * same clients; with --runs, that many rounds, and the medians are shown. Each server starts on an
 * empty folder beside the other's, so none writes while the other is measured.
 */
#include "bench/bench.h"
#include "bench/child.h"
#include "bench/load.h"
#include "bench/machine.h"
#include "bench/skeleton.h"
#include "engine/assert.h"
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define FRAMES_MOST 8
#define ROUNDS_MAX 15
#define SECONDS_MAX 3600
#define SECOND_NS UINT64_C(1000000000)
#define WARM_NS (SECOND_NS / 2)
#define DEPTH 64
#define PREPARE_MIB_MAX 65536

enum server { SERVER_ROAD, SERVER_SKELETON, SERVER_COUNT };
static const char *const server_names[SERVER_COUNT] = {"road", "skeleton"};

struct plan {
    const char *verb;
    const char *folder;    /* where temporary folders are made; NULL: $TMPDIR or /tmp */
    const char *serve_url; /* set: be the skeleton's server */
    uint64_t frames[FRAMES_MOST];
    size_t frames_count;
    uint64_t connections;
    uint64_t depth;
    uint64_t seconds;
    uint64_t rate;
    uint64_t runs;
    uint64_t prepare_mib; /* of the skeleton's file */
    bool tcp;
    bool json;
    bool measures[SERVER_COUNT];
};

struct figures { /* medians of the rounds */
    double per_second;
    double p50_us;
    double p99_us;
    double p999_us;
    double max_us;
    uint64_t commands;
    uint64_t refused;
};

/* ---- Options ---- */

static int read_frames(const char *text, struct plan *plan, struct fault_text *why)
{
    char copy[128];
    char *rest = copy;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy) {
        return fault_say(why, ERR_USAGE, "--frames: too long");
    }
    plan->frames_count = 0;
    for (char *word; (word = strsep(&rest, ",")) != NULL;) {
        uint64_t frame = 0;
        if (plan->frames_count == FRAMES_MOST || !bench_number(word, 1, FRAME_ITEMS_MAX, &frame)) {
            return fault_say(why, ERR_USAGE, "--frames: up to %d numbers from 1 to %d, with commas",
                             FRAMES_MOST, FRAME_ITEMS_MAX);
        }
        plan->frames[plan->frames_count++] = frame;
    }
    return 0;
}

static int read_option(int letter, struct plan *plan, struct fault_text *why)
{
    switch (letter) {
    case 'f':
        return read_frames(optarg, plan, why);
    case 'c':
        if (bench_number(optarg, 1, LOAD_CONNECTIONS_MAX, &plan->connections)) return 0;
        return fault_say(why, ERR_USAGE, "--connections: 1 to %d", LOAD_CONNECTIONS_MAX);
    case 'd':
        if (bench_number(optarg, 1, LOAD_CREDITS, &plan->depth)) return 0;
        return fault_say(why, ERR_USAGE, "--depth: 1 to %d", LOAD_CREDITS);
    case 's':
        if (bench_number(optarg, 1, SECONDS_MAX, &plan->seconds)) return 0;
        return fault_say(why, ERR_USAGE, "--seconds: 1 to %d", SECONDS_MAX);
    case 'r':
        if (bench_number(optarg, 1, SECOND_NS, &plan->rate)) return 0;
        return fault_say(why, ERR_USAGE, "--rate: commands per second");
    case 'n':
        if (bench_number(optarg, 1, ROUNDS_MAX, &plan->runs)) return 0;
        return fault_say(why, ERR_USAGE, "--runs: 1 to %d", ROUNDS_MAX);
    case 'p':
        if (bench_number(optarg, 0, PREPARE_MIB_MAX, &plan->prepare_mib)) return 0;
        return fault_say(why, ERR_USAGE, "--prepare: 0 to %d MiB", PREPARE_MIB_MAX);
    case 't':
        plan->tcp = strcmp(optarg, "tcp") == 0;
        if (plan->tcp || strcmp(optarg, "ipc") == 0) return 0;
        return fault_say(why, ERR_USAGE, "--transport: tcp or ipc");
    case 'F':
        plan->folder = optarg;
        return 0;
    case 'S':
        plan->serve_url = optarg;
        return 0;
    case 'j':
        plan->json = true;
        return 0;
    default: /* getopt's answer to anything else */
        return fault_say(why, ERR_USAGE, "unknown option");
    }
}

static int read_plan(int argc, char **argv, struct plan *plan, struct fault_text *why)
{
    static const struct option options[] = {{"frames", required_argument, NULL, 'f'},
                                            {"connections", required_argument, NULL, 'c'},
                                            {"depth", required_argument, NULL, 'd'},
                                            {"seconds", required_argument, NULL, 's'},
                                            {"rate", required_argument, NULL, 'r'},
                                            {"runs", required_argument, NULL, 'n'},
                                            {"transport", required_argument, NULL, 't'},
                                            {"folder", required_argument, NULL, 'F'},
                                            {"prepare", required_argument, NULL, 'p'},
                                            {"serve", required_argument, NULL, 'S'},
                                            {"json", no_argument, NULL, 'j'},
                                            {0}};
    int status = 0;
    int letter;
    optind = 0;
    while (status == 0 && (letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        status = read_option(letter, plan, why);
    }
    if (status == 0 && optind != argc) status = fault_say(why, ERR_USAGE, "%s?", argv[optind]);
    return status;
}

/* ---- Servers ---- */

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int port = 0;
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe >= 0 && bind(probe, (struct sockaddr *)&address, size) == 0 &&
        getsockname(probe, (struct sockaddr *)&address, &size) == 0) {
        port = ntohs(address.sin_port);
    }
    if (probe >= 0) (void)close(probe);
    return port;
}

/* The market file and the registered keys: one funded participant per connection. */
static int write_market(const char *folder, const struct plan *plan, struct keyfile *keys,
                        struct fault_text *why)
{
    char path[2][CHILD_PATH_MAX + 32];
    (void)snprintf(path[0], sizeof path[0], "%s/market", folder);
    (void)snprintf(path[1], sizeof path[1], "%s/keys", folder);
    FILE *market = fopen(path[0], "w");
    FILE *registered = fopen(path[1], "w");
    int status = 0;
    if (!market || !registered) {
        status = fault_say(why, ERR_DISK, "%s: %s", folder, strerror(errno));
        goto done;
    }
    (void)fprintf(market,
                  "zone GBA\n"
                  "instrument CO2 family=carbon lot=1 tick=1 ref=%d band_ppm=100000 t_plus=0 "
                  "fee_ppm=2000 stp=allow phase=continuous\n",
                  LOAD_PRICE);
    for (uint64_t i = 0; i < plan->connections && status == 0; i++) {
        char text[KEYFILE_LINE_MAX];
        struct keyfile_line line = {.role = ROLE_ENTERPRISE};
        (void)snprintf(line.name.text, sizeof line.name.text, "p%u", (unsigned)i);
        line.participant = line.name;
        status = keyfile_make(&line.name, &keys[i]);
        if (status != 0) {
            status = fault_say(why, status, "cannot make a key");
            break;
        }
        memcpy(line.public_key, keys[i].public_key, sizeof line.public_key);
        size_t size = keyfile_line_text(&line, text, sizeof text);
        ASSERT(size > 0);
        (void)fprintf(registered, "%.*s%s", (int)size, text, text[size - 1] == '\n' ? "" : "\n");
        (void)fprintf(market,
                      "participant p%u zone=GBA\n"
                      "deposit p%u cash=10000000000000000\n"
                      "issue p%u CO2 qty=1000000000000\n",
                      (unsigned)i, (unsigned)i, (unsigned)i);
    }
done:
    if (market && fclose(market) != 0 && status == 0) {
        status = fault_say(why, ERR_DISK, "%s: %s", path[0], strerror(errno));
    }
    if (registered && fclose(registered) != 0 && status == 0) {
        status = fault_say(why, ERR_DISK, "%s: %s", path[1], strerror(errno));
    }
    return status;
}

static int start_server(const struct plan *plan, enum server server, const char *folder,
                        const char *url, struct child *child, struct fault_text *why)
{
    char prepare[32];
    char log[CHILD_PATH_MAX + 32];
    (void)snprintf(log, sizeof log, "%s/log", folder);
    char market[CHILD_PATH_MAX + 32];
    char feed[CHILD_PATH_MAX + 32];
    (void)snprintf(market, sizeof market, "%s/market", folder);
    (void)snprintf(feed, sizeof feed, "ipc://%s/feed.ipc", folder);
    (void)snprintf(prepare, sizeof prepare, "%llu", (unsigned long long)plan->prepare_mib);
    const char *const road[] = {"serve",    "--data", folder,   "--market", market,
                                "--listen", url,      "--feed", feed,       NULL};
    const char *const skeleton[] = {"bench", "skeleton",  "--serve", url, "--folder",
                                    folder,  "--prepare", prepare,   NULL};
    int status = child_start(child, server == SERVER_ROAD ? road : skeleton, log, why);
    if (status != 0) child_show_log(log);
    return status;
}

static int measure(const struct plan *plan, enum server server, uint32_t frame,
                   struct load_result *out, struct fault_text *why)
{
    char folder[CHILD_PATH_MAX];
    char url[CHILD_PATH_MAX + 32];
    struct child child = {.output = -1};
    struct keyfile *keys = calloc(plan->connections, sizeof *keys);
    if (!keys) return fault_say(why, ERR_NO_MEMORY, "no memory for keys");
    int status = child_folder(plan->folder, folder, why);
    if (status != 0) {
        free(keys);
        return status;
    }
    if (plan->tcp) {
        (void)snprintf(url, sizeof url, "tcp://127.0.0.1:%d", free_port());
    } else {
        (void)snprintf(url, sizeof url, "ipc://%s/order.ipc", folder);
    }
    if (server == SERVER_ROAD) status = write_market(folder, plan, keys, why);
    if (status == 0) status = start_server(plan, server, folder, url, &child, why);
    if (status == 0) {
        const struct load_options options = {.url = url,
                                             .keys = server == SERVER_ROAD ? keys : NULL,
                                             .connections = (uint32_t)plan->connections,
                                             .frame = frame,
                                             .depth = (uint32_t)plan->depth,
                                             .rate = plan->rate,
                                             .warm_ns = WARM_NS,
                                             .duration_ns = plan->seconds * SECOND_NS};
        status = load_run(&options, out, why);
    }
    if (status != 0 && child.process != 0) {
        char log[CHILD_PATH_MAX + 32];
        (void)snprintf(log, sizeof log, "%s/log", folder);
        child_show_log(log);
    }
    int ended = child_stop(&child, status == 0 ? why : NULL);
    if (status == 0) status = ended;
    child_folder_remove(folder);
    for (uint64_t i = 0; i < plan->connections; i++) {
        keyfile_wipe(&keys[i]);
    }
    free(keys);
    return status;
}

/* ---- Results ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const struct figures *rounds, size_t count, size_t field)
{
    double values[ROUNDS_MAX];
    for (size_t i = 0; i < count; i++) {
        memcpy(&values[i], (const uint8_t *)&rounds[i] + field, sizeof values[i]);
    }
    qsort(values, count, sizeof values[0], by_value);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static struct figures figures_of(const struct load_result *result)
{
    const struct histogram *latency = &result->latency;
    return (struct figures){.per_second =
                                (double)result->commands * 1e9 / (double)result->duration_ns,
                            .p50_us = (double)histogram_percentile(latency, 500000) / 1e3,
                            .p99_us = (double)histogram_percentile(latency, 990000) / 1e3,
                            .p999_us = (double)histogram_percentile(latency, 999000) / 1e3,
                            .max_us = (double)latency->max / 1e3,
                            .commands = result->commands,
                            .refused = result->refused};
}

static struct figures medians_of(const struct figures *rounds, size_t count)
{
    struct figures all = {.per_second = median(rounds, count, offsetof(struct figures, per_second)),
                          .p50_us = median(rounds, count, offsetof(struct figures, p50_us)),
                          .p99_us = median(rounds, count, offsetof(struct figures, p99_us)),
                          .p999_us = median(rounds, count, offsetof(struct figures, p999_us)),
                          .max_us = median(rounds, count, offsetof(struct figures, max_us))};
    for (size_t i = 0; i < count; i++) {
        all.commands += rounds[i].commands;
        all.refused += rounds[i].refused;
    }
    return all;
}

static json_t *row_of(const struct plan *plan, enum server server, uint64_t frame,
                      const struct figures *figures)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f}", "what",
                     server_names[server], "transport", plan->tcp ? "tcp" : "ipc", "frame",
                     (json_int_t)frame, "connections", (json_int_t)plan->connections, "depth",
                     (json_int_t)plan->depth, "rate", (json_int_t)plan->rate, "commands",
                     (json_int_t)figures->commands, "refused", (json_int_t)figures->refused,
                     "per_second", figures->per_second, "p50_us", figures->p50_us, "p99_us",
                     figures->p99_us, "p999_us", figures->p999_us, "max_us", figures->max_us);
}

static void print_row(const struct plan *plan, enum server server, uint64_t frame,
                      const struct figures *figures)
{
    char mode[48];
    if (plan->rate == 0) {
        (void)snprintf(mode, sizeof mode, "depth=%llu", (unsigned long long)plan->depth);
    } else {
        (void)snprintf(mode, sizeof mode, "rate=%llu", (unsigned long long)plan->rate);
    }
    (void)printf("%s transport=%s frame=%llu connections=%llu %s per_second=%.0f p50_us=%.0f "
                 "p99_us=%.0f p99.9_us=%.0f max_us=%.0f commands=%llu refused=%llu\n",
                 server_names[server], plan->tcp ? "tcp" : "ipc", (unsigned long long)frame,
                 (unsigned long long)plan->connections, mode, figures->per_second, figures->p50_us,
                 figures->p99_us, figures->p999_us, figures->max_us,
                 (unsigned long long)figures->commands, (unsigned long long)figures->refused);
    (void)fflush(stdout);
}

/* All rounds of one frame size. */
static int measure_frame(const struct plan *plan, uint64_t frame, json_t *rows,
                         struct fault_text *why)
{
    struct figures rounds[SERVER_COUNT][ROUNDS_MAX];
    struct figures all[SERVER_COUNT] = {0};
    struct load_result *result = calloc(1, sizeof *result);
    int status = result ? 0 : fault_say(why, ERR_NO_MEMORY, "no memory for the result");
    for (size_t round = 0; round < plan->runs && status == 0; round++) {
        for (unsigned turn = 0; turn < SERVER_COUNT && status == 0; turn++) {
            enum server server = (turn + round) % SERVER_COUNT;
            if (!plan->measures[server]) continue;
            status = measure(plan, server, (uint32_t)frame, result, why);
            if (status == 0) rounds[server][round] = figures_of(result);
        }
    }
    free(result);
    for (unsigned server = 0; server < SERVER_COUNT && status == 0; server++) {
        if (!plan->measures[server]) continue;
        all[server] = medians_of(rounds[server], plan->runs);
        (void)json_array_append_new(rows, row_of(plan, server, frame, &all[server]));
        if (!plan->json) print_row(plan, server, frame, &all[server]);
    }
    if (status == 0 && !plan->json && plan->measures[SERVER_ROAD] &&
        plan->measures[SERVER_SKELETON]) {
        (void)printf("ratio frame=%llu throughput=%.2f p50=%.2f p99=%.2f\n",
                     (unsigned long long)frame,
                     all[SERVER_ROAD].per_second / all[SERVER_SKELETON].per_second,
                     all[SERVER_ROAD].p50_us / all[SERVER_SKELETON].p50_us,
                     all[SERVER_ROAD].p99_us / all[SERVER_SKELETON].p99_us);
    }
    return status;
}

static int run(struct plan *plan, struct fault_text *why)
{
    int status = 0;
    json_t *rows = json_array();
    for (size_t i = 0; i < plan->frames_count && status == 0; i++) {
        status = measure_frame(plan, plan->frames[i], rows, why);
    }
    if (status == 0 && plan->json) {
        json_t *all =
            json_pack("{s:o, s:I, s:I, s:O}", "machine", machine_describe(), "seconds",
                      (json_int_t)plan->seconds, "runs", (json_int_t)plan->runs, "results", rows);
        (void)json_dumpf(all, stdout, JSON_INDENT(1));
        (void)printf("\n");
        json_decref(all);
    }
    json_decref(rows);
    return status;
}

static int main_of(int argc, char **argv, bool road)
{
    struct fault_text why = {0};
    struct plan plan = {.verb = road ? "road" : "skeleton",
                        .frames = {1, 16, 1000},
                        .frames_count = 3,
                        .connections = 8,
                        .depth = DEPTH,
                        .seconds = 3,
                        .runs = 1,
                        .prepare_mib = SKELETON_PREPARED_MIB,
                        .tcp = true,
                        .measures = {road, true}};
    int status = read_plan(argc, argv, &plan, &why);
    if (status == 0 && plan.serve_url && road) {
        status = fault_say(&why, ERR_USAGE, "--serve belongs to bench skeleton");
    } else if (status == 0 && plan.serve_url && !plan.folder) {
        status = fault_say(&why, ERR_USAGE, "--serve needs --folder");
    } else if (status == 0 && plan.serve_url) {
        status = skeleton_serve(plan.serve_url, plan.folder, plan.prepare_mib << 20, &why);
    } else if (status == 0) {
        status = run(&plan, &why);
    }
    return status == 0 ? EX_OK : bench_fail(plan.verb, status, &why);
}

int bench_road(int argc, char **argv)
{
    return main_of(argc, argv, true);
}

int bench_skeleton(int argc, char **argv)
{
    return main_of(argc, argv, false);
}
