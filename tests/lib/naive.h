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
    NAIVE_ZONES = 8,
    NAIVE_INSTRUMENTS = 16,
    NAIVE_PARTICIPANTS = 4096,
    NAIVE_MEMBERS = 1024,
    NAIVE_AUCTIONS = 256,
    NAIVE_BIDS = 4096,
    NAIVE_LANES = 256,
    NAIVE_KEYS = 24,
    NAIVE_LINE = 1100,
    NAIVE_CLOSE_DAYS = 20,
    NAIVE_CLOSE_FLOOR = 1000,
    NAIVE_LEGS = 10
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
enum naive_role { N_SYSTEM, N_ENTERPRISE, N_REGULATOR, N_OPERATOR };

struct naive_order {
    char id[NAIVE_NAME];
    char shown[2 * NAIVE_NAME]; /* as its `order` line wrote it */
    int who;
    int instrument;
    int zone;
    enum naive_side side;
    bool market;
    enum naive_tif tif;
    int32_t until;
    wide price;
    wide left;
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
    wide lock_until; /* business day on which the units it locked become free */
};

struct naive_instrument {
    char name[NAIVE_NAME];
    int family; /* in the order of the words: 1 is eco */
    /* terms (decision 13.1) */
    int methods;                          /* a mask of enum naive_method */
    bool conditional, no_investors, over; /* over: retired (decision 11.5) */
    wide block_fee, auction_fee, block_band, deadline_days, holders_max;
    /* the day so far (decision 10.5), calls included in units and cash */
    wide settle_trades, settle_units, settle_cash;
    bool is_settled;
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
    struct naive_units units[NAIVE_INSTRUMENTS][NAIVE_ZONES];
};

struct naive_member { /* waits for its day */
    int who, instrument, zone;
    int32_t from;
};

struct naive_bid {
    int who;
    wide qty, price, deposit;
    wide won;
};

enum naive_auction_state { N_OPEN, N_CLEARED, N_PARTIAL, N_FAILED };
enum naive_under { N_CANCEL_ALL, N_AT_RESERVE, N_AT_LOWEST };

struct naive_auction {
    char name[NAIVE_NAME];
    int instrument;
    int seller; /* -1: the issuer */
    int seller_zone;
    wide offer, reserve, lot, floor_min, share, deposit;
    enum naive_under under;
    bool pro_rata;
    enum naive_auction_state state;
    wide price, sold, frozen;
    struct naive_bid bid[NAIVE_BIDS];
    int bids;
};

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
    struct naive_auction *auction[NAIVE_AUCTIONS];
    int auctions;
    struct naive_lane lane[NAIVE_LANES];
    int lanes;
    wide deposited, operator_cash, treasury;
    uint64_t sequence, priority, trades;
    int rules; /* the rule set in force */
    int32_t today;
    int day_number;
    wide period;
    /* capacities */
    int64_t orders_max, lane_window;
    /* the present command */
    enum naive_role role;
    int actor;
    long line_number;
    char first_line[NAIVE_LINE];
    bool said;
};

extern struct naive_world naive;

enum { N_ENTERPRISES = 1, N_REGULATORS = 2, N_OPERATORS = 4, N_ALL = 7, N_ITSELF = 7 };

struct naive_verb {
    const char *name;
    const char *(*apply)(const struct naive_line *line);
    void (*look)(const struct naive_line *line);
    int roles; /* who may, beside the system; N_ITSELF: the verb looks at that itself, later */
    int words_min, words_max; /* with the verb */
    const char *keys;
};

extern const struct naive_verb naive_deal_verbs[]; /* naive_deal.c; a row without name ends it */

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
void naive_flow(struct naive_instrument *x, int from, int to, wide received);
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
void naive_rest(struct naive_order *o);
void naive_unrest(struct naive_order *o);
void naive_die(struct naive_order *o);
void naive_cancel(struct naive_order *o, const char *reason);

/* naive_match.c: 6.4 */
void naive_match(struct naive_order *taker);
bool naive_trial(struct naive_order *taker);

/* naive_call.c: 6.5, 6.9, link lines */
void naive_uncross(struct naive_instrument *x);
void naive_new_room(struct naive_instrument *x);
bool naive_crossed(const struct naive_instrument *x);
void naive_say_links(struct naive_instrument *x, bool silent);

/* naive_people.c: what terms, status, discounts, limits, gates and locks say (decisions 10, 13) */
bool naive_stopped(int who);
bool naive_barred(int who, int instrument); /* an investor where investors=0 */
wide naive_rate(int who, wide ppm);         /* after the discount in force */
/* POSITION_LIMIT (limit, holders), then TARGET_GATE of a purchase; NULL: nothing stands against */
const char *naive_buy_checks(int who, int instrument, int zone, wide qty);
void naive_arrive(int who, int instrument, int zone, wide qty); /* bought units: locked or free */
void naive_count_net(int instrument, int buyer, int zone, wide bought, int seller, int seller_zone,
                     wide sold); /* of the gates; seller -1: the issuer. Negative: taken back */
/* Counts (sign 1) or takes back (-1) a trade in the day's figures. */
void naive_figures(const struct naive_trade *trade, int sign);

/* naive_trades.c: the table of trades, busts and permits (decisions 13.8, 13.9) */
void naive_trade_done(struct naive_trade *trade); /* numbers must be filled in; prints escrow */

/* naive_primary.c: section 5 */
const char *naive_auction_open(const struct naive_line *line);
const char *naive_auction_bid(const struct naive_line *line);
const char *naive_auction_clear(const struct naive_line *line);

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
const char *naive_do_day(const struct naive_line *line);

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
