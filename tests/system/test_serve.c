/* The server as a process: first start, restart, drain, and every start that must be refused by
 * name with its own exit status and nothing half-made left behind. */
#include "tests/lib/cmocka_all.h"
#include "engine/reason.h"
#include "tests/gateway/raw_client.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static const char market[] = "capacity orders=5000\n"
                             "zone EWN\nzone GBA\n"
                             "instrument CO2 family=carbon lot=1 tick=1 ref=5000 band_ppm=500000 "
                             "t_plus=0 fee_ppm=0 stp=allow phase=continuous\n"
                             "participant mill zone=EWN\nparticipant bakery zone=GBA\n"
                             "deposit bakery cash=100000000\nissue mill CO2 qty=100000\n";

static const char *program;
static char directory[256];
static char data[512];
static char log_path[300];
static char market_path[300];
static char listen_url[340];
static char feed_url[340];
static char socket_path[320];
static struct raw_client client;

static int setup(void **state)
{
    (void)state;
    raw_make_directory(directory, sizeof directory);
    snprintf(data, sizeof data, "%s/data", directory);
    snprintf(log_path, sizeof log_path, "%s/log", directory);
    snprintf(market_path, sizeof market_path, "%s/market", directory);
    snprintf(socket_path, sizeof socket_path, "%s/order", directory);
    snprintf(listen_url, sizeof listen_url, "ipc://%s", socket_path);
    snprintf(feed_url, sizeof feed_url, "ipc://%s/feed", directory);
    raw_write_file(market_path, market);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    raw_remove_directory(directory);
    return 0;
}

static void make_key(struct keyfile *key, const char *name)
{
    struct name user;
    char path[400];
    memset(&user, 0, sizeof user);
    memcpy(user.text, name, strlen(name));
    snprintf(path, sizeof path, "%s/%s.key", directory, name);
    if (keyfile_make(&user, key) || keyfile_write(path, key, NULL)) raw_die("no key");
}

static int register_key(const char *name, const char *role, const char *participant)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s.key", directory, name);
    const char *line[] = {"key",    "register", "--data",        data,        "--name", name,
                          "--role", role,       "--participant", participant, path,     NULL};
    return raw_run(program, log_path, line);
}

/* Up to three further arguments; NULL: none. */
static bool start(struct raw_server *server, const char *one, const char *two, const char *three)
{
    const char *line[] = {"--data",   data,        "--listen",       listen_url, "--feed", feed_url,
                          "--market", market_path, "--segment-size", "4194304",  one,      two,
                          three,      NULL};
    return raw_server_start(server, program, log_path, line);
}

/* A start that has to fail: its exit status; what it said must contain `said`. */
static int refused(const char *said, const char *one, const char *two)
{
    struct raw_server server;
    unlink(log_path);
    if (start(&server, one, two, NULL)) {
        raw_server_signal(&server, SIGKILL);
        raw_server_wait(&server);
        fail_msg("it started, but should have said: %s", said);
    }
    int status = raw_server_wait(&server);
    if (!raw_file_has(log_path, said)) {
        char shown[400];
        snprintf(shown, sizeof shown, "cat %s >&2", log_path);
        (void)!system(shown);
        fail_msg("not said: %s", said);
    }
    return status;
}

static void stop(struct raw_server *server)
{
    raw_server_signal(server, SIGTERM);
    assert_int_equal(raw_server_wait(server), 0);
}

static struct command sell(uint64_t id)
{
    struct command command;
    memset(&command, 0, sizeof command);
    command.type = COMMAND_ORDER;
    command.lane = 1;
    command.id = id;
    command.body.order.qty = 1;
    command.body.order.price = 5000;
    command.body.order.side = SIDE_SELL;
    return command;
}

/* Sends one order and waits for its answer. */
static enum reason order_once(uint64_t id)
{
    struct command command = sell(id);
    struct wire_frame frame;
    struct wire_answer answer;
    assert_true(raw_commands(&client, &command, 1));
    do {
        assert_true(raw_receive(&client, &frame, 20000));
    } while (frame.type != WIRE_ANSWERS);
    struct wire_reader reader = wire_reader_of(&frame);
    assert_int_equal(wire_answer_get(&reader, &answer, NULL), 0);
    assert_int_equal(answer.id, id);
    return answer.reason;
}

static void log_on(const struct keyfile *key, int expected)
{
    assert_true(raw_connect(&client, socket_path));
    int fault = raw_logon(&client, key);
    if (fault != expected) fail_msg("logon: %s", fault_name(fault));
}

