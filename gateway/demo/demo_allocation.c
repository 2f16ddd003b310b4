/* demo_allocation.c - initial allocation: real benchmark x example output, floored once, the free
 * share issued by the regulator, the sum compared with the real cap of the year. */
#include "engine/assert.h"
#include "gateway/demo/demo_looks.h"
#include "gateway/demo/demo_table.h"
#include <inttypes.h>
#include <string.h>

#define FREE_SHARE_PPM 970000 /* real for data centres in 2023; applied to all three sectors */
#define ALLOCATION_YEAR "2023"
#define CARBON "GDEA-23"
#define SECTORS_MAX 4

struct sector {
    char name[NAME_BYTES + 1];
    char scheme[64];
    char year[8];
    int64_t benchmark_micro;
    int64_t count[2]; /* EWN, GBA */
    int64_t free[2];
    int64_t total;
    int64_t due;
};

static size_t read_sectors(struct sector sectors[SECTORS_MAX])
{
    struct demo_table table;
    size_t count = 0;
    demo_table_open(&table, "benchmarks.csv");
    while (demo_table_next(&table)) {
        ASSERT(count < SECTORS_MAX);
        struct sector *sector = &sectors[count++];
        *sector = (struct sector){.benchmark_micro = demo_number(&table, "benchmark_micro")};
        snprintf(sector->name, sizeof sector->name, "%s", demo_text(&table, "sector"));
        snprintf(sector->scheme, sizeof sector->scheme, "%s", demo_text(&table, "scheme"));
        snprintf(sector->year, sizeof sector->year, "%s", demo_text(&table, "year"));
    }
    return count;
}

/* market.md section 7: A = floor(product), free = floor(unfloored product x share). */
static void allocate(struct demo *demo, const struct demo_person *person, struct sector *sector)
{
    const __int128 product = (__int128)person->output * sector->benchmark_micro;
    const int64_t total = (int64_t)(product / PPM);
    const int64_t free = (int64_t)(product * FREE_SHARE_PPM / ((__int128)PPM * PPM));
    const size_t zone = strcmp(person->zone, "GBA") == 0;
    demo_say(demo->regulator, "issue %s " CARBON " qty=%" PRId64, person->name, free);
    sector->count[zone]++;
    sector->free[zone] += free;
    sector->total += total;
    sector->due += total - free;
}

static int64_t cap_of_year(void)
{
    struct demo_table table;
    demo_table_open(&table, "caps.csv");
    while (demo_table_next(&table)) {
        if (strcmp(demo_text(&table, "year"), ALLOCATION_YEAR) == 0) {
            return demo_number(&table, "cap_t");
        }
    }
    ASSERT(false); /* the table has no such year */
    return 0;
}

static int64_t print_sectors(const struct sector *sectors, size_t count, int64_t *out_free)
{
    int64_t total = 0;
    printf("%-13s %-11s %-34s %5s %12s %5s %12s %12s %10s\n", "sector", "benchmark", "from", "EWN",
           "free t", "GBA", "free t", "A t", "to pay t");
    for (size_t i = 0; i < count; i++) {
        const struct sector *sector = &sectors[i];
        char from[80];
        snprintf(from, sizeof from, "%s %s", sector->scheme, sector->year);
        printf("%-13s %" PRId64 ".%06" PRId64 "    %-34s %5" PRId64 " %12s %5" PRId64
               " %12s %12s %10s\n",
               sector->name, sector->benchmark_micro / PPM, sector->benchmark_micro % PPM, from,
               sector->count[0], demo_grouped(sector->free[0]), sector->count[1],
               demo_grouped(sector->free[1]), demo_grouped(sector->total),
               demo_grouped(sector->due));
        total += sector->total;
        *out_free += sector->free[0] + sector->free[1];
    }
    return total;
}

static void issue_carbon(struct demo *demo)
{
    struct sector sectors[SECTORS_MAX];
    const size_t count = read_sectors(sectors);
    for (size_t i = 0; i < demo->count; i++) {
        for (size_t k = 0; k < count && demo->people[i].output > 0; k++) {
            if (strcmp(demo->people[i].sector, sectors[k].name) != 0) continue;
            allocate(demo, &demo->people[i], &sectors[k]);
        }
    }
    if (demo_flush(demo->regulator)) return;
    int64_t free = 0;
    const int64_t total = print_sectors(sectors, count, &free);
    const int64_t cap = cap_of_year();
    struct event_row_units row = {.issued = 0};
    struct query query = demo_query(QUERY_RECONCILE);
    query.instrument = demo_instrument(demo, CARBON);
    (void)demo_rows(demo, &query, EVENT_ROW_UNITS, &row, sizeof row, 1);
    printf("allocated %s t, issued free %s t; real cap of %s: %s t; %s t are left for everybody "
           "else\n",
           demo_grouped(total), demo_grouped(free), ALLOCATION_YEAR, demo_grouped(cap),
           demo_grouped(cap - total));
    demo_check(demo, total <= cap, "the sum of allocations is within the cap");
    demo_check(demo, row.issued == free && row.difference == 0,
               "the exchange holds exactly what was issued: %s t", demo_grouped(row.issued));
}

/* Rights other than carbon: zones of their own, example amounts. */
static void issue_rights(struct demo *demo)
{
    struct demo_table table;
    size_t rows = 0;
    demo_table_open(&table, "rights.csv");
    for (; demo_table_next(&table); rows++) {
        const char *zone = demo_text(&table, "zone");
        if (strcmp(zone, "-") == 0) continue;
        demo_say(demo->regulator, "member %s %s zone=%s from=2013-01-01", demo_text(&table, "name"),
                 demo_text(&table, "instrument"), zone);
    }
    demo_table_open(&table, "rights.csv");
    while (demo_table_next(&table)) {
        const int64_t qty = demo_number(&table, "issue");
        if (qty == 0) continue;
        demo_say(demo->regulator, "issue %s %s qty=%" PRId64, demo_text(&table, "name"),
                 demo_text(&table, "instrument"), qty);
    }
    (void)demo_flush(demo->regulator);
    printf("energy, water, SO2, COD rights and eco-credits: %zu holdings (examples; real are the\n"
           "quantities of the three forest projects)\n",
           rows);
}

int demo_allocation(struct demo *demo)
{
    puts("\nALLOCATION  " ALLOCATION_YEAR ": published benchmark x example output, floored once, "
         "97 % free. Installations are\n"
         "          examples; benchmarks, free share and cap are real (gateway/demo/SOURCES.md).");
    const size_t refused = demo->regulator->refused;
    issue_carbon(demo);
    issue_rights(demo);
    demo_check(demo, demo->regulator->refused == refused,
               "every allocation was taken by the exchange");
    return demo_voice_fault(demo, demo->regulator);
}
