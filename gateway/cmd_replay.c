/* cmd_replay.c - `lingnan replay FILE`: a script against a fresh engine, no server, no disk.
 *
 * Every event is printed as script.md says. An unreadable line is named on standard error and ends
 * the run with status 2; what stood before it has been applied and printed.
 */
#include "gateway/command_line.h"
#include "gateway/lines.h"
#include "persist/digest.h"
#include "persist/follower.h"
#include "proto/script.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define REPLAY_BAD_LINE 2

static const char replay_help[] =
    "usage: lingnan replay [--quiet] [--digest] FILE|-\n"
    "\n"
    "Runs a market script (proto/SCRIPT.md) against a fresh engine and prints every event.\n"
    "\n"
    "  --quiet    print nothing but errors (and the digest, if asked for)\n"
    "  --digest   print the digest of the final state as the last line\n"
    "\n"
    "exit status: 0, or 2 at the first line that cannot be read.\n"
    "\n"
    "examples:\n"
    "  lingnan replay market.script\n"
    "  lingnan journal export DATA | lingnan replay --quiet --digest -\n";

struct replay {
    struct follower *follower; /* engine and event buffer; NULL until the first command or look */
    struct directory *directory;
    struct script *script;
    size_t line;
    bool quiet;
    bool steps_manual;
};

static int bad_line(const struct replay *replay, const char *reason)
{
    struct script_error error = {.line = replay->line, .column = 1};
    char text[SCRIPT_LINE_MAX];
    snprintf(error.reason, sizeof error.reason, "%s", reason);
    const size_t size = script_error_text(&error, text, sizeof text);
    fprintf(stderr, "%.*s\n", (int)size, text);
    return REPLAY_BAD_LINE;
}

static int start(struct replay *replay, struct engine_limits limits)
{
    if (!engine_limits_complete(&limits)) return bad_line(replay, "capacity outside its bounds");
    replay->follower = calloc(1, sizeof *replay->follower);
    if (!replay->follower || follower_init(replay->follower, &limits)) {
        free(replay->follower);
        replay->follower = NULL;
        fprintf(stderr, "lingnan replay: %s\n", fault_message(ERR_NO_MEMORY));
        return EX_OSERR;
    }
    return 0;
}

static void print_events(struct replay *replay)
{
    const struct event_buffer *events = &replay->follower->events;
    char text[SCRIPT_LINE_MAX + 1];
    for (const struct event *event = event_next(events, NULL); event;
         event = event_next(events, event)) {
        const size_t size = script_event(replay->script, event, text, SCRIPT_LINE_MAX);
        if (size == 0) continue;
        text[size] = '\n';
        fwrite(text, 1, size + 1, stdout);
    }
}

static int apply(struct replay *replay, struct command *command)
{
    struct follower *follower = replay->follower;
    struct event_buffer *events = &follower->events;
    events->used = 0;
    command->sequence = engine_sequence(follower->engine) + 1;
    engine_apply(follower->engine, command, events);
    int fault = script_applied(replay->script, command, event_next(events, NULL));
    for (const struct event *event = event_next(events, NULL); event && !fault;
         event = event_next(events, event)) {
        fault = directory_learn(replay->directory, event);
    }
    if (fault) {
        fprintf(stderr, "lingnan replay: %s\n", fault_message(fault));
        return EX_OSERR;
    }
    if (!replay->quiet) print_events(replay);
    return 0;
}

/* Works off what a long command left, as the exchange does in front of the next commands. */
static int finish(struct replay *replay)
{
    const struct engine *engine = replay->follower->engine;
    while (engine_pending(engine)) {
        struct command step = {.time_ns = engine_time(engine),
                               .actor = PARTICIPANT_NONE,
                               .subject = PARTICIPANT_NONE,
                               .role = ROLE_SYSTEM,
                               .type = COMMAND_STEP,
                               .body.step.steps = 1};
        const int status = apply(replay, &step);
        if (status) return status;
    }
    return 0;
}

static const char *query_verb(uint8_t kind)
{
    static const char *const verbs[] = {
#define QUERY_VERB(number, name, verb) [number] = verb,
        QUERY_LIST(QUERY_VERB)
#undef QUERY_VERB
    };
    return kind < sizeof verbs / sizeof verbs[0] && verbs[kind] ? verbs[kind] : "look";
}

static int look(struct replay *replay, const struct query *query)
{
    if (query->kind == QUERY_TRADES) {
        return bad_line(replay, "only a running exchange answers this");
    }
    struct event_buffer *events = &replay->follower->events;
    const struct look_query ask = {.look = query->kind,
                                   .zone = query->zone,
                                   .to_zone = query->to_zone,
                                   .local = query->local,
                                   .instrument = query->instrument,
                                   .participant = query->participant,
                                   .auction = query->auction,
                                   .rows_max = query->rows_max,
                                   .from = query->from};
    events->used = 0;
    const enum reason reason = engine_look(replay->follower->engine, &ask, events);
    if (replay->quiet) return 0;
    if (reason == REASON_NONE) {
        print_events(replay);
    } else {
        printf("rejected command=%s reason=%s\n", query_verb(query->kind), reason_name(reason));
    }
    return 0;
}

