/* test_orders.c - order types and attributes through the engine's door, in tables that are nearly
 * full and with bounds of work that are nearly nothing.
 *
 * Method: seeded random orders of every type, replacements, clicks, mass cancels, days and phases;
 *         unfinished work is gone on with now and then only, so that other instruments trade and
 *         use up the tables meanwhile. After every command engine_check() looks at the whole state.
 *         Events are added up to the book of levels and compared with what a look says. Each
 *         command and each step stays within a multiple of its bound.
 */
#include "tests/lib/cmocka_all.h"
#include "engine/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE 5
#define INSTRUMENTS 2
#define PRICES 64 /* of the levels kept: 70 .. 133 */
#define PRICE_LOW 70

struct market {
    struct engine *engine;
    void *memory;
    struct event_buffer out;
    struct event_buffer look;
    uint64_t sequence;
    uint64_t random;
    int32_t day;
    uint32_t seen[EVENT_END];
    int64_t shown[INSTRUMENTS][2][2][PRICES]; /* units by instrument, zone, side, price */
};

static uint64_t draw(struct market *market, uint64_t below)
{
    market->random = market->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (market->random >> 33) % below;
}

static void *zeroed(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_non_null(memory);
    memset(memory, 0, size);
    return memory;
}

static struct market market_open(uint32_t work, uint64_t seed)
{
    struct market market = {.random = seed * 2 + 1};
    struct engine_limits limits = {.zones = 2,
                                   .instruments = INSTRUMENTS,
                                   .participants = 8,
                                   .orders = 40,
                                   .names = 64,
                                   .levels = 9,
                                   .positions = 24,
                                   .bids = 4,
                                   .lanes = 2,
                                   .lane_window = 4,
                                   .extras = 12,
                                   .work = work};
    assert_true(engine_limits_complete(&limits));
    market.memory = zeroed(engine_memory(&limits));
    market.engine = engine_init(market.memory, engine_memory(&limits), &limits);
    market.out.capacity = engine_events_max(&limits);
    market.out.bytes = zeroed(market.out.capacity);
    market.look.capacity = 1 << 16;
    market.look.bytes = zeroed(market.look.capacity);
    return market;
}

static void market_close(struct market *market)
{
    free(market->memory);
    free(market->out.bytes);
    free(market->look.bytes);
}

/* --- the book of levels from the events ----------------------------------------------------- */

#define AS(suffix, event) ((const struct event_##suffix *)(const void *)(event))

static void move(struct market *market, uint16_t instrument, uint8_t zone, uint8_t side,
                 int64_t price, int64_t units)
{
    assert_in_range(price, PRICE_LOW, PRICE_LOW + PRICES - 1);
    market->shown[instrument][zone][side][price - PRICE_LOW] += units;
}

static void note_trade(struct market *market, const struct event_trade *trade)
{
    bool buys = trade->maker_side == SIDE_BUY;
    move(market, trade->instrument, buys ? trade->to_zone : trade->from_zone, trade->maker_side,
         buys ? trade->buyer_price : trade->seller_price,
         buys ? -trade->received : -trade->delivered);
}

static void note_replaced(struct market *market, const struct event_replaced *event)
{
    if (!event->rested) return;
    move(market, event->instrument, event->zone, event->side, event->old_price, -event->old_left);
    if (event->kept_priority)
        move(market, event->instrument, event->zone, event->side, event->price, event->left);
}

static void note(struct market *market, const struct event *event)
{
    const struct event_shown *shown = AS(shown, event);
    const struct event_rested *rested = AS(rested, event);
    const struct event_cancelled *gone = AS(cancelled, event);
    const struct event_call_fill *fill = AS(call_fill, event);
    market->seen[event->type]++;
    if (event->type == EVENT_TRADE)
        note_trade(market, AS(trade, event));
    else if (event->type == EVENT_REPLACED)
        note_replaced(market, AS(replaced, event));
    else if (event->type == EVENT_RESTED)
        move(market, rested->instrument, rested->zone, rested->side, rested->price, rested->left);
    else if (event->type == EVENT_SHOWN)
        move(market, shown->instrument, shown->zone, shown->side, shown->price,
             shown->hidden_before - shown->hidden);
    else if (event->type == EVENT_CANCELLED && gone->rested)
        move(market, gone->instrument, gone->zone, gone->side, gone->price, -gone->left);
    else if (event->type == EVENT_CALL_FILL)
        move(market, fill->instrument, fill->zone, fill->side, fill->limit_price, -fill->qty);
}

