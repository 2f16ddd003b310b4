#include "gateway/demo/demo_cast.h"
#include "engine/assert.h"
#include "gateway/demo/demo_table.h"
#include "proto/script.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_AT_ONCE 366
/* 500 million CNY each: an example, enough for everything. */
#define CASH_FEN INT64_C(50000000000)

static void set(char out[NAME_BYTES + 1], const char *text)
{
    ASSERT(strlen(text) <= NAME_BYTES);
    strcpy(out, text);
}

/* Zone and air zone of a city; the city must be in the table. */
static void place(struct demo_person *person, const char *city)
{
    struct demo_table table;
    demo_table_open(&table, "cities.csv");
    while (demo_table_next(&table)) {
        if (strcmp(demo_text(&table, "city"), city) != 0) continue;
        set(person->city, city);
        set(person->zone, demo_text(&table, "zone"));
        set(person->air_zone, demo_text(&table, "air_zone"));
        return;
    }
    ASSERT(false); /* a city that is not in cities.csv */
}

static struct demo_person *add(struct demo *demo, const char *name, const char *city)
{
    ASSERT(demo->count < DEMO_PEOPLE_MAX);
    struct demo_person *person = &demo->people[demo->count++];
    set(person->name, name);
    set(person->type, "covered");
    place(person, city);
    return person;
}

static void add_installations(struct demo *demo)
{
    struct demo_table table;
    demo_table_open(&table, "installations.csv");
    while (demo_table_next(&table)) {
        struct demo_person *person =
            add(demo, demo_text(&table, "name"), demo_text(&table, "city"));
        set(person->sector, demo_text(&table, "sector"));
        person->output = demo_number(&table, "output");
    }
    demo_table_open(&table, "others.csv");
    while (demo_table_next(&table)) {
        struct demo_person *person =
            add(demo, demo_text(&table, "name"), demo_text(&table, "city"));
        set(person->sector, demo_text(&table, "sector"));
        set(person->type, demo_text(&table, "type"));
    }
}

static bool known(const struct demo *demo, const char *name)
{
    for (size_t i = 0; i < demo->count; i++) {
        if (strcmp(demo->people[i].name, name) == 0) return true;
    }
    return false;
}

/* Bidders of the past auctions, spread over the cities that take part in the Guangdong scheme. */
static void add_bidders(struct demo *demo)
{
    static const char *const cities[] = {"Guangzhou", "Shaoguan", "Foshan",   "Zhanjiang",
                                         "Dongguan",  "Meizhou",  "Zhaoqing", "Maoming",
                                         "Huizhou",   "Qingyuan", "Jiangmen", "Yunfu",
                                         "Zhongshan", "Shantou",  "Zhuhai",   "Yangjiang"};
    struct demo_table table;
    demo_table_open(&table, "auction_bids.csv");
    for (size_t i = 0; demo_table_next(&table);) {
        const char *name = demo_text(&table, "bidder");
        if (known(demo, name)) continue;
        struct demo_person *person = add(demo, name, cities[i++ % 16]);
        set(person->sector, "power");
        person->bidder = true;
    }
}

int demo_cast_make(struct demo *demo)
{
    add_installations(demo);
    add_bidders(demo);
    int fault = demo_house_key(&demo->house, "regulator", "regulator", NULL, &demo->why);
    if (!fault) fault = demo_house_key(&demo->house, "operator", "operator", NULL, &demo->why);
    for (size_t i = 0; i < demo->count && !fault; i++) {
        const char *name = demo->people[i].name;
        fault = demo_house_key(&demo->house, name, "enterprise", name, &demo->why);
    }
    demo->fault = fault;
    return fault;
}