static void print_digest(struct replay *replay)
{
    const struct engine *engine = replay->follower->engine;
    uint8_t hash[HASH_BYTES];
    char text[SCRIPT_LINE_MAX];
    digest_state(engine, hash);
    const size_t size = script_digest(engine_sequence(engine), hash, text, sizeof text);
    printf("%.*s\n", (int)size, text);
}

static int run_item(struct replay *replay, struct script_item *item)
{
    int status;
    if (item->kind == SCRIPT_NOTHING) return 0;
    if (item->kind == SCRIPT_STEPS) {
        replay->steps_manual = item->steps_manual != 0;
        return replay->follower && !replay->steps_manual ? finish(replay) : 0;
    }
    if (item->kind == SCRIPT_CAPACITY && replay->follower) {
        return bad_line(replay, "capacity must be the first line");
    }
    if (!replay->follower) {
        const struct engine_limits limits =
            item->kind == SCRIPT_CAPACITY ? item->limits : engine_limits_default();
        status = start(replay, limits);
        if (status) return status;
    }
    const int64_t now = engine_time(replay->follower->engine);
    switch (item->kind) {
    case SCRIPT_COMMAND:
        if (item->command.time_ns < now) return bad_line(replay, "time goes back");
        status = apply(replay, &item->command);
        return status || replay->steps_manual ? status : finish(replay);
    case SCRIPT_CLOCK:
        return item->time_ns < now ? bad_line(replay, "time goes back") : 0;
    case SCRIPT_LOOK:
        return look(replay, &item->query);
    case SCRIPT_DIGEST:
        if (!replay->quiet) print_digest(replay);
        return 0;
    case SCRIPT_CAPACITY:
    case SCRIPT_STEPS:
    case SCRIPT_NOTHING:
        return 0;
    }
    return 0;
}

static int run_lines(struct replay *replay, struct lines *lines)
{
    struct fault_text why;
    struct script_item item;
    struct script_error error;
    char text[SCRIPT_LINE_MAX];
    for (;;) {
        const int got = lines_next(lines, &why);
        replay->line = lines->number;
        if (got == 0) return 0;
        if (got == ERR_TOO_LONG) return bad_line(replay, "line too long");
        if (got < 0) {
            fprintf(stderr, "lingnan replay: %s\n", why.text);
            return EX_IOERR;
        }
        const int fault = script_read(replay->script, lines->text, lines->size, &item, &error);
        if (fault == ERR_MALFORMED) {
            const size_t size = script_error_text(&error, text, sizeof text);
            fprintf(stderr, "%.*s\n", (int)size, text);
            return REPLAY_BAD_LINE;
        }
        if (fault) {
            fprintf(stderr, "lingnan replay: %s\n", fault_message(fault));
            return EX_OSERR;
        }
        const int status = run_item(replay, &item);
        if (status) return status;
    }
}

static int replay_file(const char *path, bool quiet, bool digest)
{
    struct replay replay = {.quiet = quiet};
    struct lines lines;
    struct fault_text why;
    if (lines_open(&lines, path, &why)) {
        fprintf(stderr, "lingnan replay: %s\n", why.text);
        return EX_NOINPUT;
    }
    int status = EX_OSERR;
    replay.directory = directory_create();
    replay.script = replay.directory ? script_create(replay.directory) : NULL;
    if (replay.script) status = run_lines(&replay, &lines);
    if (status == 0 && digest && !replay.follower) status = start(&replay, engine_limits_default());
    if (status == 0 && digest) print_digest(&replay);
    if (replay.follower) follower_deinit(replay.follower);
    free(replay.follower);
    script_destroy(replay.script);
    directory_destroy(replay.directory);
    lines_close(&lines);
    if (fflush(stdout) && status == 0) status = EX_IOERR;
    return status;
}

int cmd_replay(int argc, char **argv)
{
    static const struct option options[] = {{"quiet", no_argument, NULL, 'q'},
                                            {"digest", no_argument, NULL, 'd'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    bool quiet = false;
    bool digest = false;
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'q':
            quiet = true;
            break;
        case 'd':
            digest = true;
            break;
        case 'h':
            fputs(replay_help, stdout);
            return EX_OK;
        default:
            fputs(replay_help, stderr);
            return EX_USAGE;
        }
    }
    if (argc - optind != 1) {
        fputs(replay_help, stderr);
        return EX_USAGE;
    }
    return replay_file(argv[optind], quiet, digest);
}
