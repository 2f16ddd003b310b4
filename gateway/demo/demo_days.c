/* demo_days.c - trading days of both regions around the real monthly prices of carbon.
 *
 * Every carbon installation trades through a connection and thread of its own, all at the same
 * time; what each does is seeded, who comes first is not. Each day: opening call, continuous
 * trading, close. Water, energy, SO2, COD and eco-credits trade beside it.
 */
#include "gateway/demo/demo_looks.h"
#include "gateway/demo/demo_table.h"
#include "engine/assert.h"
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define CARBON "GDEA-23"
#define LEVY_PPM 30000
#define WAVES 4 /* the first one is the opening call */
#define ORDERS_PER_WAVE 5
#define PRICE_NEAR_PERCENT 3
#define WATER_STEP 20 /* received units of a 21/20 link */

static const struct session {
    const char *day;
    const char *month;
    int64_t water; /* received of the day's part of the real deal, 55 720 in all */
} sessions[] = {
    {"2023-05-15", "2023-05", 9520}, {"2023-06-15", "2023-06", 9520},
    {"2023-07-17", "2023-07", 9520}, {"2023-08-15", "2023-08", 9520},
    {"2023-09-15", "2023-09", 9520}, {"2023-10-16", "2023-10", 8120},
};
#define SESSIONS (sizeof sessions / sizeof sessions[0])
#define WATER_DEAL 55720 /* 1 000 m3: 55.72 million m3, the real yearly quantity */

struct task { /* one trader's part of one wave */
    struct demo_person *person;
    uint64_t seed;
    int64_t mean; /* real monthly mean, fen */
    size_t day;
    size_t wave;
    pthread_t thread;
    bool running;
};

