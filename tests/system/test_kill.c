/* kill -9 at random moments through the real server, with concurrent clients in both zones.
 *
 * Goal:   every acknowledged order and trade is there after the restart, none is applied twice.
 * Method: four clients send orders without client ids (so only (lane, id) protects them), and after
 *         each death connect again and send everything unanswered again under the same numbers,
 *         mixed with ids long answered. At the end, per participant: units ordered and accepted =
 *         units traded + units open; every trade reported to anybody is in the table; every
 *         repeat had the first answer; `lingnan audit` is clean.
 * Kills:  10, or 200 with LINGNAN_TEST_FULL=1. LINGNAN_TEST_SEED repeats a run.
 */
#include "tests/lib/cmocka_all.h"
#include "engine/reason.h"
#include "tests/gateway/raw_client.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS 4u
#define IN_FLIGHT 64u
#define ORDERS_MAX_TEST 400000u
#define TRADES_MAX_TEST 2000000u

static const char market[] = "zone EWN\nzone GBA\n"
                             "instrument CO2 family=carbon lot=1 tick=1 ref=5000 band_ppm=500000 "
                             "t_plus=0 fee_ppm=0 stp=allow phase=continuous\n"
                             "link CO2 EWN GBA ratio=6/5 levy_ppm=30000\n"
                             "link CO2 GBA EWN ratio=1/1 levy_ppm=0\n"
                             "participant p0 zone=EWN\nparticipant p1 zone=GBA\n"
                             "participant p2 zone=EWN\nparticipant p3 zone=GBA\n"
                             "deposit p0 cash=900000000000\ndeposit p1 cash=900000000000\n"
                             "deposit p2 cash=900000000000\ndeposit p3 cash=900000000000\n"
                             "issue p0 CO2 qty=10000000\nissue p1 CO2 qty=10000000\n"
                             "issue p2 CO2 qty=10000000\nissue p3 CO2 qty=10000000\n";

struct sent { /* one order of one client, by its id */
    uint64_t sequence;
    uint64_t order_id;
    int32_t qty;
    uint8_t side;
    uint8_t reason;
    bool answered;
};

struct trader {
    uint32_t number;
    unsigned seed;
    struct keyfile key;
    struct raw_client *wire;
    struct sent *orders; /* by id, from 1 */
    uint64_t made;       /* ids given out */
    uint64_t answered;   /* all ids up to here are answered */
    uint64_t repeats;
    _Atomic uint64_t progress; /* answers heard, for the main thread */
    uint64_t *trades;          /* numbers reported to this client */
    uint32_t trade_count;
};

static const char *program;
static char directory[256];
static char data[300];
static char log_path[300];
static char socket_path[320];
static struct trader traders[CLIENTS];
static struct keyfile auditor;
static _Atomic bool finish; /* no new orders; answer what is open and end */

static struct command order_of(const struct trader *trader, uint64_t id)
{
    struct command command;
    memset(&command, 0, sizeof command);
    const struct sent *order = &trader->orders[id];
    command.type = COMMAND_ORDER;
    command.lane = 100 + trader->number;
    command.id = id;
    command.body.order.qty = order->qty;
    command.body.order.side = order->side;
    command.body.order.price = 4900 + (int64_t)(id * 2654435761u >> 8) % 200;
    return command;
}

static void take_answer(struct trader *trader, const struct wire_answer *answer)
{
    struct sent *order = &trader->orders[answer->id];
    if (answer->id == 0 || answer->id > trader->made) raw_die("answer to an id never sent");
    if (answer->flags & ANSWER_FLAG_REPEAT) trader->repeats++;
    if (order->answered) { /* what was acknowledged once stays exactly so */
        if (!(answer->flags & ANSWER_FLAG_REPEAT) || answer->sequence != order->sequence ||
            answer->order_id != order->order_id || answer->reason != order->reason)
            raw_die("client %u id %llu: another answer: sequence %llu then %llu, reason %u then %u",
                    trader->number, (unsigned long long)answer->id,
                    (unsigned long long)order->sequence, (unsigned long long)answer->sequence,
                    order->reason, answer->reason);
        return;
    }
    atomic_fetch_add(&trader->progress, 1);
    order->answered = true;
    order->sequence = answer->sequence;
    order->order_id = answer->order_id;
    order->reason = answer->reason;
    while (trader->answered < trader->made && trader->orders[trader->answered + 1].answered)
        trader->answered++;
}

static void take_frame(struct trader *trader, const struct wire_frame *frame)
{
    struct wire_reader reader = wire_reader_of(frame);
    struct wire_answer answer;
    struct wire_report report;
    while (frame->type == WIRE_ANSWERS && reader.left) {
        if (wire_answer_get(&reader, &answer, NULL)) raw_die("bad answer");
        take_answer(trader, &answer);
    }
    while (frame->type == WIRE_REPORTS && reader.left) {
        if (wire_report_get(&reader, &report, NULL)) raw_die("bad report");
        if (report.exec == EXEC_TRADE && trader->trade_count < TRADES_MAX_TEST)
            trader->trades[trader->trade_count++] = report.trade;
    }
    if (frame->type == WIRE_FAULT) raw_die("client %u got a FAULT", trader->number);
}

