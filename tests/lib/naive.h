/* naive.h - the market of market.md once more, slow and plain, to check the engine against.
 *
 * Shares no code and no header with the engine: sorted arrays, loops over everything, 128-bit
 * arithmetic wherever two numbers meet. Every rule is written as market.md words it, not as it
 * would be fast; the coupled call (6.9) tries every flow. Reads the script language on standard
 * input and prints events as `lingnan replay` does.
 *
 * Bound:    the NAIVE_* constants below; a script that passes one ends the program with status 3.
 * Threads:  none; the whole state is the one global `naive`.
 */
#ifndef TESTS_LIB_NAIVE_H
#define TESTS_LIB_NAIVE_H
#include <stdbool.h>
#include <stdint.h>

typedef __int128 wide;

#define NAIVE_P ((wide)1000000)
#define NAIVE_PRICE_MAX (((wide)1 << 36) - 1)
#define NAIVE_QTY_MAX ((wide)1000000000000000)
#define NAIVE_MONEY_MAX ((wide)4000000000000000000)
#define NAIVE_UNLIMITED ((wide)1 << 80)

enum {
    NAIVE_NAME = 33,
    NAIVE_ZONES = 16,
    NAIVE_INSTRUMENTS = 64,
    NAIVE_PARTICIPANTS = 4096,
    NAIVE_MEMBERS = 1024,
    NAIVE_AUCTIONS = 256,
    NAIVE_BIDS = 4096,
    NAIVE_LANES = 256,
    NAIVE_KEYS = 24,
    NAIVE_LINE = 1100,
    NAIVE_CLOSE_DAYS = 20,
    NAIVE_CLOSE_FLOOR = 1000,
    NAIVE_LEGS = 10,
    NAIVE_CITIES = 64,
    NAIVE_ROWS = 1024 /* of each list of the rules: limits, tranches, gates, days, moves */
};

enum naive_side { N_BUY, N_SELL };
enum naive_phase {
    N_CLOSED,
    N_CALL,
    N_NO_CANCEL,
    N_CONTINUOUS,
    N_BREAK,
    N_HALT,
    N_CLOSING,
    N_SETTLEMENT,
    N_PHASES
};
enum naive_stp { N_CANCEL_INCOMING, N_ALLOW, N_CANCEL_RESTING, N_CANCEL_BOTH, N_DECREMENT, N_STPS };
enum naive_tif { N_DAY, N_GTC, N_IOC, N_FOK };
enum naive_type { N_LIMIT, N_MARKET, N_STOP, N_STOP_LIMIT };
enum naive_role { N_SYSTEM, N_ENTERPRISE, N_REGULATOR, N_OPERATOR };

struct naive_order {
    char id[NAIVE_NAME];
    char shown[2 * NAIVE_NAME]; /* as its `order` line wrote it */
    int who;
    int instrument;
    int zone;
    enum naive_side side;
    enum naive_type type; /* a triggered stop is a market order, a stop-limit a limit order */
    enum naive_tif tif;
    int32_t until;
    wide price;
    wide left;
    wide stop;    /* 0: none */
    wide display; /* 0: all */
    wide visible; /* of an iceberg at rest */
    wide minimum;
    bool post;
    bool parked;   /* a stop that waits beside the book */
    wide fee;      /* ppm, fixed at acceptance */
    wide turnover; /* traded so far, in fen: what the fee accumulates on */
    wide charged;  /* fee so far */
    uint64_t priority;
    bool alive;
    int died; /* number of the trading day on which it died */
};

struct naive_book { /* one zone and side, best price first, then priority */
    struct naive_order **at;
    int count;
    int room;
};

struct naive_link {
    bool allowed;
    wide rn, rd, levy;
};

struct naive_pair { /* of zones i < j: units received net, i -> j positive */
    wide balance, lo, hi;
};

enum naive_method { N_AGREEMENT = 1, N_LISTING = 2, N_AUCTION = 4, N_BY_CALL = 8, N_MATCHING = 16 };

