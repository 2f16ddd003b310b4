/* demo_cast.h - everybody in the story: installations, other holders, bidders of past auctions.
 *
 * Names, cities and outputs are examples; cities and their zones are real.
 * Bound:    DEMO_PEOPLE_MAX people, each with a key; connections are opened when they speak.
 */
#ifndef GATEWAY_DEMO_DEMO_CAST_H
#define GATEWAY_DEMO_DEMO_CAST_H
#include "gateway/demo/demo_house.h"
#include "gateway/demo/demo_tally.h"
#include "gateway/demo/demo_voice.h"

#define DEMO_PEOPLE_MAX 128

struct demo_person {
    char name[NAME_BYTES + 1];
    char city[NAME_BYTES + 1];
    char zone[NAME_BYTES + 1];     /* GBA or EWN */
    char air_zone[NAME_BYTES + 1]; /* KEY or NONKEY */
    char sector[NAME_BYTES + 1];
    char type[NAME_BYTES + 1];
    int64_t output;           /* installations: of the example year */
    bool bidder;              /* only there for the past auctions */
    struct demo_voice *voice; /* NULL: not connected */
};

struct demo {
    struct demo_house house;
    struct directory *directory;
    struct demo_voice *regulator;
    struct demo_voice *market_operator;
    struct demo_person people[DEMO_PEOPLE_MAX];
    size_t count;
    struct demo_tally tally;
    uint64_t seed;
    int64_t pause_ms;  /* between days */
    int32_t day;       /* of the market; 0: none yet */
    bool stay;         /* the server outlives the story */
    size_t close_days; /* days whose price was near the real monthly mean */
    size_t checks;
    size_t failed; /* self-checks that did not hold */
    int fault;
    struct fault_text why;
};

/* Reads the tables and makes a key for everybody and for regulator and operator. */
int demo_cast_make(struct demo *demo);

/* Registers all participants and pays cash in; voices of regulator and operator must be open. */
int demo_cast_register(struct demo *demo);

/* Changes the trading day; far ones in strides, as one change goes at most a year ahead. */
enum reason demo_go_to(struct demo *demo, const char *date);

struct demo_person *demo_person(struct demo *demo, const char *name); /* must exist (asserted) */

/* Opens the person's connection if it is not open. NULL: demo->fault is set. */
struct demo_voice *demo_person_voice(struct demo *demo, struct demo_person *person);
void demo_person_leave(struct demo_person *person);

/* A self-check of the story: prints one line and counts. Returns `holds`. */
bool demo_check(struct demo *demo, bool holds, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes over a voice's fault, if it has one. Returns demo->fault. */
int demo_voice_fault(struct demo *demo, const struct demo_voice *voice);

/* Number with thousands apart, "3 892 761"; valid for sixteen calls. */
const char *demo_grouped(int64_t number);
const char *demo_cny(int64_t fen); /* "12 345.67" */

/* The acts, in their order. Each returns demo->fault. */
int demo_auctions_past(struct demo *demo);
int demo_allocation(struct demo *demo);
int demo_days(struct demo *demo);
int demo_auction_eco(struct demo *demo);
int demo_call(struct demo *demo);
int demo_auction_failed(struct demo *demo);
int demo_summary(struct demo *demo, uint64_t *out_sequence, uint8_t out_hash[32]);
#endif