static void compare_levels(struct market *market)
{
    for (uint16_t instrument = 0; instrument < INSTRUMENTS; instrument++) {
        for (uint8_t zone = 0; zone < 2; zone++) {
            struct look_query query = {.look = LOOK_BOOK, .instrument = instrument, .zone = zone};
            int64_t units[2][PRICES] = {{0}};
            market->look.used = 0;
            assert_int_equal(engine_look(market->engine, &query, &market->look), REASON_NONE);
            for (const struct event *row = event_next(&market->look, NULL); row;
                 row = event_next(&market->look, row)) {
                const struct event_row_level *level = AS(row_level, row);
                if (level->zone == zone) units[level->side][level->price - PRICE_LOW] = level->qty;
            }
            assert_memory_equal(units, market->shown[instrument][zone], sizeof units);
        }
    }
}

/* --- commands ------------------------------------------------------------------------------- */

/* Applies and says the reason, REASON_NONE when it was taken. */
static uint8_t apply(struct market *market, struct command command)
{
    const struct event *first;
    command.sequence = ++market->sequence;
    command.time_ns = (int64_t)market->sequence;
    command.role = ROLE_SYSTEM;
    market->out.used = 0;
    engine_apply(market->engine, &command, &market->out);
    engine_check(market->engine);
    first = event_next(&market->out, NULL);
    assert_non_null(first);
    for (const struct event *event = first; event; event = event_next(&market->out, event))
        note(market, event);
    if (first->type != EVENT_REJECTED) return REASON_NONE;
    return AS(rejected, first)->reason;
}

static struct command plain(uint8_t type)
{
    return (struct command){.type = type, .actor = PARTICIPANT_NONE, .subject = PARTICIPANT_NONE};
}

static struct name name_of(const char *text, uint64_t number)
{
    struct name name = {{0}};
    char bytes[NAME_BYTES + 1];
    int size = snprintf(bytes, sizeof bytes, "%s%llu", text, (unsigned long long)number);
    memcpy(name.text, bytes, (size_t)size);
    return name;
}

/* Taken, and gone on with until it is done. */
static void must(struct market *market, struct command command)
{
    struct command step = plain(COMMAND_STEP);
    step.body.step.steps = 1;
    assert_int_equal(apply(market, command), REASON_NONE);
    while (engine_pending(market->engine))
        assert_int_equal(apply(market, step), REASON_NONE);
}

static void set_up_instrument(struct market *market, uint16_t id)
{
    struct command command = plain(COMMAND_INSTRUMENT);
    command.body.instrument =
        (struct command_instrument){.name = name_of("X", id),
                                    .lot = 1,
                                    .tick = 1,
                                    .ref_price = 100,
                                    .band_ppm = 300000,
                                    .fee_ppm = 2000,
                                    .stp = id ? STP_DECREMENT : STP_CANCEL_RESTING,
                                    .phase = PHASE_CONTINUOUS};
    must(market, command);
    command = plain(COMMAND_LINK);
    command.body.link = (struct command_link){
        .instrument = id, .to_zone = 1, .rn = 6, .rd = 5, .levy_ppm = 30000, .allowed = 1};
    must(market, command);
    command.body.link = (struct command_link){
        .instrument = id, .from_zone = 1, .rn = 1, .rd = 1, .levy_ppm = 0, .allowed = 1};
    must(market, command);
    command = plain(COMMAND_LIMIT);
    command.body.limit =
        (struct command_limit){.instrument = id, .to_zone = 1, .lo = -40, .hi = 60};
    must(market, command);
}

static void set_up(struct market *market)
{
    struct command command;
    for (uint32_t zone = 0; zone < 2; zone++) {
        command = plain(COMMAND_ZONE);
        command.body.zone.name = name_of("Z", zone);
        must(market, command);
    }
    for (uint16_t id = 0; id < INSTRUMENTS; id++)
        set_up_instrument(market, id);
    for (uint32_t id = 0; id < PEOPLE; id++) {
        command = plain(COMMAND_PARTICIPANT);
        command.body.participant.name = name_of("p", id);
        command.body.participant.group = name_of("g", id < 3 ? id : 3);
        command.body.participant.zone = (uint8_t)(id % 2);
        must(market, command);
        command = plain(COMMAND_DEPOSIT);
        command.body.deposit = (struct command_deposit){.account = id, .cash = 1000000};
        must(market, command);
        for (uint16_t i = 0; i < INSTRUMENTS; i++) {
            command = plain(COMMAND_ISSUE);
            command.body.issue =
                (struct command_issue){.account = id, .instrument = i, .qty = 2000};
            must(market, command);
        }
    }
}

static void add_attributes(struct market *market, struct command_order *order)
{
    switch (draw(market, 9)) {
    case 0:
    case 1:
        order->display = (int64_t)(1 + draw(market, 7));
        break;
    case 2:
        order->post_only = 1;
        break;
    case 3:
        order->minimum = (int64_t)(1 + draw(market, 20));
        break;
    case 4:
        order->tif = draw(market, 2) ? TIF_FOK : TIF_IOC;
        break;
    case 5:
        order->type = ORDER_TYPE_STOP;
        order->price = 0;
        order->stop_price = (int64_t)(90 + draw(market, 21));
        break;
    case 6:
        order->type = ORDER_TYPE_STOP_LIMIT;
        order->stop_price = (int64_t)(90 + draw(market, 21));
        order->display = (int64_t)draw(market, 4);
        break;
    default:
        break;
    }
}