/* A numbered trade of the present day, or one in escrow: what a bust or a permit takes back. */
struct naive_trade {
    uint64_t n;
    int instrument, seller, buyer, from, to;
    wide received, delivered, buyer_price, seller_price, pays, gets, fund, buyer_fee, seller_fee;
    wide counted_buyer, counted_seller; /* money of the legs as the close counts it (clamped) */
    bool agreement;                     /* counts in no last, volume or close */
    bool late;                          /* from 09:32 on */
    bool escrow;                        /* waits for a permit until the deadline */
    bool gone;                          /* busted or refused */
    int32_t deadline;
    wide period;                 /* in which it was made */
    wide lock_until[NAIVE_LEGS]; /* business day on which the units of each leg become free */
};

struct naive_instrument {
    char name[NAIVE_NAME];
    int family; /* in the order of the words: 1 is eco */
    /* terms (decision 13.1) */
    int methods;                          /* a mask of enum naive_method */
    bool conditional, no_investors, over; /* over: retired (decision 11.5) */
    wide block_fee, auction_fee, block_band, deadline_days, holders_max;
    wide dynamic, close_floor, vintage;
    int basis; /* 0 sandbox, 1 approved-exchange, 2 CN-permitted */
    char approval[NAIVE_NAME];
    bool gd_2019; /* close */
    bool no_rent;
    wide rent[NAIVE_ZONES][NAIVE_ZONES]; /* levy a congested call left; 0: the link's own */
    /* the day so far (decision 10.5), calls included in units and cash */
    wide settle_trades, settle_units, settle_cash;
    bool is_settled;
    bool seed_waits; /* committed, not yet revealed */
    wide last[NAIVE_ZONES], open[NAIVE_ZONES], high[NAIVE_ZONES], low[NAIVE_ZONES];
    wide close[NAIVE_ZONES]; /* as struck at CLOSING, 0: not yet */
    wide money[NAIVE_ZONES]; /* of day_volume, at the prices paid and got */
    wide listing_volume[NAIVE_ZONES], listing_money[NAIVE_ZONES], late_volume[NAIVE_ZONES];
    wide block_volume[NAIVE_ZONES], block_money[NAIVE_ZONES];
    int legs; /* of a strip (decision 11.6), else 0 */
    int leg[NAIVE_LEGS];
    wide lot, tick, band, fee, block_from, t_plus;
    enum naive_stp stp;
    enum naive_phase phase;
    wide ref[NAIVE_ZONES]; /* 0: none */
    struct naive_link link[NAIVE_ZONES][NAIVE_ZONES];
    struct naive_pair pair[NAIVE_ZONES][NAIVE_ZONES];
    bool congested[NAIVE_ZONES][NAIVE_ZONES]; /* as last said */
    struct naive_book book[NAIVE_ZONES][2];
    struct naive_book parked[NAIVE_ZONES][2]; /* buys by rising, sells by falling stop price */
    wide fund[NAIVE_ZONES];
    wide retired[NAIVE_ZONES];
    wide day_volume[NAIVE_ZONES];
    wide day_turnover[NAIVE_ZONES];
    wide volumes[NAIVE_ZONES][NAIVE_CLOSE_DAYS]; /* of past days, a ring */
    int days;                                    /* day changes seen */
    wide issued;
};

struct naive_units {
    wide free, held, locked, surrendered;
};

struct naive_participant {
    char name[NAIVE_NAME];
    char group[NAIVE_NAME];
    int zone;
    bool reserve; /* type=reserve */
    char type[NAIVE_NAME];
    wide cash, cash_held;
    int member[NAIVE_INSTRUMENTS]; /* zone for that instrument, -1: the usual one */
    int city;                      /* -1: none */
    bool stopped;
    wide discount;
    int32_t discount_until;
    wide open_orders_max, rate_max;           /* -1: what everybody has, 0: no bound */
    wide next_ns;                             /* theoretical arrival time of the rate limit */
    wide net[NAIVE_INSTRUMENTS][NAIVE_ZONES]; /* bought less sold in this period */
    struct naive_units units[NAIVE_INSTRUMENTS][NAIVE_ZONES];
};

