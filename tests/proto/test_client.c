/* test_client.c - the client library against a server that says what each case tells it to: logon,
 * answers and reports, credits and BUSY, questions, deadlines. */
#include "tests/proto/client_case.h"

/* ---- Opening ---- */

static void test_open_says_who_we_are(void **state)
{
    (void)state;
    struct wire_welcome welcome;
    struct ln_message message;
    fake_play(&server, until_logoff);
    open_client();
    ln_session(client, &welcome);
    assert_string_equal(welcome.user.text, "tester");
    assert_string_equal(welcome.participant.text, "mill");
    assert_int_equal(welcome.participant_id, 3);
    assert_int_equal(welcome.role, ROLE_ENTERPRISE);
    assert_int_equal(ln_pending(client), 0);
    assert_int_equal(ln_receive(client, &message, 0), ERR_TIMEOUT);
    ln_close(client);
}

static void test_open_checks_options(void **state)
{
    (void)state;
    struct fault_text why;
    struct ln_options options = {.url = "http://127.0.0.1:1", .key_path = server.key_path};
    assert_int_equal(ln_open(&options, &client, &why), ERR_USAGE);
    options.url = NULL;
    assert_int_equal(ln_open(&options, &client, NULL), ERR_USAGE);
    options = (struct ln_options){.url = server.url};
    assert_int_equal(ln_open(&options, &client, &why), ERR_USAGE);
    options.key_path = "/nonexistent/key";
    assert_int_equal(ln_open(&options, &client, &why), ERR_NOT_FOUND);
    assert_int_equal(chmod(server.key_path, 0644), 0);
    assert_int_equal(open_with((struct ln_options){0}, &why), ERR_KEY);
}

static void test_open_without_server(void **state)
{
    (void)state;
    char url[128];
    struct fault_text why;
    snprintf(url, sizeof url, "ipc://%s/nobody.ipc", server.directory);
    const struct ln_options options = {.url = url, .key_path = server.key_path};
    assert_int_equal(ln_open(&options, &client, &why), ERR_CONNECT);
    assert_true(strlen(why.text) > 0);
}

static void test_open_with_wrong_key(void **state)
{
    (void)state;
    struct fault_text why;
    fake_play(&server, refuse_key);
    assert_int_equal(open_with((struct ln_options){0}, &why), ERR_KEY);
    assert_non_null(strstr(why.text, "ERR_KEY"));
}

static void say_nothing(struct fake_server *fake)
{
    if (fake_accept(fake)) fake_wait_release(fake);
}

static void test_open_gives_up_on_silence(void **state)
{
    (void)state;
    struct fault_text why;
    fake_play(&server, say_nothing);
    assert_int_equal(open_with((struct ln_options){.timeout_ms = 100}, &why), ERR_TIMEOUT);
    assert_true(strlen(why.text) > 0);
}

static void speak_another_version(struct fake_server *fake)
{
    uint8_t bytes[128];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    const struct wire_challenge challenge = {.version = WIRE_VERSION + 1};
    if (!fake_accept(fake)) return;
    FAKE_CHECK(fake, wire_challenge_put(&writer, &challenge));
    FAKE_CHECK(fake, fake_send(fake, bytes, writer.used));
    fake_wait_release(fake);
}

static void test_open_needs_the_same_version(void **state)
{
    (void)state;
    struct fault_text why;
    fake_play(&server, speak_another_version);
    assert_int_equal(open_with((struct ln_options){0}, &why), ERR_VERSION);
}

/* ---- Commands ---- */

static void answer_and_report(struct fake_server *fake)
{
    fake_greet(fake);
    const uint32_t lane = fake_commands(fake, 1, 3);
    FAKE_CHECK(fake, lane == 9);
    fake_answers(fake, lane, 1, 3, 0);
    fake_reports(fake, 500, 2);
    fake_wait_release(fake);
}

