#include "gateway/demo/demo_tally.h"
#include <string.h>

static void count(struct demo_cell *cell, const struct wire_report *report)
{
    if (report->side == '1') {
        cell->bought += report->last_qty;
        cell->paid += report->money;
    } else {
        cell->sold += report->last_qty;
        cell->got += report->money;
    }
    cell->fees += report->fee;
}

void demo_tally_add(struct demo_tally *tally, const struct wire_report *report)
{
    tally->reports++;
    if (report->exec != EXEC_TRADE || report->instrument >= DEMO_INSTRUMENTS_MAX ||
        report->zone >= DEMO_ZONES_MAX)
        return;
    count(&tally->all[report->instrument][report->zone], report);
    count(&tally->day[report->instrument][report->zone], report);
    if (report->trade == 0) {
        tally->call_fills++;
    } else if (report->side == '1') {
        tally->book_buys++;
    }
}

static void ignore_row(void *context, const struct event *row)
{
    (void)context;
    (void)row;
}

void demo_tally_fetch(struct demo_tally *tally, struct demo_voice *voice)
{
    /* A small question first: reports released before it was asked arrive before its answer. */
    const struct query query = {.kind = QUERY_DIRECTORY, .rows_max = 1};
    struct ln_answer answer;
    struct ln_message message;
    if (voice->fault) return;
    (void)ln_query(voice->client, &query, ignore_row, NULL, &answer, DEMO_TIMEOUT_MS);
    while (ln_receive(voice->client, &message, 0) == 0) {
        if (message.kind == LN_REPORT) demo_tally_add(tally, &message.report);
    }
}

void demo_tally_new_day(struct demo_tally *tally)
{
    memset(tally->day, 0, sizeof tally->day);
}

int64_t demo_cell_price(const struct demo_cell *cell)
{
    if (cell->bought > 0) return cell->paid / cell->bought;
    return cell->sold > 0 ? cell->got / cell->sold : 0;
}
