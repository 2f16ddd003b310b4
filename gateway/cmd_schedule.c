/* cmd_schedule.c - `lingnan schedule MARKET`: the trading days of a market as a script.
 *
 * The timetable of `serve --timetable`, driven by a clock that jumps from one thing to the next; an
 * engine of its own answers, so what is printed is what an exchange without orders would do. The
 * script can be replayed as it is, or orders be put between its lines.
 */
#include "gateway/command_line.h"
#include "gateway/market_file.h"
#include "gateway/schedule.h"
#include "persist/follower.h"
#include "proto/script.h"
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)
#define DAY_NS (86400 * SECOND_NS)
#define DAYS_MAX 3700
#define DUE_MAX 64

static const char schedule_help[] =
    "usage: lingnan schedule [--timetable SPEC] [--from DATE] [--days N] [--secret HEX] MARKET\n"
    "\n"
    "Prints MARKET's set-up lines and then what the timetable does on N days, as a script for\n"
    "`lingnan replay`: change of day, seeds, calls, breaks, closes.\n"
    "\n"
    "  --timetable  as in `lingnan serve` [default]\n"
    "  --from       first day [2026-01-05]\n"
    "  --days       how many calendar days [7]\n"
    "  --secret     64 hex digits the random ends come from [zero]\n"
    "\n"
    "examples:\n"
    "  lingnan schedule --from 2026-06-01 --days 5 guangdong.script > week.script\n"
    "  lingnan schedule --timetable day=08:00,random-end=0 guangdong.script | lingnan replay -\n";

struct plan {
    const char *market;
    const char *timetable;
    int64_t from_ns;
    int64_t days;
    uint8_t secret[TIMETABLE_SECRET_BYTES];
};

struct simulation {
    struct follower follower;
    struct directory *directory;
    struct script *script;
    struct timetable *timetable;
    int64_t time_ns; /* of the last `time` line */
};

static int put(const char *text, size_t size)
{
    if (size == 0) return ERR_TOO_LONG;
    return printf("%.*s\n", (int)size, text) < 0 ? ERR_DISK : 0;
}

static int learn(struct simulation *simulation, const struct command *command)
{
    struct event_buffer *events = &simulation->follower.events;
    const struct event *first = event_next(events, NULL);
    int fault = script_applied(simulation->script, command, first);
    if (first->type == EVENT_REJECTED) return fault;
    timetable_command(simulation->timetable, command);
    for (const struct event *event = first; event && !fault; event = event_next(events, event)) {
        timetable_event(simulation->timetable, event, command->time_ns);
        fault = directory_learn(simulation->directory, event);
    }
    return fault;
}

static int apply(struct simulation *simulation, struct command command, int64_t now_ns)
{
    struct engine *engine = simulation->follower.engine;
    struct event_buffer *events = &simulation->follower.events;
    char text[SCRIPT_LINE_MAX];
    int fault = 0;
    if (now_ns != simulation->time_ns) fault = put(text, script_clock(now_ns, text, sizeof text));
    simulation->time_ns = now_ns;
    command.time_ns = now_ns;
    command.sequence = engine_sequence(engine) + 1;
    if (!fault) fault = put(text, script_command(simulation->script, &command, text, sizeof text));
    events->used = 0;
    engine_apply(engine, &command, events);
    if (!fault) fault = learn(simulation, &command);
    while (!fault && engine_pending(engine)) { /* replay does the same by itself */
        struct command step = {.sequence = engine_sequence(engine) + 1,
                               .time_ns = now_ns,
                               .type = COMMAND_STEP,
                               .role = ROLE_SYSTEM,
                               .actor = PARTICIPANT_NONE,
                               .subject = PARTICIPANT_NONE,
                               .body.step = {.steps = 1}};
        events->used = 0;
        engine_apply(engine, &step, events);
        fault = learn(simulation, &step);
    }
    return fault;
}