/* ---- Cases ---- */

/* The market is there after the first start and the same, to the digest, after a restart. */
static void test_first_start_and_restart(void **state)
{
    (void)state;
    struct raw_server server;
    struct keyfile key;
    struct wire_digest before;
    struct wire_digest after;
    make_key(&key, "mill");
    assert_int_equal(register_key("mill", "enterprise", "mill"), 0); /* before the first start */
    assert_true(start(&server, NULL, NULL, NULL));
    assert_non_null(strstr(server.ready, listen_url));
    log_on(&key, 0);
    assert_int_equal(client.welcome.role, ROLE_ENTERPRISE);
    assert_int_equal(client.welcome.participant_id, 0);
    assert_int_equal(client.welcome.sequence, 7);
    assert_int_equal(order_once(1), REASON_NONE);
    assert_int_equal(raw_digest(&client, &before), 0);
    raw_close(&client);
    stop(&server);
    assert_true(start(&server, NULL, NULL, NULL)); /* the market file is not applied twice */
    assert_true(raw_file_has(log_path, "event=market-file-not-applied"));
    log_on(&key, 0);
    assert_int_equal(client.welcome.sequence, 8);
    assert_int_equal(raw_digest(&client, &after), 0);
    assert_int_equal(after.sequence, before.sequence);
    assert_memory_equal(after.hash, before.hash, sizeof after.hash);
    raw_close(&client);
    stop(&server);
}

/* SIGTERM: what was taken is answered, committed, and the exit is clean. */
static void test_sigterm_answers_what_is_in_flight(void **state)
{
    (void)state;
    struct raw_server server;
    struct keyfile key;
    static struct command commands[500];
    make_key(&key, "mill");
    assert_int_equal(register_key("mill", "enterprise", "mill"), 0);
    assert_true(start(&server, NULL, NULL, NULL));
    log_on(&key, 0);
    for (uint64_t i = 0; i < 500; i++)
        commands[i] = sell(i + 1);
    for (int frame = 0; frame < 4; frame++) {
        for (uint64_t i = 0; i < 500; i++)
            commands[i].id = 500 * (uint64_t)frame + i + 1;
        assert_true(raw_commands(&client, commands, 500));
    }
    raw_server_signal(&server, SIGTERM);
    struct wire_frame frame;
    uint64_t answered = 0;
    while (raw_receive(&client, &frame, 20000)) {
        if (frame.type == WIRE_ANSWERS) answered += frame.count;
    }
    raw_close(&client);
    assert_int_equal(raw_server_wait(&server), 0);
    assert_true(start(&server, NULL, NULL, NULL));
    log_on(&key, 0);
    assert_int_equal(client.welcome.sequence, 7 + answered); /* no more, no less */
    raw_close(&client);
    stop(&server);
}

static void test_who_may_log_on(void **state)
{
    (void)state;
    struct raw_server server;
    struct keyfile mill;
    struct keyfile ghost;
    struct keyfile stranger;
    make_key(&mill, "mill");
    make_key(&ghost, "ghost");
    make_key(&stranger, "stranger");
    assert_int_equal(register_key("ghost", "enterprise", "nobody"), 0);
    assert_int_equal(register_key("mill", "system", "-"), EX_USAGE); /* nobody is the system */
    assert_true(start(&server, NULL, NULL, NULL));
    log_on(&stranger, ERR_KEY);
    raw_close(&client);
    log_on(&mill, ERR_KEY);
    raw_close(&client);
    assert_int_equal(register_key("mill", "enterprise", "mill"), 0); /* works at once */
    log_on(&mill, 0);
    raw_close(&client);
    log_on(&ghost, ERR_NOT_FOUND); /* its participant does not exist */
    raw_close(&client);
    struct keyfile forged = stranger; /* mill's name and public key, another secret */
    memcpy(forged.public_key, mill.public_key, sizeof forged.public_key);
    log_on(&forged, ERR_KEY);
    raw_close(&client);
    stop(&server);
}

