/* test_client_loss.c - the client library when things break: lost connections, refusals, damaged
 * frames, another exchange. */
#include "tests/proto/client_case.h"

/* ---- Lost connections ---- */

static void lose_in_the_middle(struct fake_server *fake)
{
    fake_greet(fake);
    const uint32_t lane = fake_commands(fake, 1, 5);
    fake_answers(fake, lane, 1, 2, 0);
    fake_hang_up(fake);
    fake_greet(fake);
    FAKE_CHECK(fake, fake_commands(fake, 3, 3) == lane);
    fake_answers(fake, lane, 3, 3, ANSWER_FLAG_REPEAT);
    fake_wait_release(fake);
}

static void test_lost_connection_sends_the_unanswered_again(void **state)
{
    (void)state;
    uint64_t first;
    fake_play(&server, lose_in_the_middle);
    open_client();
    assert_int_equal(ln_submit(client, periods(5), 5, &first), 0);
    expect_answer(1, 0);
    expect_answer(2, 0);
    expect_kind(LN_LOST, ERR_CLOSED);
    expect_kind(LN_BACK, 0);
    for (uint64_t id = 3; id <= 5; id++)
        expect_answer(id, ANSWER_FLAG_REPEAT);
    assert_int_equal(ln_pending(client), 0);
    ln_close(client);
}

static void test_call_survives_a_lost_connection(void **state)
{
    (void)state;
    struct wire_answer answers[5];
    fake_play(&server, lose_in_the_middle);
    open_client();
    assert_int_equal(ln_call(client, periods(5), 5, answers, PATIENCE_MS), 0);
    assert_int_equal(answers[1].flags, 0);
    assert_int_equal(answers[2].flags, ANSWER_FLAG_REPEAT);
    assert_int_equal(answers[4].id, 5);
    ln_close(client);
}

static void lose_at_once(struct fake_server *fake)
{
    fake_greet(fake);
    fake_hang_up(fake);
    fake_greet(fake);
    fake_wait_release(fake);
}

/* The connection may be gone before ln_open's caller has woken; it was open all the same. */
static void test_lost_right_after_the_welcome(void **state)
{
    (void)state;
    fake_play(&server, lose_at_once);
    open_client();
    expect_kind(LN_LOST, ERR_CLOSED);
    expect_kind(LN_BACK, 0);
    ln_close(client);
}

static void vanish(struct fake_server *fake)
{
    fake_greet(fake);
    fake_wait_opened(fake);
    nng_stream_listener_close(fake->listener);
    fake_hang_up(fake);
}

static void test_gives_up_in_the_end(void **state)
{
    (void)state;
    uint64_t first;
    struct ln_message message;
    fake_play(&server, vanish);
    assert_int_equal(open_with((struct ln_options){.give_up_ms = 200}, NULL), 0);
    expect_kind(LN_LOST, ERR_CLOSED);
    expect_kind(LN_FAILED, ERR_CONNECT);
    assert_int_equal(ln_receive(client, &message, PATIENCE_MS), ERR_CLOSED);
    assert_int_equal(ln_submit(client, periods(1), 1, &first), ERR_CLOSED);
    ln_close(client);
}

static void refuse_later(struct fake_server *fake)
{
    fake_greet(fake);
    fake_wait_opened(fake);
    fake_fault(fake, ERR_REFUSED, "account");
    fake_wait_release(fake);
}

static void test_fault_of_the_server_ends_it_by_name(void **state)
{
    (void)state;
    struct wire_answer answer;
    fake_play(&server, refuse_later);
    open_client();
    const struct ln_message message = next();
    assert_int_equal(message.kind, LN_FAILED);
    assert_int_equal(message.fault, ERR_REFUSED);
    assert_non_null(strstr(message.why.text, "ERR_REFUSED"));
    assert_non_null(strstr(message.why.text, "account"));
    assert_int_equal(ln_call(client, periods(1), 1, &answer, PATIENCE_MS), ERR_CLOSED);
    ln_close(client);
}

