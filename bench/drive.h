/* drive.h - an engine that can replay a flow, whatever it is.
 *
 *   naive  bench/naive_book.cpp; with two zones bench/naive_coupled.cpp
 *   book   the engine's own book and nothing around it (drive_book.c)
 *   whole  the engine: accounts, holds, fees, zones, settlement, events (drive_whole.c)
 *
 * All must give the same tape on the same flow and number of zones.
 * Threads:  one at a time.
 */
#ifndef BENCH_DRIVE_H
#define BENCH_DRIVE_H
#include "bench/neutral.h"
#include "bench/histogram.h"
#include "bench/tape.h"

struct drive {
    const char *name;
    unsigned zones_max; /* 1 or 2 */
    /* A fresh engine fit for this flow. Returns 0 or an ERR_* (no memory, a limit). */
    int (*create)(const struct neutral *flow, unsigned zones, void **out, struct fault_text *why);
    /* Applies the records and adds their trades to the tape. Returns 0, or an ERR_* when the engine
     * refused something no engine may refuse: then the tape means nothing. */
    int (*run)(void *engine, const struct neutral_record *records, size_t count, struct tape *tape,
               struct fault_text *why);
    void (*destroy)(void *engine); /* takes NULL */
};

extern const struct drive drive_naive;
extern const struct drive drive_book;
extern const struct drive drive_whole;

const struct drive *drive_find(const char *name); /* NULL: no such engine */
#endif