/* Everything unanswered again, in order, with one long-answered id in front of it. */
static bool send_again(struct trader *trader)
{
    struct command commands[IN_FLIGHT + 1];
    size_t count = 0;
    if (trader->answered > IN_FLIGHT)
        commands[count++] =
            order_of(trader, trader->answered - (uint64_t)rand_r(&trader->seed) % IN_FLIGHT);
    for (uint64_t id = trader->answered + 1; id <= trader->made; id++)
        commands[count++] = order_of(trader, id);
    return count == 0 || raw_commands(trader->wire, commands, count);
}

static bool send_new(struct trader *trader)
{
    struct command commands[8];
    size_t count = (size_t)rand_r(&trader->seed) % 8 + 1;
    for (size_t i = 0; i < count; i++) {
        if (trader->made + 1 >= ORDERS_MAX_TEST) return true;
        struct sent *order = &trader->orders[++trader->made];
        order->qty = rand_r(&trader->seed) % 50 + 1;
        order->side = rand_r(&trader->seed) % 2 ? SIDE_BUY : SIDE_SELL;
        commands[i] = order_of(trader, trader->made);
    }
    return raw_commands(trader->wire, commands, count);
}

/* One life of a connection. True: everything is answered and no more is wanted. */
static bool converse(struct trader *trader)
{
    struct wire_frame frame;
    if (raw_logon(trader->wire, &trader->key) || !send_again(trader)) return false;
    for (;;) {
        bool idle = trader->answered == trader->made;
        if (idle && atomic_load(&finish)) return true;
        bool room = trader->made - trader->answered <= IN_FLIGHT - 8;
        if (room && !atomic_load(&finish) && trader->made + 9 < ORDERS_MAX_TEST) {
            if (!send_new(trader)) return false;
            idle = false;
        }
        if (idle)
            usleep(1000);
        else if (!raw_receive(trader->wire, &frame, 10000))
            return false;
        else
            take_frame(trader, &frame);
    }
}

static void *trade(void *argument)
{
    struct trader *trader = argument;
    for (bool done = false; !done;) {
        if (raw_connect(trader->wire, socket_path))
            done = converse(trader);
        else
            usleep(2000);
        raw_close(trader->wire);
    }
    return NULL;
}

/* ---- Set-up ---- */

static void register_key(struct keyfile *key, const char *name, const char *role,
                         const char *participant)
{
    struct name user;
    char path[400];
    memset(&user, 0, sizeof user);
    memcpy(user.text, name, strlen(name));
    snprintf(path, sizeof path, "%s/%s.key", directory, name);
    if (keyfile_make(&user, key) || keyfile_write(path, key, NULL)) raw_die("no key");
    const char *line[] = {"key",    "register", "--data",        data,        "--name", name,
                          "--role", role,       "--participant", participant, path,     NULL};
    if (raw_run(program, log_path, line)) raw_die("key register failed, see %s", log_path);
}

static bool start_server(struct raw_server *server, const char *threads)
{
    char market_path[320];
    char listen[340];
    char feed[340];
    snprintf(market_path, sizeof market_path, "%s/market", directory);
    snprintf(listen, sizeof listen, "ipc://%s", socket_path);
    snprintf(feed, sizeof feed, "ipc://%s/feed", directory);
    raw_write_file(market_path, market);
    const char *line[] = {"--data",    data,     "--market", market_path,      "--listen",
                          listen,      "--feed", feed,       "--segment-size", "8388608",
                          "--threads", threads,  NULL};
    return raw_server_start(server, program, log_path, line);
}

static void prepare(void)
{
    const char *text = getenv("LINGNAN_TEST_SEED");
    unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
    fprintf(stderr, "# LINGNAN_TEST_SEED=%u\n", seed);
    srand(seed);
    raw_make_directory(directory, sizeof directory);
    snprintf(data, sizeof data, "%s/data", directory);
    snprintf(log_path, sizeof log_path, "%s/log", directory);
    snprintf(socket_path, sizeof socket_path, "%s/order", directory);
    register_key(&auditor, "auditor", "auditor", "-");
    for (uint32_t i = 0; i < CLIENTS; i++) {
        struct trader *trader = &traders[i];
        char name[8];
        snprintf(name, sizeof name, "p%u", i);
        trader->number = i;
        trader->seed = seed + i;
        trader->wire = calloc(1, sizeof *trader->wire);
        trader->orders = calloc(ORDERS_MAX_TEST, sizeof *trader->orders);
        trader->trades = calloc(TRADES_MAX_TEST, sizeof *trader->trades);
        register_key(&trader->key, name, "enterprise", name);
    }
}

/* ---- The end: what the exchange says against what the clients were told ---- */

static struct event_buffer rows;
static uint8_t *trade_seen; /* by number */

