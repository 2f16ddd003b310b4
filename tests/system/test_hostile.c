/* What no client would send, to a real server: each gets a FAULT with its name and place, then the
 * close; the one honest client beside them is answered throughout, and the server stays up.
 */
#include "tests/lib/cmocka_all.h"
#include "engine/reason.h"
#include "tests/gateway/raw_client.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char market[] = "zone EWN\n"
                             "instrument CO2 family=carbon lot=1 tick=1 ref=5000 band_ppm=500000 "
                             "t_plus=0 fee_ppm=0 stp=allow phase=continuous\n"
                             "participant mill zone=EWN\nissue mill CO2 qty=1000000\n";

static const char *program;
static char directory[256];
static char log_path[300];
static char port[32];
static struct raw_server server;
static struct keyfile key;
static struct raw_client honest;
static struct raw_client hostile;
static uint64_t next_id = 1;

static int start_all(void **state)
{
    (void)state;
    char data[300];
    char path[300];
    struct name user;
    raw_make_directory(directory, sizeof directory);
    snprintf(log_path, sizeof log_path, "%s/log", directory);
    snprintf(data, sizeof data, "%s/data", directory);
    memset(&user, 0, sizeof user);
    memcpy(user.text, "mill", 4);
    snprintf(path, sizeof path, "%s/mill.key", directory);
    if (keyfile_make(&user, &key) || keyfile_write(path, &key, NULL)) raw_die("no key");
    const char *line[] = {"key",    "register",   "--data",        data,   "--name", "mill",
                          "--role", "enterprise", "--participant", "mill", path,     NULL};
    if (raw_run(program, log_path, line)) raw_die("no registration");
    snprintf(path, sizeof path, "%s/market", directory);
    raw_write_file(path, market);
    const char *serve[] = {"--data",
                           data,
                           "--market",
                           path,
                           "--listen",
                           "tcp://127.0.0.1:0",
                           "--feed",
                           "tcp://127.0.0.1:0",
                           "--segment-size",
                           "8388608",
                           NULL};
    if (!raw_server_start(&server, program, log_path, serve)) raw_die("no start: %s", log_path);
    snprintf(port, sizeof port, "%s", strrchr(server.ready, ':'));
    if (!raw_connect(&honest, port) || raw_logon(&honest, &key)) raw_die("no logon");
    return 0;
}

static int stop_all(void **state)
{
    (void)state;
    raw_close(&honest);
    raw_server_signal(&server, SIGTERM);
    int status = raw_server_wait(&server);
    raw_remove_directory(directory);
    return status;
}

/* A lane that flipped bits of a good frame do not hit: the hostile client has the same key. */
#define HONEST_LANE 0x600dbeefu

static struct command order(uint32_t lane, uint64_t id)
{
    struct command command;
    memset(&command, 0, sizeof command);
    command.type = COMMAND_ORDER;
    command.lane = lane;
    command.id = id;
    command.body.order.qty = 1;
    command.body.order.price = 5000;
    command.body.order.side = SIDE_SELL;
    return command;
}

/* The honest client's order is taken and answered. */
static void still_served(void)
{
    struct command command = order(HONEST_LANE, next_id++);
    struct wire_frame frame;
    struct wire_answer answer;
    assert_true(raw_commands(&honest, &command, 1));
    do {
        assert_true(raw_receive(&honest, &frame, 20000));
        if (frame.type == WIRE_FAULT) fail_msg("the honest client got a FAULT");
    } while (frame.type != WIRE_ANSWERS);
    struct wire_reader reader = wire_reader_of(&frame);
    assert_int_equal(wire_answer_get(&reader, &answer, NULL), 0);
    assert_int_equal(answer.id, command.id);
    assert_int_equal(answer.reason, REASON_NONE);
}

/* Sends the bytes on a fresh connection, logged on or not, and expects that fault. */
static void expect(bool logged_on, const void *bytes, size_t size, int fault, const char *field)
{
    struct wire_fault said;
    assert_true(raw_connect(&hostile, port));
    if (logged_on) assert_int_equal(raw_logon(&hostile, &key), 0);
    assert_true(raw_send(&hostile, bytes, size));
    int got = raw_fault(&hostile, &said, 20000);
    if (got != fault) fail_msg("%s: %s instead of %s", field, fault_name(got), fault_name(fault));
    assert_int_equal(strncmp(said.field.text, field, NAME_BYTES), 0);
    raw_close(&hostile);
    still_served();
}