static struct command random_order(struct market *market)
{
    struct command command = plain(COMMAND_ORDER);
    struct command_order *order = &command.body.order;
    command.subject = (uint32_t)draw(market, PEOPLE);
    if (draw(market, 3)) order->client_id = name_of("o", draw(market, 400));
    order->instrument = (uint16_t)draw(market, INSTRUMENTS);
    order->qty = (int64_t)(1 + draw(market, 40));
    order->price = (int64_t)(90 + draw(market, 21));
    order->side = (uint8_t)draw(market, 2);
    order->tif = draw(market, 3) ? TIF_DAY : TIF_GTC;
    add_attributes(market, order);
    return command;
}

static uint64_t random_id(struct market *market)
{
    return draw(market, 12) << 32 | (1 + draw(market, 40));
}

static struct command random_other(struct market *market)
{
    struct command command = plain(COMMAND_CLICK);
    uint64_t what = draw(market, 100);
    if (what < 40) {
        command.type = COMMAND_CANCEL;
        command.body.cancel.order_id = random_id(market);
    } else if (what < 70) {
        command.type = COMMAND_REPLACE;
        command.body.replace.order_id = random_id(market);
        command.body.replace.qty = (int64_t)(1 + draw(market, 40));
        command.body.replace.price = draw(market, 2) ? UNSET : (int64_t)(90 + draw(market, 21));
    } else if (what < 80) {
        command.subject = (uint32_t)draw(market, PEOPLE);
        command.body.click.maker_order = random_id(market);
        command.body.click.instrument = INSTRUMENT_NONE;
        command.body.click.qty = (int64_t)(6 * draw(market, 3) + draw(market, 6));
    } else if (what < 88) {
        command.type = COMMAND_PHASE;
        command.body.phase.instrument = (uint16_t)draw(market, INSTRUMENTS);
        command.body.phase.phase = draw(market, 3) ? PHASE_CONTINUOUS : PHASE_CALL;
    } else if (what < 92) {
        command.type = COMMAND_DAY;
        command.body.day.day = ++market->day;
    } else if (what < 96) {
        command.type = COMMAND_CANCEL_ALL;
        command.body.cancel_all.account =
            draw(market, 3) ? (uint32_t)draw(market, PEOPLE) : PARTICIPANT_ALL;
        command.body.cancel_all.instrument = draw(market, 2) ? INSTRUMENT_ALL : 0;
    } else {
        command.type = COMMAND_LIMIT;
        command.body.limit = (struct command_limit){
            .to_zone = 1, .lo = -(int64_t)draw(market, 90), .hi = (int64_t)draw(market, 90)};
    }
    return command;
}

static unsigned rounds(unsigned usual)
{
    return getenv("LINGNAN_TEST_FULL") ? usual * 50 : usual;
}

static void run(uint32_t work, uint64_t seed, uint32_t *seen)
{
    struct market market = market_open(work, seed);
    struct command step = plain(COMMAND_STEP);
    step.body.step.steps = 1;
    set_up(&market);
    if (seed % 3 == 0) {
        struct command terms = plain(COMMAND_TERMS);
        memset(&terms.body.terms, 0xff, sizeof terms.body.terms);
        memset(&terms.body.terms.approval, 0, sizeof terms.body.terms.approval);
        terms.body.terms.instrument = 0;
        terms.body.terms.dynamic_ppm = 40000;
        must(&market, terms);
    }
    for (unsigned i = 0; i < rounds(1500); i++) {
        if (engine_pending(market.engine) && draw(&market, 3))
            assert_int_equal(apply(&market, step), REASON_NONE);
        else
            apply(&market, draw(&market, 100) < 65 ? random_order(&market) : random_other(&market));
        if (work < WORK_MAX) assert_true(market.out.used < 65536);
        compare_levels(&market);
    }
    while (engine_pending(market.engine))
        assert_int_equal(apply(&market, step), REASON_NONE);
    for (size_t type = 0; type < EVENT_END; type++)
        seen[type] += market.seen[type];
    market_close(&market);
}

static void test_every_state_is_sound(void **state)
{
    static const uint32_t bounds[] = {1, 2, 3, 7, 4096, WORK_NONE};
    uint32_t seen[EVENT_END] = {0};
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++)
        run(bounds[seed % 6], seed, seen);
    assert_true(seen[EVENT_TRADE] > 500 && seen[EVENT_SHOWN] > 200);
    assert_true(seen[EVENT_TRIGGERED] > 100 && seen[EVENT_PARKED] > 100);
    assert_true(seen[EVENT_INTERRUPTED] > 5 && seen[EVENT_CALL_FILL] > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_state_is_sound)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