struct naive_member { /* waits for its day */
    int who, instrument, zone;
    int32_t from;
};

struct naive_city {
    char name[NAIVE_NAME];
    int zone, of[NAIVE_INSTRUMENTS]; /* -1: says nothing */
    bool investors;
};

struct naive_move {             /* a line `city`, or one that waits for its day */
    int city, zone, instrument; /* -1: keeps, all */
    int32_t from;
};

struct naive_tranche {
    int instrument, from_zone, to_zone;
    wide lo, hi;
    int32_t from;
};

struct naive_lock { /* units bought that are free again when the business days reach `until` */
    int who, instrument, zone;
    wide qty, until;
};

struct naive_mark { /* of the calendar */
    int32_t day;
    bool holiday; /* else a session */
};

struct naive_holding { /* a position limit; -1: not given */
    int instrument;
    char group[NAIVE_NAME], type[NAIVE_NAME]; /* one of them empty */
    wide units, ppm;
    int32_t from;
};

struct naive_gate {
    int instrument, zone, city; /* one of zone and city is -1 */
    bool closed;
    int kind; /* 0 block, 1 ratio, 2 new-projects */
    wide allow;
};

struct naive_auction; /* naive_auction.h */

struct naive_answer { /* what a lane remembers of one command */
    uint64_t id;
    char *content;
    char *line; /* the first line of its answer, "" if it was silent */
};

struct naive_lane {
    enum naive_role role;
    int actor;
    uint64_t number;
    uint64_t highest;
    struct naive_answer *answer; /* the newest `lane_window` ones, oldest first */
    int answers;
};

struct naive_user { /* of a client id: who used it last, for bare ids */
    char id[NAIVE_NAME];
    int who;
};

struct naive_line { /* one script line, cut into words */
    char *word[NAIVE_KEYS];
    int words;
    char *key[NAIVE_KEYS];
    char *value[NAIVE_KEYS];
    int keys;
};

struct naive_world {
    char zone[NAIVE_ZONES][NAIVE_NAME];
    int zones;
    struct naive_instrument instrument[NAIVE_INSTRUMENTS];
    int instruments;
    struct naive_participant *participant[NAIVE_PARTICIPANTS];
    int participants;
    struct naive_order **known; /* every order whose id is remembered, alive or not */
    int knowns, known_room;
    struct naive_user *user;
    int users, user_room;
    int open_orders;
    struct naive_member member[NAIVE_MEMBERS];
    int members;
    struct naive_city city[NAIVE_CITIES];
    int cities;
    struct naive_move move[NAIVE_ROWS];
    int moves;
    struct naive_tranche tranche[NAIVE_ROWS];
    int tranches;
    struct naive_lock *lock;
    int locks, lock_room;
    int64_t locks_max; /* a capacity */
    struct naive_mark mark[NAIVE_ROWS];
    int marks;
    struct naive_holding holding[NAIVE_ROWS];
    int holdings;
    struct naive_gate gate[NAIVE_ROWS];
    int gates;
    wide open_orders_max, rate_max; /* of those without their own */
    struct naive_auction *auction[NAIVE_AUCTIONS];
    int auctions;
    struct naive_lane lane[NAIVE_LANES];
    int lanes;
    wide deposited, operator_cash, treasury;
    uint64_t sequence, priority, trades;
    int rules; /* the rule set in force */
    wide time_ns;
    int32_t today;
    bool day_seen, session; /* today is a weekend session */
    wide business;          /* business days counted */
    int day_number;
    wide period;
    /* capacities */
    int64_t orders_max, lane_window, trades_max;
    /* the present command */
    enum naive_role role;
    int actor;
    long line_number;
    char first_line[NAIVE_LINE];
    bool said;
    bool trial; /* this process is a copy that is thrown away: nothing is printed */
};

