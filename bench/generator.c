/* generator.c - see generator.h. No floating point and no libm: files must not depend on them. */
#include "bench/generator.h"
#include "bench/naive_book.h"
#include "engine/assert.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INSTRUMENTS_MOST 64
#define ACCOUNT_FIRST 1
#define QUANTITY_MOST 100
#define REACHING_QUANTITY_MOST 160 /* of orders meant to trade: they take 1.6 resting ones */
#define GONE_KEPT 64               /* recently gone orders a cancel may name */
#define MID_MOVES_ONE_IN 256       /* commands per one-tick move of an instrument's middle price */

/* Shares of one thousand commands. */
#define SHARE_LIMIT 577
#define SHARE_CANCEL 375
#define SHARE_IOC 30
#define SHARE_WHOLE 1000
#define AGGRESSIVE_PER_THOUSAND 225 /* of limit orders */
#define NEAR_PER_THOUSAND 450       /* of orders meant to rest: beside the best prices */
#define NEAR_WIDTH 16
#define IOC_AGGRESSIVE_PER_THOUSAND 600

static const struct kind {
    const char *name;
    uint32_t instruments;
    uint32_t live;
    uint32_t width; /* prices each side of the middle */
    uint32_t middle;
} kinds[] = {
    {"shallow", 1, 1000, 100, 20000},
    {"deep", 1, 100000, 5000, 100000},
    {"multi", 64, 64000, 100, 20000},
};

struct generator {
    const struct kind *kind;
    struct naive_book *book;
    uint64_t random;
    uint64_t weights[INSTRUMENTS_MOST]; /* running sums */
    uint32_t middles[INSTRUMENTS_MOST];
    uint64_t *ids; /* entered orders, live or gone without our knowing yet */
    size_t ids_count;
    uint64_t gone[GONE_KEPT];
    uint64_t gone_count;
    uint64_t next_id;
    bool built; /* the first `live` orders are in */
    struct tape tape;
};

static const struct kind *kind_of(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
    }
    return NULL;
}

int generator_knows(const char *kind)
{
    return kind_of(kind) != NULL;
}