int demo_cast_register(struct demo *demo)
{
    struct demo_voice *regulator = demo->regulator;
    struct demo_voice *market_operator = demo->market_operator;
    for (size_t i = 0; i < demo->count; i++) {
        const struct demo_person *person = &demo->people[i];
        demo_say(regulator, "participant %s zone=%s type=%s city=%s sector=%s", person->name,
                 person->zone, person->type, person->city, person->sector);
    }
    if (demo_learn(regulator)) return demo_voice_fault(demo, regulator);
    for (size_t i = 0; i < demo->count; i++) {
        demo_say(market_operator, "deposit %s cash=%" PRId64, demo->people[i].name, CASH_FEN);
    }
    (void)demo_flush(market_operator);
    printf("%zu participants in %s.\n", demo->count,
           "20 cities of Guangdong (Shenzhen has a carbon pilot of its own), Hong Kong, Macao");
    demo_check(demo, regulator->refused + market_operator->refused == 0,
               "every registration and deposit was taken");
    return demo_voice_fault(demo, market_operator);
}

struct demo_person *demo_person(struct demo *demo, const char *name)
{
    for (size_t i = 0; i < demo->count; i++) {
        if (strcmp(demo->people[i].name, name) == 0) return &demo->people[i];
    }
    ASSERT(false); /* a table names somebody who is in no other table */
    return NULL;
}

struct demo_voice *demo_person_voice(struct demo *demo, struct demo_person *person)
{
    char path[PATH_MAX];
    if (person->voice) return person->voice;
    if (demo->fault) return NULL;
    person->voice = calloc(1, sizeof *person->voice);
    if (!person->voice) {
        demo->fault = fault_say(&demo->why, ERR_NO_MEMORY, "no memory left");
        return NULL;
    }
    demo_house_key_path(&demo->house, person->name, path);
    (void)demo_voice_open(person->voice, demo->house.connect, path, demo->directory);
    if (demo_voice_fault(demo, person->voice)) {
        demo_person_leave(person);
        return NULL;
    }
    return person->voice;
}

void demo_person_leave(struct demo_person *person)
{
    if (person->voice) demo_voice_close(person->voice);
    free(person->voice);
    person->voice = NULL;
}

bool demo_check(struct demo *demo, bool holds, const char *format, ...)
{
    va_list arguments;
    demo->checks++;
    if (!holds) demo->failed++;
    printf("  check %s: ", holds ? "ok" : "FAILED");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    return holds;
}

int demo_voice_fault(struct demo *demo, const struct demo_voice *voice)
{
    if (!demo->fault && voice->fault) {
        demo->fault = fault_say(&demo->why, voice->fault, "%s", voice->why.text);
    }
    return demo->fault;
}

/* Writes digits with a space between groups of three. */
static char *grouped(char *end, uint64_t number)
{
    *--end = '\0';
    for (int digits = 0;; digits++) {
        if (digits > 0 && digits % 3 == 0) *--end = ' ';
        *--end = (char)('0' + number % 10);
        number /= 10;
        if (number == 0) return end;
    }
}

const char *demo_grouped(int64_t number)
{
    static char texts[16][40];
    static unsigned turn;
    char *text = texts[turn++ % 16];
    char *at = grouped(text + 40, number < 0 ? -(uint64_t)number : (uint64_t)number);
    if (number < 0) *--at = '-';
    return at;
}

const char *demo_cny(int64_t fen)
{
    static char texts[16][48];
    static unsigned turn;
    char *text = texts[turn++ % 16];
    snprintf(text, 48, "%s%s.%02" PRId64, fen < 0 && fen > -100 ? "-" : "", demo_grouped(fen / 100),
             fen < 0 ? -(fen % 100) : fen % 100);
    return text;
}

enum reason demo_go_to(struct demo *demo, const char *date)
{
    int32_t day;
    const bool readable = script_day_read(date, strlen(date), &day);
    ASSERT(readable);
    enum reason reason = REASON_NONE;
    while (demo->day && day - demo->day > DAYS_AT_ONCE && reason == REASON_NONE) {
        demo->day += DAYS_AT_ONCE;
        reason = demo_ask(demo->market_operator, "day %d", demo->day);
    }
    if (reason == REASON_NONE) reason = demo_ask(demo->market_operator, "day %s", date);
    if (reason == REASON_NONE) demo->day = day;
    return reason;
}
