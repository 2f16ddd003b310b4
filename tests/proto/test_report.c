/* test_report.c - which execution reports and answers an event means. */
#include "tests/lib/cmocka_all.h"
#include "engine/reason.h"
#include "proto/report.h"

static struct wire_report reports[REPORTS_PER_EVENT];

#define HEAD(NAME, suffix)                                                                         \
    {                                                                                              \
        .type = EVENT_##NAME, .size = sizeof(struct event_##suffix), .sequence = 7                 \
    }
#define MAKE(NAME, suffix, ...)                                                                    \
    report_make(&(struct event_##suffix){.head = HEAD(NAME, suffix), __VA_ARGS__}.head, 99, reports)

static void test_an_order(void **state)
{
    (void)state;
    assert_int_equal(MAKE(ACCEPTED, accepted, .order_id = 5, .qty = 10, .price = 20,
                          .client_id = {"A"}, .participant = 3, .instrument = 2, .zone = 1,
                          .side = SIDE_SELL),
                     1);
    assert_true(reports[0].exec == EXEC_NEW && reports[0].status == STATUS_NEW);
    assert_true(reports[0].left == 10 && reports[0].filled == 0 && reports[0].price == 20);
    assert_true(reports[0].side == '2' && reports[0].participant == 3 && reports[0].zone == 1);
    assert_true(reports[0].sequence == 7 && reports[0].time_ns == 99 && reports[0].order_id == 5);
    assert_true(reports[0].cancel == UNSET_ENUM && reports[0].other_zone == ZONE_NONE);
    assert_int_equal(MAKE(REJECTED, rejected, .command = COMMAND_CANCEL, .reason = REASON_PHASE),
                     1);
    assert_true(reports[0].exec == EXEC_REJECTED && reports[0].reason == REASON_PHASE);
    assert_int_equal(MAKE(REJECTED, rejected, .command = COMMAND_DEPOSIT), 0);
    assert_int_equal(
        MAKE(CANCELLED, cancelled, .left = 4, .filled = 6, .reason = CANCEL_REASON_IOC), 1);
    assert_true(reports[0].exec == EXEC_CANCELED && reports[0].status == STATUS_CANCELED);
    assert_true(reports[0].last_qty == 4 && reports[0].left == 0 && reports[0].filled == 6);
    assert_int_equal(MAKE(CANCELLED, cancelled, .left = 4, .reason = CANCEL_REASON_EXPIRED), 1);
    assert_true(reports[0].exec == EXEC_EXPIRED && reports[0].status == STATUS_EXPIRED);
    assert_int_equal(MAKE(REPLACED, replaced, .left = 4, .filled = 1, .price = 8), 1);
    assert_true(reports[0].exec == EXEC_REPLACED && reports[0].status == STATUS_PARTIAL);
    assert_int_equal(reports[0].kept_priority, 0);
    assert_int_equal(MAKE(REPLACED, replaced, .left = 4, .price = 8, .kept_priority = 1), 1);
    assert_int_equal(reports[0].kept_priority, 1);
    assert_int_equal(MAKE(RESTED, rested, .left = 1), 0);
    assert_int_equal(MAKE(DONE, done, .command = COMMAND_DEPOSIT), 0);
}

static void test_a_trade_has_two_sides(void **state)
{
    (void)state;
    assert_int_equal(MAKE(TRADE, trade, .n = 1, .maker_order = 5, .taker_order = 6,
                          .received = 1000, .delivered = 1200, .buyer_price = 6180,
                          .seller_price = 5000, .pays = 6180000, .gets = 6000000, .buyer_fee = 11,
                          .seller_fee = 12, .maker_left = 0, .taker_left = 300,
                          .maker_filled = 1200, .taker_filled = 1000, .maker_client = {"S2"},
                          .taker_client = {"B1"}, .maker_participant = 1, .taker_participant = 2,
                          .from_zone = 0, .to_zone = 1, .maker_side = SIDE_SELL),
                     2);
    assert_true(reports[0].order_id == 5 && reports[0].participant == 1);
    assert_true(reports[0].side == '2' && reports[0].last_qty == 1200);
    assert_true(reports[0].last_price == 5000 && reports[0].money == 6000000);
    assert_true(reports[0].fee == 12 && reports[0].status == STATUS_FILLED);
    assert_true(reports[0].zone == 0 && reports[0].other_zone == 1 && reports[0].liquidity == 1);
    assert_true(reports[1].order_id == 6 && reports[1].side == '1' && reports[1].fee == 11);
    assert_true(reports[1].last_qty == 1000 && reports[1].money == 6180000);
    assert_true(reports[1].status == STATUS_PARTIAL && reports[1].left == 300);
    assert_true(reports[1].zone == 1 && reports[1].other_zone == 0 && reports[1].liquidity == 2);
    assert_int_equal(MAKE(TRADE, trade, .maker_side = SIDE_BUY, .received = 5, .delivered = 6), 2);
    assert_true(reports[0].side == '1' && reports[0].last_qty == 5);
    assert_true(reports[1].side == '2' && reports[1].last_qty == 6);
}

static void test_a_call_fill(void **state)
{
    (void)state;
    assert_int_equal(MAKE(CALL_FILL, call_fill, .price = 6300, .qty = 300, .fee = 4, .left = 1,
                          .filled = 300, .limit_price = 6400, .side = SIDE_BUY, .zone = 1),
                     1);
    assert_true(reports[0].exec == EXEC_TRADE && reports[0].money == 1890000);
    assert_true(reports[0].liquidity == 4 && reports[0].trade == 0 && reports[0].price == 6400);
}

static void test_a_triggered_stop(void **state)
{
    (void)state;
    assert_int_equal(MAKE(TRIGGERED, triggered, .order_id = 5, .left = 10, .stop_price = 20,
                          .price = 21, .client_id = {"T"}, .participant = 3, .side = SIDE_BUY),
                     1);
    assert_true(reports[0].exec == EXEC_TRIGGERED && reports[0].status == STATUS_NEW);
    assert_true(reports[0].order_id == 5 && reports[0].left == 10 && reports[0].participant == 3);
    assert_true(reports[0].price == 21 && reports[0].last_price == 20);
    assert_int_equal(MAKE(PARKED, parked, .left = 10), 0);
    assert_int_equal(MAKE(SHOWN, shown, .left = 10), 0);
    assert_int_equal(MAKE(REJECTED, rejected, .command = COMMAND_CLICK, .reason = REASON_LOT), 1);
    assert_int_equal(MAKE(REJECTED, rejected, .command = COMMAND_BLOCK, .reason = REASON_LOT), 0);
}

static void test_agreements_and_busts_have_two_sides(void **state)
{
    (void)state;
    assert_int_equal(MAKE(BLOCK_TRADE, block_trade, .n = 3, .received = 100, .delivered = 120,
                          .buyer_price = 6304, .seller_price = 5100, .pays = 630400, .gets = 612000,
                          .buyer_fee = 1, .seller_fee = 2, .name = {"K1"}, .seller = 7, .buyer = 8,
                          .from_zone = 0, .to_zone = 1),
                     2);
    assert_true(reports[0].exec == EXEC_TRADE && reports[0].order_id == ORDER_ID_NONE);
    assert_true(reports[0].participant == 8 && reports[0].side == '1' && reports[0].fee == 1);
    assert_true(reports[0].last_qty == 100 && reports[0].money == 630400 && reports[0].trade == 3);
    assert_true(reports[1].participant == 7 && reports[1].side == '2' && reports[1].fee == 2);
    assert_true(reports[1].last_qty == 120 && reports[1].money == 612000);
    assert_true(reports[1].zone == 0 && reports[1].other_zone == 1);
    assert_int_equal(MAKE(BUSTED, busted, .n = 3, .received = 100, .delivered = 120, .pays = 630400,
                          .gets = 612000, .cause = {"typo"}, .seller = 7, .buyer = 8),
                     2);
    assert_true(reports[0].exec == EXEC_TRADE_CANCEL && reports[0].participant == 8);
    assert_true(reports[1].participant == 7 && reports[1].money == 612000);
    assert_int_equal(MAKE(PERMITTED, permitted, .n = 3, .state = PERMIT_ESCROW), 0);
    assert_int_equal(MAKE(PERMITTED, permitted, .n = 3, .state = PERMIT_DELIVERED), 0);
    assert_int_equal(
        MAKE(PERMITTED, permitted, .n = 3, .buyer = 8, .seller = 7, .state = PERMIT_REFUSED), 2);
    assert_true(reports[0].exec == EXEC_TRADE_CANCEL && reports[0].trade == 3);
    assert_true(reports[0].participant == 8 && reports[1].participant == 7);
    assert_int_equal(MAKE(PENDING, pending, .command = COMMAND_BLOCK), 0);
}

static void test_awards(void **state)
{
    (void)state;
    assert_int_equal(MAKE(AWARD, award, .qty = 10, .price = 30, .participant = 4, .name = {"A1"}),
                     1);
    assert_true(reports[0].exec == EXEC_TRADE && reports[0].status == STATUS_FILLED);
    assert_true(reports[0].money == 300 && reports[0].filled == 10 && reports[0].trade == 0);
    assert_true(reports[0].order_id == ORDER_ID_NONE && reports[0].participant == 4);
    assert_int_equal(reports[0].instrument, INSTRUMENT_NONE);
    assert_int_equal(MAKE(AWARD, award, .qty = 10, .price = 30, .state = AWARD_STATE_AWARDED), 1);
    assert_true(reports[0].exec == EXEC_PENDING && reports[0].left == 10);
    assert_int_equal(MAKE(AWARD, award, .qty = 10, .price = 30, .state = AWARD_STATE_DEFAULTED), 1);
    assert_true(reports[0].exec == EXEC_CANCELED && reports[0].filled == 0);
}

static void test_a_repeat_is_not_reported(void **state)
{
    (void)state;
    struct event_accepted event = {.head = HEAD(ACCEPTED, accepted)};
    event.head.flags = EVENT_FLAG_REPEAT;
    assert_int_equal(report_make(&event.head, 1, reports), 0);
}

static void test_answers(void **state)
{
    (void)state;
    struct command command = {.type = COMMAND_ORDER, .lane = 2, .id = 3};
    struct wire_answer answer;
    struct event_accepted accepted = {.head = HEAD(ACCEPTED, accepted), .order_id = 8};
    report_answer(&command, &accepted.head, &answer);
    assert_true(answer.lane == 2 && answer.id == 3 && answer.sequence == 7);
    assert_true(answer.order_id == 8 && answer.reason == REASON_NONE && answer.flags == 0);
    assert_true(answer.created == UINT32_MAX && answer.command == COMMAND_ORDER);
    struct event_rejected rejected = {.head = HEAD(REJECTED, rejected), .reason = REASON_LOT};
    rejected.head.flags = EVENT_FLAG_REPEAT;
    report_answer(&command, &rejected.head, &answer);
    assert_true(answer.reason == REASON_LOT && answer.flags == ANSWER_FLAG_REPEAT);
    struct event_named named = {.head = HEAD(NAMED, named), .id = 12};
    report_answer(&command, &named.head, &answer);
    assert_true(answer.created == 12 && answer.order_id == ORDER_ID_NONE);
    struct event_replaced replaced = {.head = HEAD(REPLACED, replaced), .order_id = 4};
    report_answer(&command, &replaced.head, &answer);
    assert_true(answer.order_id == 4);
    struct event_cancelled cancelled = {.head = HEAD(CANCELLED, cancelled), .order_id = 5};
    report_answer(&command, &cancelled.head, &answer);
    assert_true(answer.order_id == 5);
    struct event_done done = {.head = HEAD(DONE, done)};
    report_answer(&command, &done.head, &answer);
    assert_true(answer.order_id == ORDER_ID_NONE && answer.reason == REASON_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_an_order),
                                       cmocka_unit_test(test_a_trade_has_two_sides),
                                       cmocka_unit_test(test_a_call_fill),
                                       cmocka_unit_test(test_a_triggered_stop),
                                       cmocka_unit_test(test_agreements_and_busts_have_two_sides),
                                       cmocka_unit_test(test_awards),
                                       cmocka_unit_test(test_a_repeat_is_not_reported),
                                       cmocka_unit_test(test_answers)};
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