/* Units of a participant that were traded and are still open, from tables and book. */
static int64_t units_of(struct raw_client *wire, uint32_t participant, uint64_t *out_trades)
{
    int64_t units = 0;
    uint64_t from = 1;
    *out_trades = 0;
    for (size_t got = 1; got;) {
        struct query ask = {.kind = QUERY_TRADES,
                            .instrument = INSTRUMENT_NONE,
                            .participant = PARTICIPANT_NONE,
                            .rows_max = 20000,
                            .from = from};
        rows.used = 0;
        assert_int_equal(raw_query(wire, &ask, &rows), REASON_NONE);
        got = 0;
        for (const struct event *row = event_next(&rows, NULL); row; row = event_next(&rows, row)) {
            const struct event_trade *fill = (const void *)row;
            assert_int_equal(fill->n, from++); /* no gap, none twice */
            assert_true(fill->n < TRADES_MAX_TEST);
            trade_seen[fill->n] = 1;
            bool maker_buys = fill->maker_side == SIDE_BUY;
            if (fill->maker_participant == participant)
                units += maker_buys ? fill->received : fill->delivered;
            if (fill->taker_participant == participant)
                units += maker_buys ? fill->delivered : fill->received;
            got++;
        }
    }
    *out_trades = from - 1;
    struct query ask = {.kind = QUERY_ORDERS, .participant = participant, .rows_max = 50000};
    rows.used = 0;
    assert_int_equal(raw_query(wire, &ask, &rows), REASON_NONE);
    for (const struct event *row = event_next(&rows, NULL); row; row = event_next(&rows, row))
        units += ((const struct event_row_open *)(const void *)row)->left;
    return units;
}

static void check_truth(void)
{
    struct raw_client *wire = calloc(1, sizeof *wire);
    uint64_t trades = 0;
    uint64_t accepted = 0;
    uint64_t reported = 0;
    uint64_t repeats = 0;
    rows.capacity = 32u << 20;
    rows.bytes = malloc(rows.capacity);
    trade_seen = calloc(TRADES_MAX_TEST, 1);
    assert_true(raw_connect(wire, socket_path));
    assert_int_equal(raw_logon(wire, &auditor), 0);
    for (uint32_t i = 0; i < CLIENTS; i++) {
        int64_t ordered = 0;
        for (uint64_t id = 1; id <= traders[i].made; id++) {
            const struct sent *order = &traders[i].orders[id];
            assert_true(order->answered);
            if (order->reason == REASON_NONE) {
                ordered += order->qty;
                accepted++;
            }
        }
        int64_t present = units_of(wire, i, &trades);
        if (present != ordered)
            fail_msg("p%u: %lld units accepted, %lld traded or open", i, (long long)ordered,
                     (long long)present);
        repeats += traders[i].repeats;
    }
    for (uint32_t i = 0; i < CLIENTS; i++) {
        for (uint32_t k = 0; k < traders[i].trade_count; k++) {
            assert_true(traders[i].trades[k] <= trades);
            assert_true(trade_seen[traders[i].trades[k]]);
            reported++;
        }
    }
    fprintf(stderr, "# accepted %llu, trades %llu, reports of trades %llu, repeats %llu\n",
            (unsigned long long)accepted, (unsigned long long)trades, (unsigned long long)reported,
            (unsigned long long)repeats);
    assert_true(accepted > 0 && trades > 0 && reported > 0);
    raw_close(wire);
    free(wire);
    free(rows.bytes);
    free(trade_seen);
}

static void test_kill_at_random_moments(void **state)
{
    (void)state;
    pthread_t threads[CLIENTS];
    struct raw_server server;
    int kills = getenv("LINGNAN_TEST_FULL") ? 200 : 10;
    static const char *const plans[] = {"1", "2", "3"};
    prepare();
    for (uint32_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, trade, &traders[i]), 0);
    for (int kill = 0; kill < kills; kill++) {
        if (!start_server(&server, plans[kill % 3])) raw_die("no start, see %s", log_path);
        usleep((useconds_t)(rand() % 150000));
        raw_server_signal(&server, SIGKILL);
        assert_int_equal(raw_server_wait(&server), 128 + SIGKILL);
    }
    if (!start_server(&server, "3")) raw_die("no start, see %s", log_path);
    for (uint32_t i = 0; i < CLIENTS; i++) { /* the machine may be slow: everybody trades first */
        while (atomic_load(&traders[i].progress) < 500)
            usleep(1000);
    }
    atomic_store(&finish, true);
    for (uint32_t i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    check_truth();
    raw_server_signal(&server, SIGTERM);
    assert_int_equal(raw_server_wait(&server), 0);
    const char *audit[] = {"audit", data, NULL};
    assert_int_equal(raw_run(program, log_path, audit), 0);
    for (uint32_t i = 0; i < CLIENTS; i++) {
        free(traders[i].wire);
        free(traders[i].orders);
        free(traders[i].trades);
    }
    raw_remove_directory(directory);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kill_at_random_moments)};
    if (argc < 2) raw_die("usage: test_kill PROGRAM");
    program = argv[1];
    return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
