/* neutral.h - the neutral order flow: a file of 32-byte records that any engine can replay.
 *
 *   OFFSET  SIZE  FIELD (little-endian, no file header)
 *        0     1  op: 1 limit, 2 cancel, 3 reduce, 4 immediate-or-cancel
 *        1     1  side: 0 buy, 1 sell
 *        2     2  instrument
 *        4     4  price, ticks
 *        8     8  order id: dense, 1, 2, ... in the order of the limit and IOC records
 *       16     8  quantity; reduce: how much to take off
 *       24     4  account 1..1000; cancel and reduce: meaningless, the order's owner acts
 *       28     4  zero
 *
 * A reduce keeps the order's place; one that takes off everything or more is a cancel. Cancel and
 * reduce of an order that is gone (or that never was) are refused and change nothing.
 *
 * Owns:     the records, on the heap, loaded before any clock starts.
 * Bound:    NEUTRAL_RECORDS_MAX records.
 */
#ifndef BENCH_NEUTRAL_H
#define BENCH_NEUTRAL_H
#include "proto/fault.h"
#include <stddef.h>
#include <stdint.h>

#define NEUTRAL_RECORD_BYTES 32
#define NEUTRAL_RECORDS_MAX (UINT64_C(1) << 27) /* 4 GiB of file */
#define NEUTRAL_ACCOUNTS 1000
#define NEUTRAL_QUANTITY_MAX (UINT64_C(1) << 40)

enum neutral_op { NEUTRAL_LIMIT = 1, NEUTRAL_CANCEL = 2, NEUTRAL_REDUCE = 3, NEUTRAL_IOC = 4 };

struct neutral_record {
    uint64_t order_id;
    uint64_t quantity;
    uint32_t price;
    uint32_t account;
    uint16_t instrument;
    uint8_t op;   /* enum neutral_op */
    uint8_t side; /* as enum side of the engine */
};

struct neutral {
    struct neutral_record *records;
    size_t count;
    uint64_t orders;      /* highest order id named */
    uint32_t instruments; /* highest instrument + 1 */
    uint32_t price_max;
    uint32_t levels; /* distinct (instrument, side, price) of limit orders: bounds any book's levels
                      */
};

void neutral_put(uint8_t out[NEUTRAL_RECORD_BYTES], const struct neutral_record *record);

/* Reads and checks the whole file. Returns 0, ERR_NOT_FOUND, ERR_DISK, ERR_NO_MEMORY, ERR_LIMIT, or
 * ERR_MALFORMED; `why` names the record and the field. */
int neutral_load(const char *path, struct neutral *out, struct fault_text *why);
void neutral_free(struct neutral *flow);
#endif