static void test_lengths(void **state)
{
    (void)state;
    static const uint8_t huge[8] = {0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 1, 0};
    uint8_t above[8] = {0, 0, 0, 0, 2, 0, 1, 0};
    static const uint8_t tiny[8] = {3, 0, 0, 0, 2, 0, 1, 0};
    uint32_t length = FRAME_MAX - 4 + 1;
    memcpy(above, &length, sizeof length); /* little-endian, as on the wire */
    for (int logged_on = 0; logged_on < 2; logged_on++) {
        expect(logged_on, huge, sizeof huge, ERR_TOO_LONG, "length");
        expect(logged_on, above, sizeof above, ERR_TOO_LONG, "length");
        expect(logged_on, tiny, sizeof tiny, ERR_MALFORMED, "length");
    }
}

static void test_before_logon(void **state)
{
    (void)state;
    static const uint8_t http[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    static const uint8_t commands[8] = {4, 0, 0, 0, 2, 0, 1, 0};
    uint8_t logon[200] = {100, 0, 0, 0, 1, 0, 0, 0}; /* cut short */
    expect(false, http, sizeof http - 1, ERR_TOO_LONG, "length");
    expect(false, commands, sizeof commands, ERR_REFUSED, "logon");
    struct wire_fault said;
    assert_true(raw_connect(&hostile, port));
    assert_true(raw_send(&hostile, logon, 104));
    int got = raw_fault(&hostile, &said, 20000);
    assert_int_equal(got, ERR_MALFORMED);
    raw_close(&hostile);
    still_served();
}

static void test_frames_after_logon(void **state)
{
    (void)state;
    static const uint8_t unknown[8] = {4, 0, 0, 0, 99, 0, 0, 0};
    static const uint8_t empty[8] = {4, 0, 0, 0, 2, 0, 0, 0};
    static const uint8_t promise[8] = {4, 0, 0, 0, 2, 0, 5, 0};
    uint8_t bytes[256];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    struct command command = order(7, 1);
    expect(true, unknown, sizeof unknown, ERR_MALFORMED, "type");
    expect(true, empty, sizeof empty, ERR_LIMIT, "count");
    expect(true, promise, sizeof promise, ERR_MALFORMED, "size");
    assert_true(wire_open(&writer, WIRE_COMMANDS));
    assert_true(wire_command_put(&writer, &command));
    wire_close(&writer);
    bytes[FRAME_HEAD + 2] = 200; /* no such command */
    struct wire_fault said;
    assert_true(raw_connect(&hostile, port));
    assert_int_equal(raw_logon(&hostile, &key), 0);
    assert_true(raw_send(&hostile, bytes, writer.used));
    assert_int_equal(raw_fault(&hostile, &said, 20000), ERR_MALFORMED);
    raw_close(&hostile);
    still_served();
}

/* Cut connections at any byte of a good conversation. */
static void test_cut_frames(void **state)
{
    (void)state;
    uint8_t bytes[256];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    struct command command = order(8, 1);
    assert_true(wire_open(&writer, WIRE_COMMANDS));
    assert_true(wire_command_put(&writer, &command));
    wire_close(&writer);
    for (size_t size = 0; size < writer.used; size += 7) {
        assert_true(raw_connect(&hostile, port));
        assert_int_equal(raw_logon(&hostile, &key), 0);
        assert_true(raw_send(&hostile, bytes, size));
        raw_close(&hostile);
    }
    still_served();
}

/* Seeded noise, before and after logon, and good frames with flipped bits. */
static void test_noise(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    uint8_t bytes[512];
    fprintf(stderr, "# noise seed %u\n", seed);
    for (int round = 0; round < 200; round++) {
        struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
        struct command command = order(9, (uint64_t)round + 1);
        assert_true(raw_connect(&hostile, port));
        if (round % 2) assert_int_equal(raw_logon(&hostile, &key), 0);
        if (round % 4 < 2) {
            for (size_t i = 0; i < sizeof bytes; i++)
                bytes[i] = (uint8_t)rand_r(&seed);
            writer.used = sizeof bytes;
        } else {
            assert_true(wire_open(&writer, WIRE_COMMANDS));
            assert_true(wire_command_put(&writer, &command));
            wire_close(&writer);
            size_t flip = (size_t)rand_r(&seed) % (writer.used * 8);
            bytes[flip / 8] ^= (uint8_t)(1u << flip % 8);
        }
        (void)raw_send(&hostile, bytes, writer.used);
        raw_close(&hostile);
    }
    still_served();
}

/* Questions without end are refused at the bound; a flood beyond the credits hears BUSY. */
static void test_too_much(void **state)
{
    (void)state;
    static struct command flood[1000];
    struct wire_frame frame;
    struct wire_query query = {.query.kind = QUERY_DIRECTORY};
    static uint8_t bytes[64 * 1024];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    while (wire_query_put(&writer, &query)) {
    }
    struct wire_fault said;
    assert_true(raw_connect(&hostile, port));
    assert_int_equal(raw_logon(&hostile, &key), 0);
    assert_true(raw_send(&hostile, bytes, writer.used));
    assert_int_equal(raw_fault(&hostile, &said, 20000), ERR_LIMIT);
    assert_int_equal(said.limit > 0, 1);
    raw_close(&hostile);
    assert_true(raw_connect(&hostile, port));
    assert_int_equal(raw_logon(&hostile, &key), 0);
    uint32_t credits = hostile.welcome.credits;
    bool busy = false;
    for (uint64_t id = 1; !busy && id < 400000;) {
        for (int i = 0; i < 1000; i++)
            flood[i] = order(77, id++);
        if (!raw_commands(&hostile, flood, 1000)) break;
        if (id < 2 * credits) continue;
        while (!busy && raw_receive(&hostile, &frame, 0)) {
            if (frame.type == WIRE_FAULT) break;
            busy = frame.type == WIRE_BUSY;
        }
    }
    assert_true(busy);
    raw_close(&hostile);
    still_served();
}

/* Who says nothing is closed at the logon deadline, with a reason; who connects too often finds no
 * place, and there is place again when they are gone. */
static void test_silence_and_crowds(void **state)
{
    (void)state;
    static struct raw_client crowd[300];
    struct wire_fault said;
    assert_true(raw_connect(&hostile, port));
    assert_int_equal(raw_fault(&hostile, &said, 20000), ERR_TIMEOUT);
    assert_string_equal(said.field.text, "logon");
    assert_true(said.limit > 0);
    raw_close(&hostile);
    still_served();
    for (int i = 0; i < 300; i++)
        assert_true(raw_connect(&crowd[i], port));
    still_served();
    assert_true(raw_connect(&hostile, port)); /* who can log on finds a place in the crowd */
    assert_int_equal(raw_logon(&hostile, &key), 0);
    raw_close(&hostile);
    assert_int_equal(raw_fault(&crowd[0], &said, 20000), ERR_LIMIT); /* the first had to go */
    assert_string_equal(said.field.text, "connections");
    for (int i = 0; i < 300; i++)
        raw_close(&crowd[i]);
    still_served();
}

/* All places taken by people who logged on: one more is told so; it gets in when one leaves. */
static void test_full_house(void **state)
{
    (void)state;
    static struct raw_client guests[300];
    struct wire_fault said;
    int in = 0;
    int fault = 0;
    while (in < 300) {
        assert_true(raw_connect(&guests[in], port));
        if (raw_logon(&guests[in], &key)) break;
        in++;
    }
    assert_true(in > 200 && in < 256);
    raw_close(&guests[in]);
    assert_true(raw_connect(&hostile, port));
    fault = raw_fault(&hostile, &said, 20000);
    assert_int_equal(fault, ERR_LIMIT);
    assert_string_equal(said.field.text, "connections");
    raw_close(&hostile);
    still_served();
    raw_close(&guests[0]);
    for (int tries = 0; tries < 200 && fault; tries++) {
        fault = raw_connect(&hostile, port) ? raw_logon(&hostile, &key) : ERR_CONNECT;
        raw_close(&hostile);
        if (fault) usleep(50000);
    }
    assert_int_equal(fault, 0);
    for (int i = 1; i < in; i++)
        raw_close(&guests[i]);
    still_served();
}

/* A session that reads nothing while its participant trades from another one is cut off with a
 * reason; the one that trades never notices. */
static void test_slow_reader(void **state)
{
    (void)state;
    static struct command orders[500];
    struct wire_frame frame;
    assert_true(raw_connect(&hostile, port));
    assert_int_equal(raw_logon(&hostile, &key), 0);
    bool cut = false;
    for (int round = 0; round < 400 && !cut; round++) {
        for (int i = 0; i < 500; i++) {
            orders[i] = order(HONEST_LANE, next_id++);
            orders[i].body.order.tif = TIF_IOC; /* accepted and cancelled: two reports each */
        }
        assert_true(raw_commands(&honest, orders, 500));
        for (uint32_t answered = 0; answered < 500;) {
            assert_true(raw_receive(&honest, &frame, 20000));
            assert_int_not_equal(frame.type, WIRE_FAULT);
            if (frame.type == WIRE_ANSWERS) answered += frame.count;
        }
        if (round % 10 == 0) cut = raw_file_has(log_path, "why=ERR_SLOW_READER");
    }
    for (int wait = 0; wait < 200 && !cut; wait++) {
        usleep(50000); /* first the FAULT may be read, then the close */
        cut = raw_file_has(log_path, "why=ERR_SLOW_READER");
    }
    assert_true(cut);
    raw_close(&hostile);
    still_served();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_before_logon),
        cmocka_unit_test(test_frames_after_logon),
        cmocka_unit_test(test_cut_frames),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_slow_reader),
        cmocka_unit_test(test_silence_and_crowds),
        cmocka_unit_test(test_full_house),
    };
    if (argc < 2) raw_die("usage: test_hostile PROGRAM");
    program = argv[1];
    return cmocka_run_group_tests_name("hostile", tests, start_all, stop_all);
}