/* An enterprise sees its own account and not its neighbour's; an auditor sees both. */
static void test_who_may_look(void **state)
{
    (void)state;
    struct raw_server server;
    struct keyfile mill;
    struct keyfile auditor;
    static uint8_t bytes[4096];
    struct event_buffer rows = {.bytes = bytes, .capacity = sizeof bytes};
    struct query own = {.kind = QUERY_ACCOUNT, .participant = 0};
    struct query other = {.kind = QUERY_ACCOUNT, .participant = 1};
    make_key(&mill, "mill");
    make_key(&auditor, "auditor");
    assert_int_equal(register_key("mill", "enterprise", "mill"), 0);
    assert_int_equal(register_key("auditor", "auditor", "-"), 0);
    assert_true(start(&server, NULL, NULL, NULL));
    log_on(&mill, 0);
    assert_int_equal(order_once(1), REASON_NONE);
    assert_int_equal(raw_query(&client, &own, &rows), REASON_NONE);
    const struct event_row_account *row = (const void *)event_next(&rows, NULL);
    assert_int_equal(row->free, 99999); /* the answer shows the order just acknowledged */
    assert_int_equal(row->held, 1);
    assert_int_equal(raw_query(&client, &other, &rows), REASON_NOT_ALLOWED);
    raw_close(&client);
    log_on(&auditor, 0);
    rows.used = 0;
    assert_int_equal(raw_query(&client, &other, &rows), REASON_NONE);
    assert_int_equal(order_once(1), REASON_UNKNOWN_PARTICIPANT); /* reads all, does nothing */
    raw_close(&client);
    stop(&server);
}

static void test_bad_market_file(void **state)
{
    (void)state;
    raw_write_file(market_path, "zone EWN\nzone GBA\n  instrument CO2 familly=carbon\n");
    assert_int_equal(refused("line=3 column=", NULL, NULL), EX_DATAERR);
    assert_int_equal(access(data, F_OK), -1); /* nothing half-made */
    raw_write_file(market_path, "zone EWN\nissue mill CO2 qty=5\n");
    assert_int_equal(refused("line=2 column=1 reason=UNKNOWN_PARTICIPANT", NULL, NULL), EX_DATAERR);
    assert_int_equal(access(data, F_OK), -1);
    raw_write_file(market_path, "zone EWN\ndigest\n");
    assert_int_equal(refused("line=2", NULL, NULL), EX_DATAERR);
    unlink(market_path);
    assert_int_equal(refused("ERR_NOT_FOUND", NULL, NULL), EX_NOINPUT);
    assert_int_equal(access(data, F_OK), -1);
}

static void test_bad_options(void **state)
{
    (void)state;
    assert_int_equal(refused("threads=9 is outside 1..3", "--threads", "9"), EX_USAGE);
    assert_int_equal(refused("begins with ipc", "--listen", "http://x"), EX_USAGE);
    assert_int_equal(refused("log-level=loud", "--log-level", "loud"), EX_USAGE);
    assert_int_equal(refused("capacity orders: asked for 7", "--orders", "7"), EX_CONFIG);
    assert_int_equal(access(data, F_OK), -1);
    assert_int_equal(refused("cannot listen on", "--listen", "ipc:///no/such/place"),
                     EX_UNAVAILABLE);
}

static void test_another_capacity_later(void **state)
{
    (void)state;
    struct raw_server server;
    assert_true(start(&server, NULL, NULL, NULL));
    stop(&server);
    assert_int_equal(
        refused("capacity orders: asked for 6000, the journal says 5000", "--orders", "6000"),
        EX_CONFIG);
    assert_true(start(&server, "--orders", "5000", NULL)); /* the same is fine */
    stop(&server);
}

static void test_directory_in_use(void **state)
{
    (void)state;
    struct raw_server server;
    assert_true(start(&server, NULL, NULL, NULL));
    snprintf(listen_url, sizeof listen_url, "ipc://%s/second", directory);
    assert_int_equal(refused("ERR_IN_USE", "--feed", "tcp://127.0.0.1:0"), EX_TEMPFAIL);
    stop(&server); /* the first one never noticed */
}

static void test_another_version(void **state)
{
    (void)state;
    struct raw_server server;
    char path[600];
    assert_true(start(&server, NULL, NULL, NULL));
    stop(&server);
    snprintf(path, sizeof path, "%s/VERSION", data);
    raw_write_file(path, "lingnan data 999\ncluster 00000000000000000000000000000000\n");
    assert_int_equal(refused("ERR_VERSION", NULL, NULL), EX_CONFIG);
    assert_true(raw_file_has(log_path, "999"));
}