extern struct naive_world naive;

enum {
    N_ENTERPRISES = 1,
    N_REGULATORS = 2,
    N_OPERATORS = 4,
    N_ITSELF = 7,
    N_SYSTEMS = 8,
    N_ALL = 15
};

struct naive_verb {
    const char *name;
    const char *(*apply)(const struct naive_line *line);
    void (*look)(const struct naive_line *line);
    int roles; /* who may, beside the system; N_ITSELF: the verb looks at that itself, later */
    int words_min, words_max; /* with the verb */
    const char *keys;
};

extern const struct naive_verb naive_deal_verbs[]; /* naive_deal.c; a row without name ends it */
bool naive_deal_answers(const struct naive_verb *verb); /* has it a line of its own? */
extern const struct naive_verb naive_rule_verbs[];      /* naive_people.c */

/* naive_rules.c: printing, maps, links, accounts, the life of an order */
void naive_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void naive_stop(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
const char *naive_text(wide value); /* one of a few static buffers */
wide naive_floor(wide a, wide b);
wide naive_ceil(wide a, wide b);
wide naive_half_up(wide a, wide b);
struct naive_link naive_link_of(const struct naive_instrument *x, int from, int to);
wide naive_e(struct naive_link link, wide ask);
wide naive_f(struct naive_link link, wide bid);
wide naive_room(const struct naive_instrument *x, int from, int to);
wide naive_step(const struct naive_instrument *x, int from, int to);
void naive_flow(struct naive_instrument *x, int from, int to, wide received, wide delivered);
wide naive_band_low(const struct naive_instrument *x, int zone);
wide naive_band_high(const struct naive_instrument *x, int zone);
wide naive_in_band(const struct naive_instrument *x, int zone, wide price);
int naive_zone_of(int who, int instrument);
struct naive_units *naive_units_of(int who, int instrument, int zone);
bool naive_same_group(const struct naive_order *a, const struct naive_order *b);
wide naive_hold(const struct naive_order *o);
void naive_freeze(struct naive_order *o, int sign); /* +1: takes the hold, -1: gives it back */
/* One side of a fill, with its fee, which is returned. */
wide naive_leg(struct naive_order *o, wide qty, wide price);
wide naive_visible(const struct naive_order *o);
void naive_refresh(struct naive_order *o);       /* an iceberg whose part is gone shows the next */
void naive_cut(struct naive_order *o, wide qty); /* loses open quantity, keeps its place */
void naive_rest(struct naive_order *o);
void naive_unrest(struct naive_order *o);
void naive_die(struct naive_order *o);
void naive_cancel(struct naive_order *o, const char *reason);

/* naive_match.c: 6.4 */
void naive_match(struct naive_order *taker);
bool naive_has_candidate(const struct naive_order *taker);
wide naive_trial(struct naive_order *taker); /* what it would fill now */
void naive_copy(void (*play)(void *data), void *data, void *result, int bytes);
const char *naive_do_click(const struct naive_line *line);

/* naive_stop.c: parked orders, what follows a command */
wide naive_last(const struct naive_instrument *x, int zone);
void naive_after(struct naive_instrument *x); /* link lines, new room, link lines, stops */
void naive_expire_stops(struct naive_instrument *x, int zone);

/* naive_day.c: time, calendar, locks, close, settlement */
const char *naive_do_day(const struct naive_line *line);
const char *naive_do_calendar(const struct naive_line *line);
const char *naive_do_seed(const struct naive_line *line);
const char *naive_do_tranche(const struct naive_line *line);
void naive_time(const char *text);
void naive_drop_tranches(int instrument, int a, int b, int before);
bool naive_late(void); /* is it 09:32 or later? */
void naive_strike(struct naive_instrument *x);
void naive_settled(struct naive_instrument *x);
void naive_price_seen(struct naive_instrument *x, int zone, wide price);
void naive_look_prices(const struct naive_line *line);

/* naive_terms.c */
const char *naive_do_terms(const struct naive_line *line);
void naive_look_terms(const struct naive_line *line);
const char *naive_phase_allowed(const struct naive_instrument *x, enum naive_phase to);
bool naive_matches(const struct naive_instrument *x); /* by itself: continuous is allowed */

/* naive_call.c: 6.5, 6.9, link lines */
void naive_uncross(struct naive_instrument *x, bool scheduled);
void naive_look_indicative(const struct naive_line *line);
void naive_rents_end(struct naive_instrument *x); /* and says so */
void naive_say_rent(const struct naive_instrument *x, int from, int to);
void naive_new_room(struct naive_instrument *x);
bool naive_crossed(const struct naive_instrument *x);
void naive_say_links(struct naive_instrument *x, bool silent);

/* naive_people.c: what terms, status, discounts, limits, gates and locks say (decisions 10, 13) */
bool naive_stopped(int who);
wide naive_open_buys(int instrument, int zone, int city, const char *group);
wide naive_holders(int instrument, int but_who, int but_zone);
int naive_city_named(const char *name); /* -1: unknown */
int naive_city_made(const char *name);  /* made if it is not there; -1: no room */
void naive_move_now(const struct naive_move *move);
void naive_moved(void);
const char *naive_rate_check(int who);      /* RATE_LIMIT, or counts one */
bool naive_barred(int who, int instrument); /* an investor where investors=0 */
wide naive_rate(int who, wide ppm);         /* after the discount in force */
/* POSITION_LIMIT (limit, holders), then TARGET_GATE of a purchase; NULL: nothing stands against */
const char *naive_buy_checks(int who, int instrument, int zone, wide qty);
void naive_arrive(int who, int instrument, int zone, wide qty); /* bought units: locked or free */
/* Business day until which units bought now stay locked; 0: not at all (decision 10.2). */
wide naive_lock_until(int instrument);
void naive_lock(int who, int instrument, int zone, wide qty, wide until); /* passed: free */
/* Takes at most `qty` units that are locked until that day; returns how many. */
wide naive_unlock(int who, int instrument, int zone, wide qty, wide until);
/* Counts in the nets of the gates; a side of -1 is nobody, a negative quantity is taken back. */
void naive_count_net(int instrument, int buyer, int zone, wide bought, int seller, int seller_zone,
                     wide sold);
/* Counts (sign 1) or takes back (-1) a trade in the day's figures. */
void naive_figures(const struct naive_trade *trade, int sign);

void naive_deals_of_day(void); /* step 1 of a day (decision 10.3): lapses, escrows, payments */

/* naive_trades.c: the table of trades, busts and permits (decisions 13.8, 13.9) */
void naive_trade_done(struct naive_trade *trade); /* numbers must be filled in; prints escrow */
const char *naive_do_bust(const struct naive_line *line);
const char *naive_do_permit(const struct naive_line *line);
bool naive_in_escrow(int instrument);
void naive_say_date(char out[16], int32_t day); /* as YYYY-MM-DD */

/* naive_block.c: agreements (decision 13.7) */
const char *naive_do_block(const struct naive_line *line);
void naive_blocks_lapse(void);
void naive_look_blocks(const struct naive_line *line);

/* naive_strip.c: strips and retirement (decisions 11.5, 11.6) */
const char *naive_do_strip(const struct naive_line *line);
const char *naive_do_retire(const struct naive_line *line);
wide naive_legs(const struct naive_instrument *x); /* money of a fill is price x units x this */
bool naive_is_leg(int instrument);                 /* of a strip that is not retired */
wide naive_free_units(int who, int instrument, int zone); /* of a strip: the least of its legs */
void naive_hold_units(int who, int instrument, int zone, wide qty); /* free to held */
wide naive_legs_room(const struct naive_instrument *x, int from, int to);
bool naive_rooms_changed(void); /* of strips and their legs, since it was asked last */
bool naive_legs_allow(const struct naive_instrument *x, int from, int to);

/* naive_primary.c: section 5 */
const char *naive_auction_open(const struct naive_line *line);
const char *naive_auction_terms(const struct naive_line *line);
const char *naive_auction_stage(const struct naive_line *line);
const char *naive_auction_register(const struct naive_line *line);
const char *naive_auction_bundle(const struct naive_line *line);
const char *naive_seed_auction(const struct naive_line *line);
void naive_look_auctions(const struct naive_line *line);
/* naive_bids.c, naive_award.c */
const char *naive_auction_bid(const struct naive_line *line);
const char *naive_auction_rebid(const struct naive_line *line);
const char *naive_auction_withdraw(const struct naive_line *line);
const char *naive_do_standing(const struct naive_line *line);
const char *naive_auction_clear(const struct naive_line *line);
const char *naive_do_settle(const struct naive_line *line);
void naive_settle_due(void);
wide naive_auctioned(int instrument);     /* units frozen for auctions */
bool naive_auction_alive(int instrument); /* one that is neither FAILED nor SETTLED */
void naive_standings_end(int instrument);

/* naive_setup.c and naive_trading.c: the verbs. Each returns NULL or the reject reason. */
const char *naive_do_zone(const struct naive_line *line);
const char *naive_do_instrument(const struct naive_line *line);
const char *naive_do_link(const struct naive_line *line);
const char *naive_do_limit(const struct naive_line *line);
const char *naive_do_ref(const struct naive_line *line);
const char *naive_do_participant(const struct naive_line *line);
const char *naive_do_member(const struct naive_line *line);
const char *naive_do_deposit(const struct naive_line *line);
const char *naive_do_issue(const struct naive_line *line);
const char *naive_do_period(const struct naive_line *line);
void naive_member_now(int who, int instrument, int zone);
const char *naive_do_order(const struct naive_line *line);
const char *naive_do_cancel(const struct naive_line *line);
const char *naive_do_replace(const struct naive_line *line);
const char *naive_do_cancel_all(const struct naive_line *line);
const char *naive_do_phase(const struct naive_line *line);
const char *naive_do_uncross(const struct naive_line *line);

/* naive_trading.c: what others need of it */
struct naive_order *naive_order_named(const char *shown);
const char *naive_split(const char *shown, char participant[NAIVE_NAME]);
bool naive_id_taken(int who, const char *id);
void naive_id_keep(struct naive_order *o);
void naive_ids_forget(int day_number);
const char *naive_full(struct naive_order *o); /* BOOK_FULL, TOO_MANY_ORDERS, RATE_LIMIT */
void naive_run(struct naive_order *o);
const char *naive_limit_now(int instrument, int from, int to, wide lo, wide hi, bool later);
bool naive_empty(const struct naive_instrument *x);
void naive_cancel_of(int who, int instrument, const char *reason); /* who -1: everybody's */

/* naive_look.c */
void naive_look_book(const struct naive_line *line);
void naive_look_account(const struct naive_line *line);
void naive_look_orders(const struct naive_line *line);
void naive_look_fund(const struct naive_line *line);
void naive_look_balance(const struct naive_line *line);
void naive_look_reconcile(const struct naive_line *line);

/* naive_market.c: words and numbers of a line */
const char *naive_value(const struct naive_line *line, const char *key); /* NULL: absent */
wide naive_number(const struct naive_line *line, const char *key, wide otherwise);
int naive_choice(const char *word,
                 const char *choices); /* index in "a b c"; ends the run if none */
int32_t naive_date(const char *text);
int naive_zone_named(const char *name);       /* unknown: the run ends with status 2 */
int naive_instrument_named(const char *name); /* -1: unknown; so below */
int naive_participant_named(const char *name);
int naive_auction_named(const char *name);
#endif