/* splitmix64: every seed is as good as any other. */
static uint64_t next_random(struct generator *g)
{
    uint64_t z = (g->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Uniform in 0..bound-1 (to one part in 2^64 / bound, which is enough here). */
static uint64_t below(struct generator *g, uint64_t bound)
{
    return (uint64_t)(((unsigned __int128)next_random(g) * bound) >> 64);
}

/* floor(10 000 x rank^-0.8): the largest w with w^5 x rank^4 <= 10 000^5. */
static uint64_t zipf_weight(uint64_t rank)
{
    const unsigned __int128 whole = (unsigned __int128)10000 * 10000 * 10000 * 10000 * 10000;
    uint64_t low = 1;
    uint64_t high = 10000;
    while (low < high) {
        uint64_t w = (low + high + 1) / 2;
        unsigned __int128 power = (unsigned __int128)w * w * w * w * w;
        if (power * rank * rank * rank * rank <= whole) {
            low = w;
        } else {
            high = w - 1;
        }
    }
    return low;
}

static uint16_t pick_instrument(struct generator *g)
{
    uint32_t count = g->kind->instruments;
    if (count == 1) return 0;
    uint64_t at = below(g, g->weights[count - 1]);
    uint16_t i = 0;
    while (g->weights[i] <= at) {
        i++;
    }
    return i;
}

static void move_middle(struct generator *g, uint16_t instrument)
{
    uint64_t draw = below(g, 2 * MID_MOVES_ONE_IN);
    uint32_t *middle = &g->middles[instrument];
    if (draw == 0 && *middle > 3 * g->kind->middle / 4) {
        --*middle;
    } else if (draw == 1 && *middle < 5 * g->kind->middle / 4) {
        ++*middle;
    }
}

/* A price that rests, never crossing what stands opposite: close to the best opposite price, where
 * the trading is, or anywhere in the width around the middle, which keeps prices from running away.
 */
static uint32_t passive_price(struct generator *g, uint16_t instrument, uint8_t side)
{
    uint32_t opposite = naive_book_best(g->book, instrument, side ^ 1u);
    uint32_t from = g->middles[instrument];
    bool near = g->built && below(g, SHARE_WHOLE) < NEAR_PER_THOUSAND && opposite != 0;
    if (near) from = opposite;
    uint32_t offset = 1 + (uint32_t)below(g, near ? NEAR_WIDTH : g->kind->width);
    uint32_t price = side == 0 ? from - offset : from + offset;
    if (opposite == 0) return price;
    if (side == 0) return price < opposite ? price : opposite - 1;
    return price > opposite ? price : opposite + 1;
}

static void make_order(struct generator *g, struct neutral_record *out, uint8_t op,
                       unsigned reaching)
{
    uint16_t instrument = pick_instrument(g);
    uint8_t side = (uint8_t)below(g, 2);
    uint32_t opposite = naive_book_best(g->book, instrument, side ^ 1u);
    bool reaches = below(g, SHARE_WHOLE) < reaching && opposite != 0;
    move_middle(g, instrument);
    *out = (struct neutral_record){.order_id = g->next_id++,
                                   .quantity = 1 + below(g, QUANTITY_MOST),
                                   .account = ACCOUNT_FIRST + (uint32_t)below(g, NEUTRAL_ACCOUNTS),
                                   .instrument = instrument,
                                   .op = op,
                                   .side = side};
    if (reaches) {
        out->quantity = 1 + below(g, REACHING_QUANTITY_MOST);
        uint32_t through = (uint32_t)below(g, 4);
        out->price = side == 0 ? opposite + through : opposite - through;
    } else {
        out->price = passive_price(g, instrument, side);
    }
    if (op == NEUTRAL_LIMIT) g->ids[g->ids_count++] = out->order_id;
}

static void remember_gone(struct generator *g, size_t index)
{
    g->gone[g->gone_count++ % GONE_KEPT] = g->ids[index];
    g->ids[index] = g->ids[--g->ids_count];
}

/* A live order, uniformly; forgets gone ones it meets. False: none lives. */
static bool pick_live(struct generator *g, struct neutral_record *out, size_t *out_index)
{
    while (g->ids_count > 0) {
        size_t index = (size_t)below(g, g->ids_count);
        if (naive_book_find(g->book, g->ids[index], out)) {
            *out_index = index;
            return true;
        }
        remember_gone(g, index);
    }
    return false;
}

static void make_cancel(struct generator *g, struct neutral_record *out)
{
    /* Below its target the book is left to grow: more of the cancels come too late. */
    unsigned late = naive_book_live(g->book) > g->kind->live ? 50 : 400;
    size_t index = 0;
    if (below(g, SHARE_WHOLE) >= late || g->gone_count == 0) {
        if (pick_live(g, out, &index)) {
            out->op = NEUTRAL_CANCEL;
            remember_gone(g, index);
            return;
        }
    }
    uint64_t kept = g->gone_count < GONE_KEPT ? g->gone_count : GONE_KEPT;
    uint64_t id = kept == 0 ? 1 : g->gone[below(g, kept)];
    *out = (struct neutral_record){.order_id = id, .op = NEUTRAL_CANCEL};
}

static void make_reduce(struct generator *g, struct neutral_record *out)
{
    size_t index = 0;
    if (!pick_live(g, out, &index)) {
        make_order(g, out, NEUTRAL_LIMIT, 0);
        return;
    }
    out->op = NEUTRAL_REDUCE;
    /* One in sixteen takes off everything or more, which ends the order. */
    out->quantity = below(g, 16) == 0 ? out->quantity + below(g, 10) : 1 + below(g, out->quantity);
}

static void make_record(struct generator *g, uint64_t n, struct neutral_record *out)
{
    uint64_t draw = below(g, SHARE_WHOLE);
    g->built = n >= g->kind->live;
    if (!g->built) {
        make_order(g, out, NEUTRAL_LIMIT, 0);
    } else if (draw < SHARE_LIMIT) {
        make_order(g, out, NEUTRAL_LIMIT, AGGRESSIVE_PER_THOUSAND);
    } else if (draw < SHARE_LIMIT + SHARE_CANCEL) {
        make_cancel(g, out);
    } else if (draw < SHARE_LIMIT + SHARE_CANCEL + SHARE_IOC) {
        make_order(g, out, NEUTRAL_IOC, IOC_AGGRESSIVE_PER_THOUSAND);
    } else {
        make_reduce(g, out);
    }
}

/* Cancel and reduce repeat side and price of their order, gone ones too: where orders entered. */
struct entered {
    uint32_t price;
    uint16_t instrument;
    uint8_t side;
};

int generator_write(const char *kind, uint64_t seed, uint64_t commands, FILE *out,
                    struct fault_text *why)
{
    struct generator g = {.kind = kind_of(kind), .random = seed, .next_id = 1};
    ASSERT(g.kind && commands > 0 && commands <= NEUTRAL_RECORDS_MAX);
    int status = 0;
    struct entered *entered = calloc(commands + 2, sizeof *entered);
    g.ids = calloc(commands + 1, sizeof *g.ids);
    g.book = naive_book_create(g.kind->instruments);
    if (!entered || !g.ids || !g.book) {
        status = fault_say(why, ERR_NO_MEMORY, "no memory for a flow of %llu records",
                           (unsigned long long)commands);
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < g.kind->instruments; i++) {
        g.middles[i] = g.kind->middle;
        g.weights[i] = sum += zipf_weight(i + 1);
    }
    for (uint64_t n = 0; n < commands && status == 0; n++) {
        struct neutral_record record;
        uint8_t bytes[NEUTRAL_RECORD_BYTES];
        make_record(&g, n, &record);
        struct entered *order = &entered[record.order_id];
        if (record.op == NEUTRAL_LIMIT || record.op == NEUTRAL_IOC) {
            *order = (struct entered){record.price, record.instrument, record.side};
        } else {
            record.price = order->price;
            record.instrument = order->instrument;
            record.side = order->side;
            if (record.op == NEUTRAL_CANCEL) record.quantity = 0;
        }
        naive_book_run(g.book, &record, 1, &g.tape);
        neutral_put(bytes, &record);
        if (fwrite(bytes, sizeof bytes, 1, out) != 1) {
            status = fault_say(why, ERR_DISK, "writing record %llu: %s", (unsigned long long)n,
                               strerror(errno));
        }
    }
    naive_book_destroy(g.book);
    free(g.ids);
    free(entered);
    return status;
}
