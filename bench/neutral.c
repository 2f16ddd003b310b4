/* neutral.c - reading and checking flow files. */
#include "bench/neutral.h"
#include "engine/limits.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void put(uint8_t *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint64_t get(const uint8_t *in, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t)in[i] << (8 * i);
    }
    return value;
}

void neutral_put(uint8_t out[NEUTRAL_RECORD_BYTES], const struct neutral_record *record)
{
    out[0] = record->op;
    out[1] = record->side;
    put(out + 2, record->instrument, 2);
    put(out + 4, record->price, 4);
    put(out + 8, record->order_id, 8);
    put(out + 16, record->quantity, 8);
    put(out + 24, record->account, 4);
    put(out + 28, 0, 4);
}

static void unpack(const uint8_t *in, struct neutral_record *out)
{
    out->op = in[0];
    out->side = in[1];
    out->instrument = (uint16_t)get(in + 2, 2);
    out->price = (uint32_t)get(in + 4, 4);
    out->order_id = get(in + 8, 8);
    out->quantity = get(in + 16, 8);
    out->account = (uint32_t)get(in + 24, 4);
}

static bool enters(const struct neutral_record *record)
{
    return record->op == NEUTRAL_LIMIT || record->op == NEUTRAL_IOC;
}

/* The name of the first field out of range, or NULL. */
static const char *wrong_field(const struct neutral_record *record, const uint8_t *bytes,
                               size_t count)
{
    if (record->op < NEUTRAL_LIMIT || record->op > NEUTRAL_IOC) return "op";
    if (record->side > 1) return "side";
    if (record->instrument >= INSTRUMENTS_MAX) return "instrument";
    if (record->order_id == 0 || record->order_id > count) return "order id";
    if (get(bytes + 28, 4) != 0) return "zero";
    if (record->op != NEUTRAL_CANCEL &&
        (record->quantity == 0 || record->quantity > NEUTRAL_QUANTITY_MAX)) {
        return "quantity";
    }
    if (!enters(record)) return NULL;
    if (record->price == 0) return "price";
    if (record->account == 0 || record->account > NEUTRAL_ACCOUNTS) return "account";
    return NULL;
}

static int read_records(FILE *file, struct neutral *flow, struct fault_text *why)
{
    uint8_t *used = calloc(flow->count / 8 + 1, 1); /* one bit per order id that has entered */
    if (!used) return fault_say(why, ERR_NO_MEMORY, "no memory for %zu records", flow->count);
    int status = 0;
    for (size_t i = 0; i < flow->count && status == 0; i++) {
        uint8_t bytes[NEUTRAL_RECORD_BYTES];
        if (fread(bytes, sizeof bytes, 1, file) != 1) {
            status = fault_say(why, ERR_DISK, "record %zu: the file ends or cannot be read", i);
            break;
        }
        struct neutral_record *record = &flow->records[i];
        unpack(bytes, record);
        const char *field = wrong_field(record, bytes, flow->count);
        if (!field && enters(record)) {
            uint8_t bit = (uint8_t)(1u << (record->order_id % 8));
            if (used[record->order_id / 8] & bit) field = "order id (used before)";
            used[record->order_id / 8] |= bit;
        }
        if (field) {
            status = fault_say(why, ERR_MALFORMED, "record %zu: %s", i, field);
            break;
        }
        if (record->order_id > flow->orders) flow->orders = record->order_id;
        if (record->instrument >= flow->instruments) flow->instruments = record->instrument + 1u;
        if (enters(record) && record->price > flow->price_max) flow->price_max = record->price;
    }
    free(used);
    return status;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int count_levels(struct neutral *flow, struct fault_text *why)
{
    uint64_t *keys = malloc((flow->count + 1) * sizeof *keys);
    if (!keys) return fault_say(why, ERR_NO_MEMORY, "no memory for %zu records", flow->count);
    size_t count = 0;
    for (size_t i = 0; i < flow->count; i++) {
        const struct neutral_record *record = &flow->records[i];
        if (record->op != NEUTRAL_LIMIT) continue;
        keys[count++] =
            (uint64_t)record->instrument << 33 | (uint64_t)record->side << 32 | record->price;
    }
    qsort(keys, count, sizeof *keys, by_value);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || keys[i] != keys[i - 1]) flow->levels++;
    }
    free(keys);
    return 0;
}

int neutral_load(const char *path, struct neutral *out, struct fault_text *why)
{
    struct neutral flow = {0};
    struct stat file_status;
    int status = 0;
    FILE *file = fopen(path, "rb");
    if (!file) return fault_say(why, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
    if (fstat(fileno(file), &file_status) != 0 || !S_ISREG(file_status.st_mode)) {
        status = fault_say(why, ERR_DISK, "%s: not a file", path);
        goto done;
    }
    flow.count = (size_t)file_status.st_size / NEUTRAL_RECORD_BYTES;
    if (flow.count == 0 || file_status.st_size % NEUTRAL_RECORD_BYTES != 0) {
        status = fault_say(why, ERR_MALFORMED, "%s: not whole records of %d bytes", path,
                           NEUTRAL_RECORD_BYTES);
        goto done;
    }
    if (flow.count > NEUTRAL_RECORDS_MAX) {
        status = fault_say(why, ERR_LIMIT, "%s: more than %llu records", path,
                           (unsigned long long)NEUTRAL_RECORDS_MAX);
        goto done;
    }
    flow.records = calloc(flow.count, sizeof *flow.records);
    if (!flow.records) {
        status = fault_say(why, ERR_NO_MEMORY, "no memory for %zu records", flow.count);
        goto done;
    }
    status = read_records(file, &flow, why);
    if (status == 0) status = count_levels(&flow, why);
done:
    (void)fclose(file);
    if (status == 0) {
        *out = flow;
    } else {
        neutral_free(&flow);
    }
    return status;
}

void neutral_free(struct neutral *flow)
{
    if (!flow) return;
    free(flow->records);
    *flow = (struct neutral){0};
}