static void test_call_gives_answers_in_order(void **state)
{
    (void)state;
    struct wire_answer answers[3];
    struct ln_message message;
    fake_play(&server, answer_and_report);
    open_client();
    assert_int_equal(ln_call(client, periods(3), 3, answers, PATIENCE_MS), 0);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(answers[i].id, i + 1);
        assert_int_equal(answers[i].sequence, 101 + i);
    }
    struct pollfd waiting = {.fd = ln_fd(client), .events = POLLIN};
    assert_int_equal(poll(&waiting, 1, PATIENCE_MS), 1);
    for (uint64_t i = 0; i < 2; i++) {
        message = next();
        assert_int_equal(message.kind, LN_REPORT);
        assert_int_equal(message.report.order_id, 500 + i);
    }
    assert_int_equal(ln_receive(client, &message, 0), ERR_TIMEOUT);
    assert_int_equal(poll(&waiting, 1, 0), 0);
    assert_int_equal(ln_pending(client), 0);
    ln_close(client);
}

static void test_submit_refuses_wrong_batches(void **state)
{
    (void)state;
    uint64_t first;
    struct wire_answer answer;
    struct command nothing = {.type = 0};
    fake_play(&server, until_logoff);
    open_client();
    assert_int_equal(ln_submit(client, periods(1), 0, &first), ERR_USAGE);
    assert_int_equal(ln_submit(client, periods(1), FRAME_ITEMS_MAX + 1, &first), ERR_USAGE);
    assert_int_equal(ln_submit(client, &nothing, 1, &first), ERR_USAGE);
    assert_int_equal(ln_call(client, &nothing, 1, &answer, 0), ERR_USAGE);
    ln_close(client);
}

static void take_but_answer_late(struct fake_server *fake)
{
    fake_greet(fake);
    const uint32_t lane = fake_commands(fake, 1, 4);
    fake_wait_release(fake);
    fake_answers(fake, lane, 1, 4, 0);
    (void)fake_commands(fake, 5, 1);
    atomic_store(&fake->release, 0); /* before the answer: the end of the test sets it again */
    fake_answers(fake, lane, 5, 1, 0);
    fake_wait_release(fake);
}

/* The answers of a call that gave up go nowhere, and its commands keep their numbers. */
static void test_queue_is_bounded_and_calls_time_out(void **state)
{
    (void)state;
    uint64_t first = 0;
    struct wire_answer answers[2];
    struct ln_message message;
    fake_play(&server, take_but_answer_late);
    assert_int_equal(open_with((struct ln_options){.queue_max = 4}, NULL), 0);
    assert_int_equal(ln_submit(client, periods(2), 2, &first), 0);
    assert_int_equal(first, 1);
    assert_int_equal(ln_call(client, periods(2), 2, answers, 50), ERR_TIMEOUT);
    assert_int_equal(ln_submit(client, periods(1), 1, &first), ERR_BUSY);
    assert_int_equal(ln_pending(client), 4);
    atomic_store(&server.release, 1);
    assert_int_equal(ln_call(client, periods(1), 1, answers, PATIENCE_MS), 0); /* waits for room */
    assert_int_equal(answers[0].id, 5);
    expect_answer(1, 0);
    expect_answer(2, 0);
    assert_int_equal(ln_receive(client, &message, 0), ERR_TIMEOUT);
    ln_close(client);
}

static void give_two_credits(struct fake_server *fake)
{
    fake->credits = 2;
    fake_greet(fake);
    for (uint64_t id = 1; id <= 9; id += 2) { /* a third command at once fails fake_commands */
        const uint32_t lane = fake_commands(fake, id, 2);
        fake_answers(fake, lane, id, 2, 0);
    }
    fake_wait_release(fake);
}

static void test_credits_bound_what_is_under_way(void **state)
{
    (void)state;
    static struct wire_answer answers[10];
    fake_play(&server, give_two_credits);
    open_client();
    assert_int_equal(ln_call(client, periods(10), 10, answers, PATIENCE_MS), 0);
    assert_int_equal(answers[9].id, 10);
    ln_close(client);
}

static void be_busy(struct fake_server *fake)
{
    fake_greet(fake);
    const uint32_t lane = fake_commands(fake, 1, 5);
    fake_busy(fake, lane, 3, 20);
    fake_answers(fake, lane, 1, 2, 0);
    (void)fake_commands(fake, 3, 3); /* again, from the first that was not taken */
    fake_answers(fake, lane, 3, 3, 0);
    fake_wait_release(fake);
}