static int run_days(struct simulation *simulation, const struct plan *plan)
{
    struct command due[DUE_MAX];
    int64_t end_ns = plan->from_ns + plan->days * DAY_NS;
    int fault = 0;
    for (int64_t now_ns = plan->from_ns; now_ns < end_ns && !fault;) {
        size_t count = timetable_due(simulation->timetable, now_ns, due, DUE_MAX);
        for (size_t i = 0; i < count && !fault; i++)
            fault = apply(simulation, due[i], now_ns);
        if (count == 0) now_ns = timetable_next(simulation->timetable, now_ns);
    }
    return fault;
}

static int simulate(struct simulation *simulation, const struct plan *plan, struct fault_text *why)
{
    struct engine_limits none = {0};
    struct market_file market;
    struct timetable_hours hours;
    char text[SCRIPT_LINE_MAX];
    int fault = schedule_spec(plan->timetable, &hours, why);
    if (!fault) fault = market_file_read(plan->market, &none, &market, why);
    if (fault) return fault;
    simulation->directory = directory_create();
    simulation->script = simulation->directory ? script_create(simulation->directory) : NULL;
    simulation->timetable = timetable_create(&hours, plan->secret);
    fault = simulation->script && simulation->timetable
                ? follower_init(&simulation->follower, &market.limits)
                : ERR_NO_MEMORY;
    if (!fault) fault = put(text, script_capacity(&market.limits, text, sizeof text));
    for (size_t i = 0; i < market.count && !fault; i++)
        fault = apply(simulation, market.commands[i], plan->from_ns);
    if (!fault) fault = run_days(simulation, plan);
    if (fault && !why->text[0]) fault_say(why, fault, "%s", fault_message(fault));
    market_file_free(&market);
    return fault;
}

static bool read_date(const char *text, int64_t *out_ns)
{
    struct tm date = {0};
    const char *end = strptime(text, "%Y-%m-%d", &date);
    *out_ns = ((int64_t)timegm(&date) - 8 * 3600) * SECOND_NS;
    return end && !*end;
}

static bool read_secret(const char *text, uint8_t out[TIMETABLE_SECRET_BYTES])
{
    size_t size;
    return strlen(text) == 2 * TIMETABLE_SECRET_BYTES &&
           sodium_hex2bin(out, TIMETABLE_SECRET_BYTES, text, strlen(text), NULL, &size, NULL) ==
               0 &&
           size == TIMETABLE_SECRET_BYTES;
}

static bool read_option(int option, const char *value, struct plan *plan)
{
    char *end;
    if (option == 't') plan->timetable = value;
    if (option == 'f') return read_date(value, &plan->from_ns);
    if (option == 's') return read_secret(value, plan->secret);
    if (option == 'd') {
        plan->days = strtol(value, &end, 10);
        return *value && !*end && plan->days >= 1 && plan->days <= DAYS_MAX;
    }
    return option == 't';
}

int cmd_schedule(int argc, char **argv)
{
    static const struct option options[] = {{"timetable", required_argument, NULL, 't'},
                                            {"from", required_argument, NULL, 'f'},
                                            {"days", required_argument, NULL, 'd'},
                                            {"secret", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct plan plan = {.timetable = "default", .days = 7};
    struct simulation simulation = {0};
    struct fault_text why = {.text = ""};
    int option;
    read_date("2026-01-05", &plan.from_ns);
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(schedule_help, stdout);
            return EX_OK;
        }
        if (option == '?' || !read_option(option, optarg, &plan)) {
            if (option != '?')
                fprintf(stderr, "lingnan schedule: %.60s is no value for that option\n", optarg);
            fputs(schedule_help, stderr);
            return EX_USAGE;
        }
    }
    if (argc - optind != 1 || sodium_init() < 0) {
        fputs(schedule_help, stderr);
        return EX_USAGE;
    }
    plan.market = argv[optind];
    int fault = simulate(&simulation, &plan, &why);
    if (!fault && fflush(stdout)) fault = ERR_DISK;
    if (fault) fprintf(stderr, "lingnan schedule: %s: %s\n", fault_name(fault), why.text);
    follower_deinit(&simulation.follower);
    timetable_destroy(simulation.timetable);
    script_destroy(simulation.script);
    directory_destroy(simulation.directory);
    return command_line_status(fault);
}
