/* drive.c - the table of engines, and the naive ones. */
#include "bench/drive.h"
#include "bench/naive_book.h"
#include "bench/naive_coupled.h"
#include <stdlib.h>
#include <string.h>

struct naive { /* exactly one of both */
    struct naive_book *book;
    struct naive_coupled *coupled;
};

static void naive_destroy(void *engine)
{
    struct naive *naive = engine;
    if (!naive) return;
    if (naive->book) naive_book_destroy(naive->book);
    if (naive->coupled) naive_coupled_destroy(naive->coupled);
    free(naive);
}

static int naive_create(const struct neutral *flow, unsigned zones, void **out,
                        struct fault_text *why)
{
    struct naive *naive = calloc(1, sizeof *naive);
    if (naive && zones == 1) naive->book = naive_book_create(flow->instruments);
    if (naive && zones == 2) naive->coupled = naive_coupled_create(flow->instruments);
    if (!naive || (!naive->book && !naive->coupled)) {
        naive_destroy(naive);
        return fault_say(why, ERR_NO_MEMORY, "no memory for the naive book");
    }
    *out = naive;
    return 0;
}

static int naive_run(void *engine, const struct neutral_record *records, size_t count,
                     struct tape *tape, struct fault_text *why)
{
    struct naive *naive = engine;
    (void)why;
    if (naive->book) {
        naive_book_run(naive->book, records, count, tape);
    } else {
        naive_coupled_run(naive->coupled, records, count, tape);
    }
    return 0;
}

const struct drive drive_naive = {"naive", 2, naive_create, naive_run, naive_destroy};

const struct drive *drive_find(const char *name)
{
    static const struct drive *const drives[] = {&drive_book, &drive_whole, &drive_naive};
    for (size_t i = 0; i < sizeof drives / sizeof drives[0]; i++) {
        if (strcmp(drives[i]->name, name) == 0) return drives[i];
    }
    return NULL;
}