static void test_busy_sends_again_in_order(void **state)
{
    (void)state;
    struct wire_answer answers[5];
    fake_play(&server, be_busy);
    open_client();
    assert_int_equal(ln_call(client, periods(5), 5, answers, PATIENCE_MS), 0);
    for (uint64_t i = 0; i < 5; i++)
        assert_int_equal(answers[i].id, i + 1);
    ln_close(client);
}
/* ---- Questions ---- */

static uint32_t fake_question(struct fake_server *fake)
{
    struct wire_frame frame;
    struct wire_query query = {0};
    FAKE_CHECK(fake, fake_next(fake, &frame) && frame.type == WIRE_QUERY);
    FAKE_CHECK(fake, !wire_query_get(&frame, &query, NULL));
    return query.ticket;
}

static void fake_rows(struct fake_server *fake, uint32_t ticket, uint32_t count, bool last)
{
    uint8_t bytes[4096];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    const struct wire_rows head = {.sequence = 77, .ticket = ticket, .last = last};
    FAKE_CHECK(fake, wire_open(&writer, WIRE_ROWS));
    FAKE_CHECK(fake, wire_rows_put(&writer, &head));
    for (uint32_t i = 0; i < count; i++) {
        const struct event_named row = {.head = {.type = EVENT_NAMED, .size = sizeof row},
                                        .id = i,
                                        .command = COMMAND_ZONE,
                                        .zone = ZONE_NONE,
                                        .name = {.text = {'z', (char)('0' + i)}}};
        FAKE_CHECK(fake, wire_row_put(&writer, &row.head));
    }
    wire_close(&writer);
    FAKE_CHECK(fake, fake_send(fake, bytes, writer.used));
}

static void count_row(void *context, const struct event *row)
{
    uint32_t *rows = context;
    if (row->type == EVENT_NAMED) ++*rows;
}

static void answer_questions(struct fake_server *fake)
{
    uint8_t bytes[128];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    fake_greet(fake);
    uint32_t ticket = fake_question(fake);
    fake_rows(fake, ticket, 2, false);
    fake_rows(fake, ticket, 1, true);
    ticket = fake_question(fake); /* not answered in time ... */
    fake_wait_release(fake);
    fake_rows(fake, ticket, 2, true); /* ... but before the next one */
    ticket = fake_question(fake);
    const struct wire_digest digest = {.hash = {1, 2, 3}, .sequence = 78, .ticket = ticket};
    FAKE_CHECK(fake, wire_digest_put(&writer, &digest));
    atomic_store(&fake->release, 0); /* before the answer: the end of the test sets it again */
    FAKE_CHECK(fake, fake_send(fake, bytes, writer.used));
    fake_wait_release(fake);
}

static void test_questions(void **state)
{
    (void)state;
    uint32_t rows = 0;
    struct ln_answer answer;
    struct query query = {.kind = QUERY_BOOK};
    fake_play(&server, answer_questions);
    open_client();
    assert_int_equal(ln_query(client, &query, count_row, &rows, &answer, PATIENCE_MS), 0);
    assert_int_equal(rows, 3);
    assert_int_equal(answer.rows, 3);
    assert_int_equal(answer.sequence, 77);
    assert_int_equal(answer.reason, REASON_NONE);
    assert_int_equal(ln_query(client, &query, count_row, &rows, &answer, 50), ERR_TIMEOUT);
    atomic_store(&server.release, 1);
    query.kind = QUERY_DIGEST;
    assert_int_equal(ln_query(client, &query, count_row, &rows, &answer, PATIENCE_MS), 0);
    assert_int_equal(rows, 3); /* rows that came too late were not shown */
    assert_int_equal(answer.sequence, 78);
    assert_int_equal(answer.hash[2], 3);
    query.kind = QUERY_END;
    assert_int_equal(ln_query(client, &query, count_row, &rows, &answer, 0), ERR_USAGE);
    ln_close(client);
}

static void teach(struct fake_server *fake)
{
    fake_greet(fake);
    fake_rows(fake, fake_question(fake), 2, true);
    fake_rows(fake, fake_question(fake), 0, true);
    fake_wait_release(fake);
}

static void test_learn_reads_all_pages(void **state)
{
    (void)state;
    const struct name name = {.text = "z1"};
    struct directory *directory = directory_create();
    assert_non_null(directory);
    fake_play(&server, teach);
    open_client();
    assert_int_equal(ln_learn(client, directory, PATIENCE_MS), 0);
    assert_int_equal(directory_zones(directory), 2);
    assert_int_equal(directory_zone(directory, &name), 1);
    ln_close(client);
    directory_destroy(directory);
}

