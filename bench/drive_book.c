/* drive_book.c - the engine's book alone, and the smallest crossing loop around it.
 *
 * The orders, the tree of prices and the queues are the engine's own (engine/book.h); accounts,
 * holds, fees, settlement, checks and events are left out. This is what matching costs; the
 * difference to `whole` is what an exchange costs. With two zones: best price of both, own zone
 * first, then the older order.
 */
#include "bench/drive.h"
#include "bench/engine_home.h"
#include "bench/naive_coupled.h"
#include "engine/assert.h"
#include "engine/book.h"
#include <stdlib.h>

struct book_driver {
    struct engine_home home;
    uint32_t *slots; /* by flow id: slot + 1; 0: gone */
    uint32_t *spare; /* slots that are free again, used newest first */
    uint32_t spares;
    uint32_t top; /* slots ever used */
    uint8_t zones;
};

static void book_driver_destroy(void *engine)
{
    struct book_driver *driver = engine;
    if (!driver) return;
    engine_home_close(&driver->home);
    free(driver->slots);
    free(driver->spare);
    free(driver);
}

static int book_driver_create(const struct neutral *flow, unsigned zones, void **out,
                              struct fault_text *why)
{
    struct book_driver *driver = calloc(1, sizeof *driver);
    if (!driver) return fault_say(why, ERR_NO_MEMORY, "no memory for the book");
    int status = engine_home_open(&driver->home, flow, zones, why);
    driver->zones = (uint8_t)zones;
    driver->slots = calloc(flow->orders + 1, sizeof *driver->slots);
    driver->spare = calloc(flow->orders + 1, sizeof *driver->spare);
    if (status == 0 && (!driver->slots || !driver->spare)) {
        status = fault_say(why, ERR_NO_MEMORY, "no memory for the book");
    }
    if (status != 0) {
        book_driver_destroy(driver);
        return status;
    }
    *out = driver;
    return 0;
}

static void take_out(struct book_driver *driver, uint32_t slot)
{
    struct engine *engine = driver->home.engine;
    book_remove(engine, slot);
    driver->slots[engine->order[slot].priority] = 0;
    driver->spare[driver->spares++] = slot;
}

/* The resting order the taker meets next; NIL: none in reach. */
static uint32_t candidate(const struct book_driver *driver, const struct neutral_record *taker,
                          uint8_t own)
{
    const struct engine *engine = driver->home.engine;
    uint8_t other = taker->side ^ 1u;
    uint32_t chosen = NIL;
    int64_t limit = taker->price;
    for (uint8_t turn = 0; turn < driver->zones; turn++) { /* the own zone wins ties */
        uint32_t slot = book_best(engine, taker->instrument, own ^ turn, other);
        if (slot == NIL) continue;
        int64_t price = engine->order[slot].price;
        bool reached = other == SIDE_SELL ? price <= limit : price >= limit;
        if (!reached || (chosen != NIL && price == limit)) continue;
        chosen = slot;
        limit = price;
    }
    return chosen;
}

static uint64_t match(struct book_driver *driver, const struct neutral_record *taker, uint8_t own,
                      struct tape *tape)
{
    struct engine *engine = driver->home.engine;
    uint64_t left = taker->quantity;
    while (left > 0) {
        uint32_t slot = candidate(driver, taker, own);
        if (slot == NIL) break;
        struct order *maker = &engine->order[slot];
        uint64_t quantity = left < (uint64_t)maker->left ? left : (uint64_t)maker->left;
        tape_trade(tape, maker->priority, taker->order_id, (uint64_t)maker->price, quantity);
        left -= quantity;
        maker->left -= (int64_t)quantity;
        if (maker->left == 0) take_out(driver, slot);
    }
    return left;
}

static void rest(struct book_driver *driver, const struct neutral_record *record, uint8_t own,
                 uint64_t left)
{
    struct engine *engine = driver->home.engine;
    uint32_t slot = driver->spares > 0 ? driver->spare[--driver->spares] : driver->top++;
    struct order *order = &engine->order[slot];
    ASSERT(book_room(engine) > 0 && slot < engine->limits.orders);
    order->left = (int64_t)left;
    order->price = record->price;
    order->priority = record->order_id;
    order->instrument = record->instrument;
    order->zone = own;
    order->side = record->side;
    order->state = ORDER_WORKING;
    book_add(engine, slot);
    driver->slots[record->order_id] = slot + 1;
}

static int book_driver_run(void *engine, const struct neutral_record *records, size_t count,
                           struct tape *tape, struct fault_text *why)
{
    struct book_driver *driver = engine;
    struct order *orders = driver->home.engine->order;
    (void)why;
    for (size_t i = 0; i < count; i++) {
        const struct neutral_record *record = &records[i];
        if (record->op == NEUTRAL_LIMIT || record->op == NEUTRAL_IOC) {
            uint8_t own = driver->zones == 1 ? 0 : (uint8_t)naive_coupled_zone(record->account);
            uint64_t left = match(driver, record, own, tape);
            if (left > 0 && record->op == NEUTRAL_LIMIT) rest(driver, record, own, left);
            continue;
        }
        uint32_t slot = driver->slots[record->order_id];
        if (slot == 0) continue; /* gone: refused */
        slot--;
        if (record->op == NEUTRAL_REDUCE && record->quantity < (uint64_t)orders[slot].left) {
            orders[slot].left -= (int64_t)record->quantity;
        } else {
            take_out(driver, slot);
        }
    }
    return 0;
}

const struct drive drive_book = {"book", 2, book_driver_create, book_driver_run,
                                 book_driver_destroy};
