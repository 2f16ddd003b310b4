/* cmd_journal.c - `lingnan journal export DIR`: the history as a script that replays to the same
 * digest.
 *
 * The first line is `capacity`; a `time` line stands wherever the time changes; lanes, ids and who
 * acted are kept. Names are learnt by applying every command to an engine of its own, which also
 * compares the digests on the way.
 */
#include "gateway/command_line.h"
#include "persist/follower.h"
#include "persist/journal.h"
#include "proto/script.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char journal_help[] =
    "usage: lingnan journal export [--digest] DIR\n"
    "\n"
    "Writes all committed commands of a data directory to standard output as a market script\n"
    "(proto/SCRIPT.md). Changes nothing; may run beside the server.\n"
    "\n"
    "  --digest   end with the line `digest`, so that a replay prints the digest\n"
    "\n"
    "examples:\n"
    "  lingnan journal export /var/lib/lingnan > history.script\n"
    "  lingnan journal export /var/lib/lingnan | lingnan replay --quiet --digest -\n";

struct export
{
    struct journal *journal;
    struct journal_reader *reader;
    struct follower *follower;
    struct directory *directory;
    struct script *script;
    int64_t time_ns;
    bool dated; /* a time line has been written */
};

static int put(const char *text, size_t size)
{
    if (size == 0) return ERR_TOO_LONG;
    return printf("%.*s\n", (int)size, text) < 0 ? ERR_DISK : 0;
}

/* Called after each command: writes it, then learns what it named, so that a name stands in the
 * script only behind the line that created it. */
static int write_command(void *context, const struct command *command,
                         const struct event_buffer *events)
{
    struct export *export = context;
    char text[SCRIPT_LINE_MAX];
    int fault = 0;
    if (!export->dated || command->time_ns != export->time_ns) {
        fault = put(text, script_clock(command->time_ns, text, sizeof text));
        export->time_ns = command->time_ns;
        export->dated = true;
    }
    if (!fault) fault = put(text, script_command(export->script, command, text, sizeof text));
    if (!fault) fault = script_applied(export->script, command, event_next(events, NULL));
    for (const struct event *event = event_next(events, NULL); event && !fault;
         event = event_next(events, event)) {
        fault = directory_learn(export->directory, event);
    }
    return fault;
}

static int write_entries(struct export *export, struct fault_text *why)
{
    struct entry entry;
    int got;
    while ((got = journal_reader_next(export->reader, &entry, why)) == 1) {
        const int fault = follower_apply(export->follower, &entry, write_command, export, why);
        if (fault) return fault;
    }
    return got;
}

static int export_open(struct export *export, const char *directory, struct fault_text *why)
{
    const struct journal_options options = {.directory = directory, .read_only = true};
    int fault = journal_open(&options, &export->journal, why);
    if (fault) return fault;
    fault = journal_reader_open(export->journal, &export->reader);
    if (fault) return fault_say(why, fault, "%s: %s", directory, fault_message(fault));
    struct follower *follower = calloc(1, sizeof *follower);
    export->directory = directory_create();
    export->script = export->directory ? script_create(export->directory) : NULL;
    if (!follower || !export->script || follower_init(follower, journal_limits(export->journal))) {
        free(follower);
        return fault_say(why, ERR_NO_MEMORY, "%s", fault_message(ERR_NO_MEMORY));
    }
    export->follower = follower;
    return 0;
}

static void export_close(struct export *export)
{
    script_destroy(export->script);
    directory_destroy(export->directory);
    if (export->follower) follower_deinit(export->follower);
    free(export->follower);
    if (export->reader) journal_reader_close(export->reader);
    journal_close(export->journal);
}

static int export_directory(const char *directory, bool digest)
{
    struct export export = {0};
    struct fault_text why = {.text = ""};
    char text[SCRIPT_LINE_MAX];
    int fault = export_open(&export, directory, &why);
    if (!fault) fault = put(text, script_steps(true, text, sizeof text));
    if (!fault) {
        fault = put(text, script_capacity(journal_limits(export.journal), text, sizeof text));
    }
    if (!fault) fault = write_entries(&export, &why);
    if (!fault && digest && puts("digest") < 0) fault = ERR_DISK;
    if (!fault && fflush(stdout)) fault = ERR_DISK;
    export_close(&export);
    if (fault) {
        fprintf(stderr, "lingnan journal: %s: %s\n", fault_name(fault),
                why.text[0] ? why.text : fault_message(fault));
    }
    return command_line_status(fault);
}

int cmd_journal(int argc, char **argv)
{
    static const struct option options[] = {
        {"digest", no_argument, NULL, 'd'}, {"help", no_argument, NULL, 'h'}, {0}};
    bool digest = false;
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(journal_help, stdout);
            return EX_OK;
        }
        if (option != 'd') {
            fputs(journal_help, stderr);
            return EX_USAGE;
        }
        digest = true;
    }
    if (argc - optind != 2 || strcmp(argv[optind], "export") != 0) {
        fputs(journal_help, stderr);
        return EX_USAGE;
    }
    return export_directory(argv[optind + 1], digest);
}