/* ---- Deadlines and threads ---- */

static void wait_for_heartbeat(struct fake_server *fake)
{
    struct wire_frame frame;
    fake->heartbeat_ms = 500;
    fake_greet(fake);
    FAKE_CHECK(fake, fake_receive(fake, &frame) && frame.type == WIRE_HEARTBEAT);
    fake_wait_release(fake); /* and says none itself */
}

static void test_heartbeats(void **state)
{
    (void)state;
    fake_play(&server, wait_for_heartbeat);
    open_client();
    expect_kind(LN_LOST, ERR_TIMEOUT);
    ln_close(client);
}

static void *stop(void *argument)
{
    usleep(20000);
    ln_stop(argument);
    return NULL;
}

static void greet_and_wait(struct fake_server *fake)
{
    fake_greet(fake);
    fake_wait_release(fake);
}

static void test_stop_wakes_a_waiting_call(void **state)
{
    (void)state;
    pthread_t thread;
    struct wire_answer answer;
    uint64_t first;
    fake_play(&server, greet_and_wait);
    open_client();
    assert_int_equal(pthread_create(&thread, NULL, stop, client), 0);
    assert_int_equal(ln_call(client, periods(1), 1, &answer, PATIENCE_MS), ERR_CLOSED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(ln_submit(client, periods(1), 1, &first), ERR_CLOSED);
    ln_close(client);
}

/* An own callback submits the next command from within the answer to the last one. */
static _Atomic uint32_t called;

static void submit_next(void *context, const struct ln_message *message)
{
    uint64_t first;
    (void)context;
    if (message->kind != LN_ANSWER) return;
    if (atomic_fetch_add(&called, 1) < 2) (void)ln_submit(client, periods(1), 1, &first);
}

static void answer_one_by_one(struct fake_server *fake)
{
    fake_greet(fake);
    for (uint64_t id = 1; id <= 3; id++)
        fake_answers(fake, fake_commands(fake, id, 1), id, 1, 0);
    fake_wait_release(fake);
}

static void test_own_callback_may_submit(void **state)
{
    (void)state;
    uint64_t first;
    atomic_store(&called, 0);
    fake_play(&server, answer_one_by_one);
    assert_int_equal(open_with((struct ln_options){.on_message = submit_next}, NULL), 0);
    assert_int_equal(ln_submit(client, periods(1), 1, &first), 0);
    for (int i = 0; i < PATIENCE_MS && atomic_load(&called) < 3; i++)
        usleep(1000);
    assert_int_equal(atomic_load(&called), 3);
    ln_close(client);
}

static void report_much(struct fake_server *fake)
{
    fake_greet(fake);
    for (uint64_t i = 0; i < 40; i++) /* more than an inbox of 4 096 takes */
        fake_reports(fake, i * 500, 500);
    fake_wait_release(fake);
}

static void test_full_inbox_pauses_and_loses_nothing(void **state)
{
    (void)state;
    fake_play(&server, report_much);
    assert_int_equal(open_with((struct ln_options){.inbox_max = 4096}, NULL), 0);
    usleep(50000); /* lets it fill */
    for (uint64_t i = 0; i < 20000; i++) {
        const struct ln_message message = next();
        assert_int_equal(message.kind, LN_REPORT);
        assert_int_equal(message.report.order_id, i);
    }
    ln_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_open_says_who_we_are),
        CASE(test_open_checks_options),
        CASE(test_open_without_server),
        CASE(test_open_with_wrong_key),
        CASE(test_open_gives_up_on_silence),
        CASE(test_open_needs_the_same_version),
        CASE(test_call_gives_answers_in_order),
        CASE(test_submit_refuses_wrong_batches),
        CASE(test_queue_is_bounded_and_calls_time_out),
        CASE(test_credits_bound_what_is_under_way),
        CASE(test_busy_sends_again_in_order),
        CASE(test_questions),
        CASE(test_learn_reads_all_pages),
        CASE(test_heartbeats),
        CASE(test_stop_wakes_a_waiting_call),
        CASE(test_own_callback_may_submit),
        CASE(test_full_inbox_pauses_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
