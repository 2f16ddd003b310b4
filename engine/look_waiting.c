/* look_waiting.c - what waits: agreements for their other side, long commands for their steps. */
#include "engine/job.h"
#include "engine/look.h"

enum reason look_blocks(const struct engine *engine, const struct look_query *query,
                        struct event_buffer *out)
{
    struct page page = page_of(query, out);
    bool all = query->instrument == INSTRUMENT_NONE;
    if (!all && query->instrument >= engine->instruments) return REASON_UNKNOWN_INSTRUMENT;
    for (uint32_t at = 0; at < engine->agreements && !page.full; at++) {
        const struct agreement *agreement = &engine->agreement[at];
        struct event_row_block *row;
        if (!all && agreement->instrument != query->instrument) continue;
        row = ROW(&page, BLOCK, block);
        if (!row) continue;
        row->name = agreement->name;
        row->qty = agreement->qty;
        row->price = agreement->price;
        row->seller = agreement->seller;
        row->buyer = agreement->buyer;
        row->instrument = agreement->instrument;
        row->by_seller = agreement->said == 1u << SIDE_SELL;
    }
    return REASON_NONE;
}

static void job_row(const struct job *job, uint16_t instrument, struct page *page)
{
    struct event_row_job *row;
    if (job->stage == JOB_IDLE) return;
    row = ROW(page, JOB, job);
    if (!row) return;
    row->since = job->since;
    row->instrument = instrument;
    row->command = job->command;
}

/* In the order in which steps work them off: the exchange's own first. */
enum reason look_jobs(const struct engine *engine, const struct look_query *query,
                      struct event_buffer *out)
{
    struct page page = page_of(query, out);
    job_row(&engine->job[engine->limits.instruments], INSTRUMENT_NONE, &page);
    for (uint16_t id = 0; id < engine->instruments && !page.full; id++)
        job_row(&engine->job[id], id, &page);
    return REASON_NONE;
}
