/* audit.c - the walk through a data directory; the view's part is in audit_view.c. */
#include "persist/audit.h"
#include "persist/guard.h"
#include "engine/assert.h"
#include "persist/audit_view.h"
#include "persist/follower.h"
#include "persist/journal.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRESS_COMMANDS 1000000u /* a line for so many commands */
#define ROWS_BYTES (1u << 20)      /* the reconciliation rows of all instruments */
_Static_assert(ROWS_BYTES >= INSTRUMENTS_MAX * sizeof(struct event_row_units) + 256, "rows fit");

struct audit {
    struct follower follower;
    struct journal *journal;
    struct audit_view view;
    struct audit_result *result;
    audit_progress *progress;
    void *context;
};

__attribute__((format(printf, 2, 3))) static void say(const struct audit *audit, const char *format,
                                                      ...)
{
    if (!audit->progress) return;
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    audit->progress(audit->context, line);
}

static int watch_command(void *context, const struct command *command,
                         const struct event_buffer *events)
{
    struct audit *audit = context;
    struct audit_result *result = audit->result;
    (void)command;
    for (const struct event *event = event_next(events, NULL); event;
         event = event_next(events, event)) {
        result->events++;
        uint64_t n = trade_number(event);
        if (n == 0 || (event->flags & EVENT_FLAG_REPEAT)) continue;
        result->trades++;
        if (n != result->trades)
            return fault_say(&result->text, ERR_GAP,
                             "sequence %" PRIu64 ": trade %" PRIu64 " stands where %" PRIu64
                             " belongs",
                             event->sequence, n, result->trades);
        int fault = audit_view_trade(&audit->view, event, n, result);
        if (fault) return fault;
    }
    if (audit->follower.commands % PROGRESS_COMMANDS == 0)
        say(audit, "%" PRIu64 " commands replayed", audit->follower.commands);
    return 0;
}

static int replay(struct audit *audit)
{
    struct audit_result *result = audit->result;
    struct journal_reader *reader;
    int fault = journal_reader_open(audit->journal, &reader);
    if (fault) return fault_say(&result->text, fault, "no memory for a journal reader");
    struct entry entry;
    int got;
    while ((got = journal_reader_next(reader, &entry, &result->text)) == 1) {
        fault = follower_apply(&audit->follower, &entry, watch_command, audit, &result->text);
        if (fault) break;
        result->entries++;
        result->time_ns = entry.time_ns;
        memcpy(result->head, journal_reader_link(reader)->head, HASH_BYTES);
        fault = audit_view_entry(&audit->view, audit->follower.engine, journal_reader_link(reader),
                                 result);
        if (fault) break;
    }
    journal_reader_close(reader);
    return fault ? fault : got;
}

/* Units and cash, summed by the engine over the whole state, must differ by nothing. */
static int reconcile(struct audit *audit)
{
    struct audit_result *result = audit->result;
    uint8_t *bytes = aligned_alloc(8, ROWS_BYTES);
    if (!bytes) return fault_say(&result->text, ERR_NO_MEMORY, "no memory for the rows");
    struct event_buffer rows = {.bytes = bytes, .capacity = ROWS_BYTES};
    const struct look_query query = {.look = LOOK_RECONCILE, .instrument = INSTRUMENT_NONE};
    enum reason reason = engine_look(audit->follower.engine, &query, &rows);
    int fault = 0;
    if (reason != REASON_NONE)
        fault = fault_say(&result->text, ERR_CONFLICT, "the reconciliation was refused: %s",
                          reason_name(reason));
    for (const struct event *event = event_next(&rows, NULL); event && fault == 0;
         event = event_next(&rows, event)) {
        const struct event_row_units *units = (const void *)event;
        const struct event_row_cash *cash = (const void *)event;
        if (event->type == EVENT_ROW_UNITS && units->difference != 0)
            fault =
                fault_say(&result->text, ERR_CONFLICT, "instrument %u: units differ by %" PRId64,
                          units->instrument, units->difference);
        if (event->type == EVENT_ROW_CASH && cash->difference != 0)
            fault = fault_say(&result->text, ERR_CONFLICT, "cash differs by %" PRId64 " fen",
                              cash->difference);
        result->instruments += event->type == EVENT_ROW_UNITS;
    }
    free(bytes);
    return fault;
}

/* The walk asserts; a broken state of somebody else's directory is a finding, not our fault. */
static int check_state(void *engine)
{
    engine_check(engine);
    return 0;
}

static int run(struct audit *audit, const char *directory)
{
    struct audit_result *result = audit->result;
    /* The view first: it is never ahead of the journal, so a journal opened later must know it. */
    int fault = audit_view_open(&audit->view, directory, result);
    if (fault) return fault;
    const struct journal_options options = {.directory = directory, .read_only = true};
    fault = journal_open(&options, &audit->journal, &result->text);
    if (fault) return fault;
    memcpy(result->cluster, journal_cluster(audit->journal), CLUSTER_BYTES);
    result->segments = journal_segments(audit->journal);
    if (audit->view.view && result->view_index > journal_committed(audit->journal))
        return fault_say(&result->text, ERR_GAP,
                         "%s: the journal ends with entry %" PRIu64 ", the view knows entry "
                         "%" PRIu64,
                         directory, journal_committed(audit->journal), result->view_index);
    say(audit, "%" PRIu64 " entries in %" PRIu64 " segments", journal_committed(audit->journal),
        result->segments);
    fault = follower_init(&audit->follower, journal_limits(audit->journal));
    if (fault) return fault_say(&result->text, fault, "no memory for the audit's engine");
    fault = replay(audit);
    result->commands = audit->follower.commands;
    result->digests_compared = audit->follower.compared;
    result->sequence = engine_sequence(audit->follower.engine);
    if (fault) return fault;
    say(audit, "%" PRIu64 " commands replayed; checking the state", result->commands);
    if (guard_call(check_state, audit->follower.engine))
        return fault_say(&result->text, ERR_CHAIN,
                         "%s: after sequence %" PRIu64 " the state breaks an invariant of the "
                         "market (market.md section 12)",
                         directory, result->sequence);
    digest_state(audit->follower.engine, result->state_digest);
    memcpy(result->events_digest, audit->follower.chain.digest, HASH_BYTES);
    return reconcile(audit);
}

int audit_directory(const char *directory, audit_progress *progress, void *context,
                    struct audit_result *result)
{
    memset(result, 0, sizeof *result);
    struct audit *audit = aligned_alloc(64, (sizeof *audit + 63) / 64 * 64);
    if (!audit) {
        result->fault = fault_say(&result->text, ERR_NO_MEMORY, "no memory for the audit");
        return result->fault;
    }
    memset(audit, 0, sizeof *audit);
    audit->result = result;
    audit->progress = progress;
    audit->context = context;
    result->fault = run(audit, directory);
    follower_deinit(&audit->follower);
    audit_view_close(&audit->view);
    journal_close(audit->journal);
    free(audit);
    return result->fault;
}
