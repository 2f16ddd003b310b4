/* naive_trading.c - the verbs of trading and of the trading day. */
#include "tests/lib/naive.h"
#include <stdlib.h>
#include <string.h>

/* Reads "id" or "participant/id". A bare id means the participant that used it last. */
const char *naive_split(const char *shown, char participant[NAIVE_NAME])
{
    const char *slash = strchr(shown, '/');
    participant[0] = '\0';
    if (!slash) return shown;
    memcpy(participant, shown, (size_t)(slash - shown));
    participant[slash - shown] = '\0';
    return slash + 1;
}

/* The row of a client id in the list of its last users; a new one if it is not there yet. */
static struct naive_user *user_of(const char *id)
{
    for (int i = 0; i < naive.users; i++)
        if (strcmp(naive.user[i].id, id) == 0) return &naive.user[i];
    if (naive.users == naive.user_room) {
        naive.user_room = naive.user_room ? 2 * naive.user_room : 64;
        naive.user = realloc(naive.user, (size_t)naive.user_room * sizeof naive.user[0]);
        if (!naive.user) abort();
    }
    strcpy(naive.user[naive.users].id, id);
    naive.user[naive.users].who = -1;
    return &naive.user[naive.users++];
}

struct naive_order *naive_order_named(const char *shown)
{
    char name[NAIVE_NAME];
    const char *id = naive_split(shown, name);
    int who = name[0] ? naive_participant_named(name) : user_of(id)->who;
    for (int i = naive.knowns - 1; i >= 0; i--)
        if (strcmp(naive.known[i]->id, id) == 0 && naive.known[i]->who == who)
            return naive.known[i];
    return NULL;
}

bool naive_id_taken(int who, const char *id)
{
    for (int i = 0; i < naive.knowns; i++)
        if (naive.known[i]->who == who && strcmp(naive.known[i]->id, id) == 0) return true;
    return false;
}

void naive_id_keep(struct naive_order *o)
{
    user_of(o->id)->who = o->who;
    if (naive.knowns == naive.known_room) {
        naive.known_room = naive.known_room ? 2 * naive.known_room : 64;
        naive.known = realloc(naive.known, (size_t)naive.known_room * sizeof naive.known[0]);
        if (!naive.known) abort();
    }
    naive.known[naive.knowns++] = o;
}

static bool stops(const struct naive_order *o)
{
    return o->type == N_STOP || o->type == N_STOP_LIMIT;
}

static bool outside_band(const struct naive_order *o, wide price)
{
    const struct naive_instrument *x = &naive.instrument[o->instrument];
    return x->ref[o->zone] == 0 || price < naive_band_low(x, o->zone) ||
           price > naive_band_high(x, o->zone);
}

/* The checks an order and a replaced order share, from the quantity on (decision 9.1, 8 to 11).
 * `o` has the new figures; what the old order froze has already been given back. */
static const char *range_checks(const struct naive_order *o)
{
    const struct naive_instrument *x = &naive.instrument[o->instrument];
    const struct naive_participant *p = naive.participant[o->who];
    const char *no;
    wide money;
    if (o->left < 1 || o->left > NAIVE_QTY_MAX) return "QTY_RANGE";
    if (o->tif == N_GTC && o->until > 0 && o->until < naive.today) return "QTY_RANGE";
    if (o->left % x->lot != 0 || o->display % x->lot != 0 || o->minimum % x->lot != 0) return "LOT";
    if (o->display > o->left || o->minimum > o->left) return "QTY_RANGE";
    if (o->display > 0 && o->display * 1000 < o->left) return "QTY_RANGE";
    if (o->price % x->tick != 0 || o->stop % x->tick != 0) return "TICK";
    if (x->block_from > 0 && o->left >= x->block_from) return "QTY_RANGE";
    if (outside_band(o, o->price) || (o->stop > 0 && outside_band(o, o->stop))) return "PRICE_BAND";
    money = o->price * o->left * naive_legs(x);
    if (money + naive_half_up(o->fee * money, NAIVE_P) > NAIVE_MONEY_MAX) return "QTY_RANGE";
    no = o->side == N_BUY ? naive_buy_checks(o->who, o->instrument, o->zone, o->left) : NULL;
    if (no) return no;
    if (o->side == N_SELL && naive_free_units(o->who, o->instrument, o->zone) < o->left)
        return "UNITS_SHORT";
    if (o->side == N_BUY && p->cash < naive_hold(o)) return "CASH_SHORT";
    return NULL;
}