/* A first start that died half way is thrown away and done again. */
static void test_half_made_directory(void **state)
{
    (void)state;
    struct raw_server server;
    struct keyfile key;
    char path[600];
    make_key(&key, "mill");
    assert_int_equal(register_key("mill", "enterprise", "mill"), 0);
    snprintf(path, sizeof path, "%s/first-start", data);
    raw_write_file(path, "");
    snprintf(path, sizeof path, "%s/journal", data);
    assert_int_equal(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/journal/00000001.seg", data);
    raw_write_file(path, "half of something");
    snprintf(path, sizeof path, "%s/VERSION", data);
    raw_write_file(path, "lin");
    assert_true(start(&server, NULL, NULL, NULL));
    log_on(&key, 0);
    assert_int_equal(client.welcome.sequence, 7);
    raw_close(&client);
    stop(&server);
}

/* kill -9 while the market is being journalled: the next start has all of it or does it again. */
static void test_kill_during_first_start(void **state)
{
    (void)state;
    struct raw_server server;
    struct keyfile key;
    FILE *file = fopen(market_path, "we");
    assert_non_null(file);
    fputs("zone EWN\n", file);
    for (int i = 0; i < 2000; i++)
        fprintf(file, "participant p%d zone=EWN\n", i);
    fclose(file);
    make_key(&key, "op");
    assert_int_equal(register_key("op", "operator", "-"), 0);
    for (int round = 0; round < 8; round++) {
        const char *line[] = {"--data",         data,      "--listen", listen_url,
                              "--feed",         feed_url,  "--market", market_path,
                              "--segment-size", "4194304", NULL};
        char remove_line[2048];
        raw_server_begin(&server, program, log_path, line);
        usleep((useconds_t)(round * 6000));
        raw_server_signal(&server, SIGKILL);
        assert_int_equal(raw_server_wait(&server), 128 + SIGKILL);
        assert_true(start(&server, NULL, NULL, NULL));
        log_on(&key, 0);
        assert_int_equal(client.welcome.sequence, 2001);
        raw_close(&client);
        raw_server_signal(&server, SIGKILL);
        raw_server_wait(&server);
        snprintf(remove_line, sizeof remove_line, "rm -rf %s/journal %s/view %s/VERSION", data,
                 data, data);
        (void)!system(remove_line);
    }
}

/* No space at the first start: named, and the little that fits is taken away again. */
static void test_full_disk_at_start(void **state)
{
    (void)state;
    char small[320];
    snprintf(small, sizeof small, "%s/small", directory);
    assert_int_equal(mkdir(small, 0755), 0);
    if (mount("tmpfs", small, "tmpfs", 0, "size=1m")) skip(); /* needs root */
    snprintf(data, sizeof data, "%s/data", small);
    int status = refused("ERR_DISK_FULL", NULL, NULL);
    bool gone = access(data, F_OK) == -1;
    assert_int_equal(umount(small), 0);
    assert_int_equal(status, EX_CANTCREAT);
    assert_true(gone);
}

/* A commit that fails stops the process by name; what was acknowledged before is there. */
static void test_failed_commit_stops_the_process(void **state)
{
    (void)state;
    struct raw_server server;
    struct keyfile key;
    struct wire_frame frame;
    make_key(&key, "mill");
    assert_int_equal(register_key("mill", "enterprise", "mill"), 0);
    assert_true(start(&server, NULL, NULL, NULL));
    log_on(&key, 0);
    assert_int_equal(order_once(1), REASON_NONE);
    struct rlimit none = {.rlim_cur = 4096, .rlim_max = 4096}; /* enough for the log only */
    assert_int_equal(prlimit(server.pid, RLIMIT_FSIZE, &none, NULL), 0);
    struct command command = sell(2);
    assert_true(raw_commands(&client, &command, 1));
    while (raw_receive(&client, &frame, 20000))
        assert_int_not_equal(frame.type, WIRE_ANSWERS); /* not a word about the second */
    raw_close(&client);
    assert_int_equal(raw_server_wait(&server), EX_CANTCREAT); /* ERR_DISK_FULL, in effect */
    assert_true(raw_file_has(log_path, "event=stopped-by-fault"));
    assert_true(start(&server, NULL, NULL, NULL));
    log_on(&key, 0);
    assert_int_equal(client.welcome.sequence, 8);
    assert_int_equal(order_once(2), REASON_NONE);
    raw_close(&client);
    stop(&server);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_first_start_and_restart),
        CASE(test_sigterm_answers_what_is_in_flight),
        CASE(test_who_may_log_on),
        CASE(test_who_may_look),
        CASE(test_bad_market_file),
        CASE(test_bad_options),
        CASE(test_another_capacity_later),
        CASE(test_directory_in_use),
        CASE(test_another_version),
        CASE(test_half_made_directory),
        CASE(test_kill_during_first_start),
        CASE(test_full_disk_at_start),
        CASE(test_failed_commit_stops_the_process),
    };
    if (argc < 2) raw_die("usage: test_serve PROGRAM");
    program = argv[1];
    return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
