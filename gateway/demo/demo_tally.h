/* demo_tally.h - what the participants' own execution reports add up to, by instrument and zone.
 *
 * Bound:    DEMO_INSTRUMENTS_MAX instruments, DEMO_ZONES_MAX zones of the demo's market.
 */
#ifndef GATEWAY_DEMO_DEMO_TALLY_H
#define GATEWAY_DEMO_DEMO_TALLY_H
#include "gateway/demo/demo_voice.h"

#define DEMO_INSTRUMENTS_MAX 16
#define DEMO_ZONES_MAX 8

struct demo_cell {
    int64_t bought; /* units received by the zone's buyers */
    int64_t paid;   /* fen, without fee */
    int64_t sold;   /* units given by the zone's sellers */
    int64_t got;
    int64_t fees;
};
struct demo_tally {
    struct demo_cell all[DEMO_INSTRUMENTS_MAX][DEMO_ZONES_MAX];
    struct demo_cell day[DEMO_INSTRUMENTS_MAX][DEMO_ZONES_MAX];
    uint64_t book_buys; /* reports of book trades to buyers: one per trade */
    uint64_t call_fills;
    uint64_t reports;
};

/* Counts one report. */
void demo_tally_add(struct demo_tally *tally, const struct wire_report *report);

/* Fetches all reports that have reached this voice. */
void demo_tally_fetch(struct demo_tally *tally, struct demo_voice *voice);

void demo_tally_new_day(struct demo_tally *tally);

/* Volume-weighted price of what a zone bought or, if nothing, sold; 0: no trade. */
int64_t demo_cell_price(const struct demo_cell *cell);
#endif