/* splitmix64, public domain algorithm by S. Vigna. */
static uint64_t draw(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static int64_t between(uint64_t *seed, int64_t low, int64_t high)
{
    return low + (int64_t)(draw(seed) % (uint64_t)(high - low + 1));
}

/* EWN has more than it needs and sells, GBA buys: three orders of four. */
static void trade_once(struct task *task, size_t number)
{
    const struct demo_person *person = task->person;
    const bool gba = strcmp(person->zone, "GBA") == 0;
    const bool buy = (draw(&task->seed) % 4 != 0) == gba;
    const int64_t centre = gba ? task->mean : task->mean * PPM / (PPM + LEVY_PPM);
    const int64_t off =
        buy ? between(&task->seed, -25000, 15000) : between(&task->seed, -15000, 25000);
    const int64_t qty = between(&task->seed, 50, 500);
    const uint64_t kind = task->wave == 0 ? 0 : draw(&task->seed) % 8;
    demo_say(person->voice,
             "order d%zuw%zu-%zu %s " CARBON " %s qty=%" PRId64 " price=%" PRId64 "%s", task->day,
             task->wave, number, person->name, buy ? "buy" : "sell", qty,
             centre * (PPM + off) / PPM,
             kind == 6   ? " tif=ioc"
             : kind == 7 ? " tif=fok"
                         : "");
}

static void *trade(void *context)
{
    struct task *task = context;
    struct demo_voice *voice = task->person->voice;
    for (size_t i = 0; i < ORDERS_PER_WAVE; i++)
        trade_once(task, i);
    /* Sometimes an order of the wave before is taken back; it may be gone by now. */
    if (task->wave > 0 && draw(&task->seed) % 2) {
        demo_say(voice, "cancel %s/d%zuw%zu-0", task->person->name, task->day, task->wave - 1);
    }
    (void)demo_flush(voice);
    return NULL;
}

static bool trades_carbon(const struct demo_person *person)
{
    return person->output > 0 && person->voice;
}

/* All at once, each on a thread and a connection of their own. */
static int run_wave(struct demo *demo, size_t day, size_t wave, int64_t mean)
{
    static struct task tasks[DEMO_PEOPLE_MAX];
    for (size_t i = 0; i < demo->count; i++) {
        struct demo_person *person = &demo->people[i];
        tasks[i] =
            (struct task){.person = person,
                          .mean = mean,
                          .day = day + 1,
                          .wave = wave,
                          .seed = demo->seed * 1000003 + day * 10007 + wave * 101 + i * 7919};
        if (!trades_carbon(person)) continue;
        tasks[i].running = pthread_create(&tasks[i].thread, NULL, trade, &tasks[i]) == 0;
        if (!tasks[i].running) trade(&tasks[i]);
    }
    for (size_t i = 0; i < demo->count; i++) {
        if (tasks[i].running) pthread_join(tasks[i].thread, NULL);
        if (demo->people[i].voice) (void)demo_voice_fault(demo, demo->people[i].voice);
    }
    return demo->fault;
}

/* One pass over the other rights: all sellers, then all buyers, so that each day is the same. */
static void trade_rights(struct demo *demo, size_t day, const char *side)
{
    struct demo_table table;
    uint64_t seed = demo->seed + day * 31;
    demo_table_open(&table, "rights.csv");
    while (demo_table_next(&table) && !demo->fault) {
        if (strcmp(demo_text(&table, "side"), side) != 0) continue;
        struct demo_person *person = demo_person(demo, demo_text(&table, "name"));
        struct demo_voice *voice = demo_person_voice(demo, person);
        const char *instrument = demo_text(&table, "instrument");
        const int64_t price = demo_number(&table, "price");
        const int64_t half = demo_number(&table, "daily") / 2;
        if (!voice) return;
        for (int k = 0; k < 2; k++) {
            const int64_t ppm = PPM + between(&seed, -2000, 2000);
            demo_say(voice, "order r%zu-%s-%d %s %s %s qty=%" PRId64 " price=%" PRId64, day + 1,
                     instrument, k, person->name, instrument, side, half, price * ppm / PPM);
        }
        (void)demo_flush(voice);
        (void)demo_voice_fault(demo, voice);
    }
}

/* The day's part of the real water sale, Huizhou to Guangzhou; price is an example. */
static void trade_water(struct demo *demo, size_t day)
{
    struct demo_voice *seller = demo_person_voice(demo, demo_person(demo, "water-huizhou"));
    struct demo_voice *buyer = demo_person_voice(demo, demo_person(demo, "power-guangzhou"));
    const int64_t received = sessions[day].water;
    if (!seller || !buyer) return;
    ASSERT(received % WATER_STEP == 0);
    demo_say(seller, "order deal-%zu water-huizhou WATR-DJ-23 sell qty=%" PRId64 " price=60000",
             day + 1, received / 20 * 21);
    if (demo_flush(seller)) (void)demo_voice_fault(demo, seller);
    demo_say(buyer, "order deal-%zu power-guangzhou WATR-DJ-23 buy qty=%" PRId64 " price=63000",
             day + 1, received);
    if (demo_flush(buyer)) (void)demo_voice_fault(demo, buyer);
}

/* T+1: what was bought today cannot be sold before the next trading day. */
static void try_lock(struct demo *demo, size_t day, int64_t mean)
{
    struct demo_voice *investor = demo_person_voice(demo, demo_person(demo, "investor-hongkong"));
    struct demo_voice *seller = demo_person_voice(demo, demo_person(demo, "dc-guangzhou-1"));
    if (!investor || !seller) return;
    if (day == 1) {
        const enum reason next =
            demo_ask(investor,
                     "order lock-2 investor-hongkong " CARBON " sell qty=500 price=%" PRId64, mean);
        demo_check(demo, next == REASON_NONE, "T+1: bought on day 1, sold on day 2: %s",
                   next == REASON_NONE ? "accepted" : reason_name(next));
        return;
    }
    if (day > 1) return;
    const int64_t price = mean * 1030000 / PPM;
    demo_ask(seller, "order lock dc-guangzhou-1 " CARBON " sell qty=500 price=%" PRId64, price);
    demo_ask(investor, "order lock-0 investor-hongkong " CARBON " buy qty=500 price=%" PRId64,
             price);
    const enum reason same = demo_ask(
        investor, "order lock-1 investor-hongkong " CARBON " sell qty=500 price=%" PRId64, mean);
    demo_check(demo, same == REASON_UNITS_SHORT, "T+1: bought today, offered today: refused %s",
               reason_name(same));
}

static void move_phases(struct demo *demo, const char *carbon, const char *others)
{
    static const char *const names[] = {"PHCER-23", "ENER-23", "WATR-DJ-23", "SO2-23", "COD-DJ-23"};
    if (carbon) demo_say(demo->market_operator, "phase " CARBON " %s", carbon);
    for (size_t i = 0; others && i < sizeof names / sizeof names[0]; i++)
        demo_say(demo->market_operator, "phase %s %s", names[i], others);
    (void)demo_flush(demo->market_operator);
    (void)demo_voice_fault(demo, demo->market_operator);
}

static int64_t monthly_mean(const char *month)
{
    struct demo_table table;
    demo_table_open(&table, "carbon_monthly.csv");
    while (demo_table_next(&table)) {
        if (strcmp(demo_text(&table, "month"), month) == 0) return demo_number(&table, "mean_fen");
    }
    ASSERT(false); /* the table has no such month */
    return 0;
}

static void print_day(struct demo *demo, size_t day, int64_t mean)
{
    const uint16_t carbon = demo_instrument(demo, CARBON);
    const struct demo_cell *ewn = &demo->tally.day[carbon][demo_zone(demo, "EWN")];
    const struct demo_cell *gba = &demo->tally.day[carbon][demo_zone(demo, "GBA")];
    const struct event_row_balance link = demo_balance(demo, CARBON, "EWN", "GBA");
    const int64_t off = demo_cell_price(gba) - mean;
    demo->close_days += (off < 0 ? -off : off) * 100 <= mean * PRICE_NEAR_PERCENT;
    printf("%s %10s %10s %10s %10s %10s %10s %10s %10s\n", sessions[day].day, demo_cny(mean),
           demo_cny(demo_cell_price(gba)), demo_cny(demo_cell_price(ewn)),
           demo_grouped(gba->bought), demo_grouped(gba->sold), demo_grouped(ewn->bought),
           demo_grouped(link.net), demo_grouped(link.hi - link.net));
}

static void fetch_all(struct demo *demo)
{
    for (size_t i = 0; i < demo->count; i++) {
        if (demo->people[i].voice) demo_tally_fetch(&demo->tally, demo->people[i].voice);
    }
}

static int play_day(struct demo *demo, size_t day)
{
    const int64_t mean = monthly_mean(sessions[day].month);
    demo_tally_new_day(&demo->tally);
    const enum reason dated = demo_go_to(demo, sessions[day].day);
    if (dated) demo_check(demo, false, "day %s: %s", sessions[day].day, reason_name(dated));
    move_phases(demo, "call", "continuous");
    if (run_wave(demo, day, 0, mean)) return demo->fault;
    move_phases(demo, "continuous", NULL);
    try_lock(demo, day, mean);
    trade_water(demo, day);
    for (size_t wave = 1; wave < WAVES; wave++) {
        if (run_wave(demo, day, wave, mean)) return demo->fault;
        if (wave == 1) trade_rights(demo, day, "sell");
        if (wave == 2) trade_rights(demo, day, "buy");
    }
    move_phases(demo, "closed", "closed");
    fetch_all(demo);
    print_day(demo, day, mean);
    fflush(stdout);
    const struct timespec pause = {.tv_sec = demo->pause_ms / 1000,
                                   .tv_nsec = demo->pause_ms % 1000 * 1000000};
    if (demo->pause_ms) nanosleep(&pause, NULL);
    return demo->fault;
}

/* What the market refused the traders, by reason; a cancel may come when its order is gone. */
static void print_refusals(const struct demo *demo)
{
    fputs("refused:", stdout);
    for (size_t reason = 1; reason < REASON_COUNT; reason++) {
        size_t times = 0;
        for (size_t i = 0; i < demo->count; i++) {
            if (demo->people[i].voice) times += demo->people[i].voice->reasons[reason];
        }
        if (times) printf(" %zu %s", times, reason_name((enum reason)reason));
    }
    puts(" (a cancel may come when its order is gone)");
}

int demo_days(struct demo *demo)
{
    size_t traders = 0;
    for (size_t i = 0; i < demo->count && !demo->fault; i++) {
        if (demo->people[i].bidder) continue;
        (void)demo_person_voice(demo, &demo->people[i]);
        traders += demo->people[i].output > 0;
    }
    if (demo->fault) return demo->fault;
    printf("\nTRADING  %zu days of " CARBON
           " around the real monthly means of 2023; %zu traders at "
           "once, seed %" PRIu64 ".\n"
           "          Real: the monthly mean. Examples: every order. CNY per tonne; tonnes.\n",
           SESSIONS, traders, demo->seed);
    printf("%-10s %10s %10s %10s %10s %10s %10s %10s %10s\n", "day", "real mean", "GBA price",
           "EWN price", "GBA bought", "GBA sold", "EWN bought", "net to GBA", "link room");
    for (size_t day = 0; day < SESSIONS && !demo->fault; day++)
        play_day(demo, day);
    if (demo->fault) return demo->fault;
    print_refusals(demo);
    demo_check(demo, demo->close_days == SESSIONS,
               "mean price in GBA within %d %% of the real monthly mean on every day",
               PRICE_NEAR_PERCENT);
    const struct event_row_balance water = demo_balance(demo, "WATR-DJ-23", "DJ-MID", "DJ-LOW");
    demo_check(demo, water.net >= WATER_DEAL,
               "water Huizhou -> Guangzhou: %s thousand m3 received (the real deal: 55 720 a year)",
               demo_grouped(water.net));
    return demo->fault;
}