static void refuse_on_return(struct fake_server *fake)
{
    fake_greet(fake);
    fake_wait_opened(fake);
    fake_fault(fake, ERR_SLOW_READER, "reports");
    fake_hang_up(fake);
    refuse_key(fake);
}

static void test_key_withdrawn_meanwhile(void **state)
{
    (void)state;
    fake_play(&server, refuse_on_return);
    open_client();
    expect_kind(LN_LOST, ERR_SLOW_READER);
    expect_kind(LN_FAILED, ERR_KEY);
    ln_close(client);
}

/* ---- Damaged frames ---- */

static void send_oversize(struct fake_server *fake)
{
    const uint8_t head[FRAME_HEAD] = {0xff, 0xff, 0xff, 0x7f, WIRE_REPORTS};
    fake_greet(fake);
    fake_wait_opened(fake);
    FAKE_CHECK(fake, fake_send(fake, head, sizeof head));
    fake_wait_release(fake);
}

static void test_oversize_frame_is_refused(void **state)
{
    (void)state;
    fake_play(&server, send_oversize);
    open_client();
    const struct ln_message message = next();
    assert_true(message.kind == LN_LOST || message.kind == LN_FAILED);
    assert_int_equal(message.fault, ERR_TOO_LONG);
    ln_close(client);
}

static void send_damage(struct fake_server *fake)
{
    const uint8_t cut[FRAME_HEAD + 3] = {FRAME_HEAD - 4 + 3, 0, 0, 0, WIRE_REPORTS, 0, 1, 0};
    fake_greet(fake);
    fake_wait_opened(fake);
    FAKE_CHECK(fake, fake_send(fake, cut, sizeof cut));
    fake_wait_release(fake);
}

static void test_damaged_frame_is_refused(void **state)
{
    (void)state;
    fake_play(&server, send_damage);
    open_client();
    const struct ln_message message = next();
    assert_true(message.kind == LN_LOST || message.kind == LN_FAILED);
    assert_int_equal(message.fault, ERR_MALFORMED);
    ln_close(client);
}

static void answer_what_was_not_asked(struct fake_server *fake)
{
    fake_greet(fake);
    fake_wait_opened(fake);
    fake_answers(fake, 9, 1, 1, 0);
    fake_wait_release(fake);
}

static void test_answer_to_nothing_is_refused(void **state)
{
    (void)state;
    fake_play(&server, answer_what_was_not_asked);
    open_client();
    const struct ln_message message = next();
    assert_true(message.kind == LN_LOST || message.kind == LN_FAILED);
    assert_int_equal(message.fault, ERR_MALFORMED);
    ln_close(client);
}

static void greet_as_another(struct fake_server *fake)
{
    fake_greet(fake);
    fake_hang_up(fake);
    struct wire_challenge challenge = {.cluster = {0xee}, .version = WIRE_VERSION};
    uint8_t bytes[128];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    FAKE_CHECK(fake, fake_accept(fake));
    FAKE_CHECK(fake, wire_challenge_put(&writer, &challenge));
    FAKE_CHECK(fake, fake_send(fake, bytes, writer.used));
    fake_wait_release(fake);
}

/* Unanswered commands are for one exchange only. */
static void test_another_exchange_is_refused(void **state)
{
    (void)state;
    fake_play(&server, greet_as_another);
    open_client();
    expect_kind(LN_LOST, ERR_CLOSED);
    expect_kind(LN_FAILED, ERR_CONFLICT);
    assert_int_equal(ln_submit(client, periods(1), 1, NULL), ERR_CLOSED);
    ln_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_lost_connection_sends_the_unanswered_again),
        CASE(test_call_survives_a_lost_connection),
        CASE(test_lost_right_after_the_welcome),
        CASE(test_gives_up_in_the_end),
        CASE(test_fault_of_the_server_ends_it_by_name),
        CASE(test_key_withdrawn_meanwhile),
        CASE(test_oversize_frame_is_refused),
        CASE(test_damaged_frame_is_refused),
        CASE(test_answer_to_nothing_is_refused),
        CASE(test_another_exchange_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