/* Decision 9.1, 6: keys that contradict each other. */
static bool contradicts(const struct naive_order *o, wide price)
{
    bool market = o->type == N_MARKET, at_once = o->tif == N_IOC || o->tif == N_FOK;
    if (o->stop < 0 || o->display < 0 || o->minimum < 0) return true;
    if (stops(o) != (o->stop > 0)) return true;
    if (price != 0 && (market || o->type == N_STOP)) return true;
    if (o->until != 0 && o->tif != N_GTC) return true;
    if (stops(o) && (at_once || o->post || o->minimum > 0)) return true;
    if ((o->display > 0 || o->post) && (market || o->type == N_STOP || at_once)) return true;
    return o->minimum > 0 && (market || o->tif == N_FOK || o->post);
}

static bool wrong_phase(const struct naive_order *o)
{
    enum naive_phase phase = naive.instrument[o->instrument].phase;
    bool at_once =
        o->type == N_MARKET || o->tif == N_IOC || o->tif == N_FOK || o->post || o->minimum > 0;
    return phase != N_CONTINUOUS && (at_once || (phase != N_CALL && phase != N_NO_CANCEL));
}

static const char *order_checks(struct naive_order *o)
{
    const struct naive_instrument *x = &naive.instrument[o->instrument < 0 ? 0 : o->instrument];
    bool special = stops(o) || o->stop != 0 || o->display != 0 || o->minimum != 0 || o->post;
    if (o->who < 0) return "UNKNOWN_PARTICIPANT";
    if (naive_stopped(o->who)) return "NOT_ALLOWED";
    if (naive.role != N_SYSTEM && (naive.role != N_ENTERPRISE || naive.actor != o->who))
        return "NOT_ALLOWED";
    if (o->instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (x->over) return "NOT_ALLOWED";
    if (naive_id_taken(o->who, o->id)) return "DUPLICATE_ID";
    if (naive.rules < 2 && special) return "NOT_ALLOWED";
    if (o->side == N_BUY && naive_barred(o->who, o->instrument)) return "NOT_ALLOWED";
    /* Decision 9.6: what only makes sense where orders match by themselves. */
    if (!naive_matches(x) &&
        (stops(o) || o->type == N_MARKET || o->tif == N_IOC || o->tif == N_FOK || o->minimum != 0))
        return "NOT_ALLOWED";
    if (naive.rules >= 2 && contradicts(o, o->price)) return "QTY_RANGE";
    if (wrong_phase(o)) return "PHASE";
    o->zone = naive_zone_of(o->who, o->instrument);
    o->fee = naive_rate(o->who, x->fee);
    if (o->type == N_MARKET || o->type == N_STOP)
        o->price = x->ref[o->zone] == 0 ? 0
                   : o->side == N_BUY   ? naive_band_high(x, o->zone)
                                        : naive_band_low(x, o->zone);
    return range_checks(o);
}

/* Decision 9.1, 12 to 14; what passes counts for the rate. */
const char *naive_full(struct naive_order *o)
{
    const struct naive_participant *p = naive.participant[o->who];
    wide most = p->open_orders_max >= 0 ? p->open_orders_max : naive.open_orders_max, open = 0;
    if (naive.open_orders >= naive.orders_max) return "BOOK_FULL";
    for (int i = 0; i < naive.knowns; i++)
        open += naive.known[i]->alive && naive.known[i]->who == o->who;
    if (most > 0 && open >= most) return "TOO_MANY_ORDERS";
    return naive_rate_check(o->who);
}

/* Matches in continuous trading; false: the order is gone. */
static bool run_continuous(struct naive_order *o)
{
    const struct naive_instrument *x = &naive.instrument[o->instrument];
    if ((o->post || !naive_matches(x)) && naive_has_candidate(o)) {
        naive_cancel(o, "POST");
        return false;
    }
    if (o->tif == N_FOK && naive_trial(o) < o->left) {
        naive_cancel(o, "FOK");
        return false;
    }
    if (o->minimum > 0 && naive_trial(o) < o->minimum) {
        naive_cancel(o, "MIN");
        return false;
    }
    o->post = false; /* both say something of the entry only */
    o->minimum = 0;
    naive_match(o);
    if (o->alive && x->phase != N_CONTINUOUS && (o->type == N_MARKET || o->tif > N_GTC))
        naive_cancel(o, "INTERRUPTED");
    return o->alive;
}

/* A new or triggered order, or one that lost its place: what is left rests, or is cancelled for its
 * type. */
void naive_run(struct naive_order *o)
{
    if (!o->parked && naive.instrument[o->instrument].phase == N_CONTINUOUS && !run_continuous(o))
        return;
    if (!o->parked && (o->type == N_MARKET || o->tif == N_IOC))
        naive_cancel(o, o->type == N_MARKET ? "MARKET" : "IOC");
    else
        naive_rest(o);
}

const char *naive_do_order(const struct naive_line *line)
{
    char name[NAIVE_NAME];
    const char *until = naive_value(line, "until"), *type = naive_value(line, "type");
    const char *tif = naive_value(line, "tif"), *no;
    struct naive_order *o = calloc(1, sizeof *o);
    if (!o) abort();
    strcpy(o->id, naive_split(line->word[1], name));
    strcpy(o->shown, line->word[1]);
    o->who = naive_participant_named(line->word[2]);
    o->instrument = naive_instrument_named(line->word[3]);
    o->side = (enum naive_side)naive_choice(line->word[4], "buy sell");
    o->type = (enum naive_type)naive_choice(type ? type : "limit", "limit market stop stop-limit");
    o->tif = (enum naive_tif)naive_choice(tif ? tif : "day", "day gtc ioc fok");
    o->until = until ? naive_date(until) : 0;
    o->left = naive_number(line, "qty", 0);
    o->price = naive_number(line, "price", 0);
    o->stop = naive_number(line, "stop", 0);
    o->display = naive_number(line, "display", 0);
    o->minimum = naive_number(line, "min", 0);
    o->post = naive_number(line, "post", 0) != 0;
    no = order_checks(o);
    if (!no) no = naive_full(o);
    if (no) {
        free(o);
        return no;
    }
    o->alive = true;
    o->parked = stops(o);
    o->priority = ++naive.priority;
    naive.open_orders++;
    naive_id_keep(o);
    naive_freeze(o, +1);
    naive_say("accepted order=%s seq=%s", o->shown, naive_text((wide)naive.sequence));
    naive_run(o);
    return NULL;
}

static bool cancels(enum naive_phase phase)
{
    return phase == N_CALL || phase == N_CONTINUOUS || phase == N_BREAK || phase == N_HALT;
}

const char *naive_do_cancel(const struct naive_line *line)
{
    struct naive_order *o = naive_order_named(line->word[1]);
    if (!o || !o->alive) return "UNKNOWN_ORDER";
    if (naive.role == N_REGULATOR) return "NOT_ALLOWED";
    if (naive.role == N_ENTERPRISE && naive.actor != o->who) return "NOT_OWNER";
    if (!cancels(naive.instrument[o->instrument].phase)) return "PHASE";
    naive_cancel(o, naive.role == N_OPERATOR ? "OPERATOR" : "USER");
    return NULL;
}

/* The checks of a replacement; the old order's hold and open quantity are credited. */
static const char *replace_checks(struct naive_order *o, const struct naive_order *next,
                                  bool with_price)
{
    const char *no;
    if (o->parked && o->type == N_STOP && with_price) return "QTY_RANGE";
    naive_freeze(o, -1);
    o->left = 0;
    no = range_checks(next);
    return no ? no : naive_rate_check(o->who);
}

const char *naive_do_replace(const struct naive_line *line)
{
    struct naive_order *o = naive_order_named(line->word[1]);
    struct naive_order next, old;
    enum naive_phase phase;
    const char *no;
    bool keeps;
    if (!o || !o->alive) return "UNKNOWN_ORDER";
    if (naive_stopped(o->who)) return "NOT_ALLOWED";
    if (naive.role == N_REGULATOR || naive.role == N_OPERATOR) return "NOT_ALLOWED";
    if (naive.role == N_ENTERPRISE && naive.actor != o->who) return "NOT_OWNER";
    phase = naive.instrument[o->instrument].phase;
    if (phase != N_CALL && phase != N_CONTINUOUS) return "PHASE";
    old = next = *o;
    next.left = naive_number(line, "qty", 0);
    next.price = naive_number(line, "price", o->price);
    keeps = next.price == o->price && next.left <= o->left;
    no = replace_checks(o, &next, naive_value(line, "price") != NULL);
    if (o->left != old.left) { /* the hold was given back */
        o->left = old.left;
        naive_freeze(o, +1);
    }
    if (no) return no;
    naive_freeze(o, -1);
    if (!keeps) naive_unrest(o);
    o->left = next.left;
    o->price = next.price;
    if (o->visible > o->left) o->visible = o->left;
    naive_freeze(o, +1);
    naive_say("replaced order=%s left=%s price=%s kept_priority=%d", o->shown, naive_text(o->left),
              naive_text(o->price), keeps);
    if (!keeps) {
        o->priority = ++naive.priority;
        naive_run(o);
    }
    return NULL;
}

static void cancel_in(struct naive_book *book, int who, const char *reason)
{
    for (int n = 0; n < book->count;) {
        if (who < 0 || book->at[n]->who == who)
            naive_cancel(book->at[n], reason);
        else
            n++;
    }
}

/* By zone: bids, asks, then stops, as decision 9.4 orders them. */
void naive_cancel_of(int who, int instrument, const char *reason)
{
    struct naive_instrument *x = &naive.instrument[instrument];
    for (int z = 0; z < naive.zones; z++) {
        for (int side = 0; side < 2; side++)
            cancel_in(&x->book[z][side], who, reason);
        for (int side = 0; side < 2; side++)
            cancel_in(&x->parked[z][side], who, reason);
    }
}

const char *naive_do_cancel_all(const struct naive_line *line)
{
    bool everybody = strcmp(line->word[1], "-") == 0;
    int who = everybody ? -1 : naive_participant_named(line->word[1]);
    int only = line->words > 2 ? naive_instrument_named(line->word[2]) : -1;
    const char *reason = naive.role == N_OPERATOR || everybody ? "OPERATOR" : "USER";
    if (!everybody && who < 0) return "UNKNOWN_PARTICIPANT";
    if (naive.role == N_REGULATOR || (naive.role == N_ENTERPRISE && naive.actor != who))
        return "NOT_ALLOWED";
    if (line->words > 2 && only < 0) return "UNKNOWN_INSTRUMENT";
    if (only >= 0 && naive.instrument[only].over) return "NOT_ALLOWED";
    if (only >= 0 && !cancels(naive.instrument[only].phase)) return "PHASE";
    for (int i = 0; i < naive.instruments; i++)
        if ((only < 0 || only == i) && cancels(naive.instrument[i].phase))
            naive_cancel_of(who, i, reason);
    return NULL;
}

/* Contract of the phases: market.md section 4, "Day". */
static bool may_move(enum naive_phase from, enum naive_phase to)
{
    static const char *moves[N_PHASES] = {
        [N_CLOSED] = "call continuous",
        [N_CALL] = "no-cancel continuous halt closed",
        [N_NO_CANCEL] = "continuous halt",
        [N_CONTINUOUS] = "call break halt closing closed",
        [N_BREAK] = "continuous call halt closing",
        [N_HALT] = "call closing",
        [N_CLOSING] = "settlement",
        [N_SETTLEMENT] = "closed",
    };
    static const char *words[N_PHASES] = {"closed", "call", "no-cancel", "continuous",
                                          "break",  "halt", "closing",   "settlement"};
    char list[64], *word;
    strcpy(list, moves[from]);
    for (word = strtok(list, " "); word; word = strtok(NULL, " "))
        if (strcmp(word, words[to]) == 0) return true;
    return false;
}

const char *naive_do_phase(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    enum naive_phase from = x->phase;
    enum naive_phase to = (enum naive_phase)naive_choice(
        line->word[2], "closed call no-cancel continuous break halt closing settlement");
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (x->over || !may_move(from, to)) return "WRONG_STATE";
    if (naive_phase_allowed(x, to)) return naive_phase_allowed(x, to);
    x->phase = to;
    naive_say("phase instrument=%s to=%s", x->name, line->word[2]);
    /* A book left crossed by a call that never came must not enter continuous trading as it is. */
    if (to == N_CONTINUOUS &&
        (from == N_CALL || from == N_NO_CANCEL || (naive_matches(x) && naive_crossed(x))))
        naive_uncross(x, from == N_CALL || from == N_NO_CANCEL);
    if (naive.rules >= 2 && to == N_CLOSING) naive_strike(x);
    if (naive.rules >= 2 && to == N_SETTLEMENT) naive_settled(x);
    return NULL;
}

const char *naive_do_uncross(const struct naive_line *line)
{
    int instrument = naive_instrument_named(line->word[1]);
    struct naive_instrument *x = &naive.instrument[instrument < 0 ? 0 : instrument];
    if (instrument < 0) return "UNKNOWN_INSTRUMENT";
    if (x->over) return "NOT_ALLOWED";
    if (x->phase != N_CALL && x->phase != N_NO_CANCEL) return "PHASE";
    naive_uncross(x, true);
    return NULL;
}

/* Ids of orders that died before the day that ends now are free again; `day_number` begins. */
void naive_ids_forget(int day_number)
{
    int kept = 0;
    for (int i = 0; i < naive.knowns; i++) {
        struct naive_order *o = naive.known[i];
        if (!o->alive && o->died + 1 < day_number)
            free(o);
        else
            naive.known[kept++] = o;
    }
    naive.knowns = kept;
}
