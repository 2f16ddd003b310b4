/* One connection without a socket: what each state takes, credits and BUSY, what malformed input
 * leaves behind (nothing). */
#include "tests/lib/cmocka_all.h"
#include "gateway/speaker.h"
#include <sodium.h>
#include <string.h>

static struct speaker speaker;
static struct speaker_doors doors;
static struct waker waker;
static uint64_t committed_index;

static uint64_t committed(void *context)
{
    (void)context;
    return committed_index;
}

static int setup(void **state)
{
    (void)state;
    static const uint8_t cluster[CLUSTER_BYTES] = {1, 2, 3};
    memset(&doors, 0, sizeof doors);
    doors.engine = &waker;
    doors.desk = &waker;
    doors.committed = committed;
    doors.credits = 16;
    committed_index = 5;
    if (sodium_init() < 0 || speaker_create(&speaker, 9)) return -1;
    speaker_begin(&speaker, cluster);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    speaker_destroy(&speaker);
    return 0;
}

static int give(struct wire_writer *writer)
{
    struct wire_frame frame;
    size_t used;
    assert_int_equal(wire_frame_get(writer->bytes, writer->used, &frame, &used), 0);
    return speaker_frame(&speaker, &doors, &frame);
}

static uint8_t bytes[FRAME_MAX];

static struct wire_writer commands(uint32_t lane, uint64_t first_id, uint32_t count)
{
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    assert_true(wire_open(&writer, WIRE_COMMANDS));
    for (uint32_t i = 0; i < count; i++) {
        struct command command = {
            .type = COMMAND_PERIOD, .lane = lane, .id = first_id + i, .body.period.year = 2026};
        assert_true(wire_command_put(&writer, &command));
    }
    wire_close(&writer);
    return writer;
}

static void go_live(void)
{
    speaker.role = ROLE_ENTERPRISE;
    speaker.participant = 42;
    atomic_store(&speaker.state, SPEAKER_LIVE);
}

/* Takes the next frame the client would read from one of the rings. */
static uint16_t read_out(enum speaker_out which, struct wire_frame *frame)
{
    static uint8_t copy[FRAME_MAX];
    uint32_t size;
    uint32_t ready = ring_ready(&speaker.out[which]);
    if (!ready) return 0;
    const uint8_t *piece =
        ring_bytes_piece(&speaker.out[which], speaker.out_slots[which], 0, ready, &size);
    memcpy(copy, piece, size);
    size_t used;
    assert_int_equal(wire_frame_get(copy, size, frame, &used), 0);
    ring_take(&speaker.out[which], (uint32_t)used);
    return frame->type;
}

static void test_challenge_comes_first(void **state)
{
    (void)state;
    struct wire_frame frame;
    struct wire_challenge challenge;
    assert_int_equal(read_out(SPEAKER_DESK, &frame), WIRE_CHALLENGE);
    assert_int_equal(wire_challenge_get(&frame, &challenge, NULL), 0);
    assert_memory_equal(challenge.nonce, speaker.nonce, sizeof challenge.nonce);
    assert_int_equal(challenge.cluster[2], 3);
    assert_int_equal(challenge.version, WIRE_VERSION);
}

static void test_only_logon_before_welcome(void **state)
{
    (void)state;
    struct wire_writer writer = commands(1, 1, 1);
    assert_int_equal(give(&writer), ERR_REFUSED);
    assert_int_equal(speaker_failed(&speaker), ERR_REFUSED);
    assert_string_equal(speaker.fault.field.text, "logon");
    assert_true(ring_empty(&speaker.commands));
}

static void test_logon_goes_to_the_desk(void **state)
{
    (void)state;
    struct wire_logon logon = {.version = WIRE_VERSION, .public_key = {7}};
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    uint64_t mask[READY_WORDS] = {0};
    assert_true(wire_logon_put(&writer, &logon));
    assert_int_equal(give(&writer), 0);
    assert_int_equal(atomic_load(&speaker.state), SPEAKER_CHECKING);
    assert_true(ready_swap(&doors.requests_ready, mask));
    assert_int_equal(ready_next(mask, 0), 9);
    assert_int_equal(speaker.request_slots[0].type, WIRE_LOGON);
    assert_int_equal(speaker.request_slots[0].asked_index, 5);
    assert_int_equal(give(&writer), ERR_REFUSED); /* not twice */
    assert_string_equal(speaker.fault.field.text, "welcome");
}

static void test_logon_of_another_version(void **state)
{
    (void)state;
    struct wire_logon logon = {.version = WIRE_VERSION + 1};
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    assert_true(wire_logon_put(&writer, &logon));
    assert_int_equal(give(&writer), ERR_VERSION);
    assert_int_equal(speaker.fault.limit, WIRE_VERSION);
}

/* Role, actor and subject come from the speaker, whatever the client sent. */
static void test_who_acts_comes_from_the_speaker(void **state)
{
    (void)state;
    uint64_t mask[READY_WORDS] = {0};
    go_live();
    struct wire_writer writer = commands(3, 10, 4);
    assert_int_equal(give(&writer), 0);
    assert_int_equal(ring_ready(&speaker.commands), 4);
    assert_true(ready_swap(&doors.commands_ready, mask));
    assert_int_equal(ready_next(mask, 0), 9);
    for (uint32_t i = 0; i < 4; i++) {
        const struct command *command =
            &speaker.command_slots[ring_full_slot(&speaker.commands, i)];
        assert_int_equal(command->role, ROLE_ENTERPRISE);
        assert_int_equal(command->actor, 42);
        assert_int_equal(command->subject, 42);
        assert_int_equal(command->lane, 3);
        assert_int_equal(command->id, 10 + i);
        assert_int_equal(command->body.period.year, 2026);
    }
}

/* What exceeds the credits is not taken; BUSY names the first of it, and everything else is
 * ignored until the client begins again exactly there. */
static void test_busy_keeps_the_order(void **state)
{
    (void)state;
    struct wire_frame frame;
    struct wire_busy busy;
    go_live();
    struct wire_writer writer = commands(3, 1, 20);
    assert_int_equal(give(&writer), 0);
    assert_int_equal(ring_ready(&speaker.commands), 16);
    assert_int_equal(read_out(SPEAKER_CONTROL, &frame), WIRE_BUSY);
    assert_int_equal(wire_busy_get(&frame, &busy, NULL), 0);
    assert_int_equal(busy.lane, 3);
    assert_int_equal(busy.id, 17);
    assert_int_equal(busy.retry_ms, BUSY_RETRY_MS);
    writer = commands(3, 21, 5); /* was already on its way */
    assert_int_equal(give(&writer), 0);
    assert_int_equal(ring_ready(&speaker.commands), 16);
    assert_true(ring_empty(&speaker.out[SPEAKER_CONTROL]));
    ring_take(&speaker.commands, 16);
    writer = commands(3, 17, 4); /* drained, but not answered: no credits yet */
    assert_int_equal(give(&writer), 0);
    assert_int_equal(read_out(SPEAKER_CONTROL, &frame), WIRE_BUSY);
    atomic_store(&speaker.answered, 16);
    writer = commands(3, 18, 3); /* not the one BUSY named */
    assert_int_equal(give(&writer), 0);
    assert_int_equal(ring_ready(&speaker.commands), 0);
    writer = commands(3, 17, 4);
    assert_int_equal(give(&writer), 0);
    assert_int_equal(ring_ready(&speaker.commands), 4);
}

/* A frame with a bad item anywhere is refused whole. */
static void test_malformed_item_leaves_nothing(void **state)
{
    (void)state;
    go_live();
    struct wire_writer writer = commands(3, 1, 5);
    size_t item = (writer.used - FRAME_HEAD) / 5;
    bytes[FRAME_HEAD + 3 * item + 2] = 0xEE; /* type of the fourth */
    assert_int_equal(give(&writer), ERR_MALFORMED);
    assert_true(ring_empty(&speaker.commands));
    assert_true(speaker.fault.place >= 3 * item);
    writer = commands(3, 1, 5); /* the first fault stands */
    assert_int_equal(speaker_failed(&speaker), ERR_MALFORMED);
}

static void test_wrong_counts(void **state)
{
    (void)state;
    go_live();
    struct wire_writer writer = commands(3, 1, 2);
    bytes[6] = 3; /* says three items */
    assert_int_equal(give(&writer), ERR_MALFORMED);
    atomic_store(&speaker.ending, 0);
    writer = commands(3, 1, 2);
    bytes[6] = 1; /* a second one is left over */
    assert_int_equal(give(&writer), ERR_MALFORMED);
    atomic_store(&speaker.ending, 0);
    writer = commands(3, 1, 1);
    bytes[6] = 0;
    assert_int_equal(give(&writer), ERR_LIMIT);
    assert_string_equal(speaker.fault.field.text, "count");
    assert_int_equal(speaker.fault.limit, FRAME_ITEMS_MAX);
    assert_true(ring_empty(&speaker.commands));
}

static void test_lane_and_id_are_needed(void **state)
{
    (void)state;
    go_live();
    struct wire_writer writer = commands(0, 1, 1);
    assert_int_equal(give(&writer), ERR_MALFORMED);
    assert_string_equal(speaker.fault.field.text, "lane");
    atomic_store(&speaker.ending, 0);
    writer = commands(1, 0, 1);
    assert_int_equal(give(&writer), ERR_MALFORMED);
    assert_string_equal(speaker.fault.field.text, "id");
}

static void test_unknown_type_and_too_many_queries(void **state)
{
    (void)state;
    go_live();
    struct wire_query query = {.ticket = 1, .query.kind = QUERY_FUND};
    for (uint32_t i = 0; i <= REQUESTS_MAX; i++) {
        struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
        assert_true(wire_query_put(&writer, &query));
        assert_int_equal(give(&writer), i < REQUESTS_MAX ? 0 : ERR_LIMIT);
    }
    assert_int_equal(speaker.fault.limit, REQUESTS_MAX);
    atomic_store(&speaker.ending, 0);
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    assert_true(wire_empty_put(&writer, WIRE_HEARTBEAT));
    assert_int_equal(give(&writer), 0);
    bytes[4] = WIRE_WELCOME; /* only a server says that */
    assert_int_equal(give(&writer), ERR_MALFORMED);
    assert_string_equal(speaker.fault.field.text, "type");
}

/* After LOGOFF nothing is taken; what was taken keeps the speaker until it is answered. */
static void test_logoff_waits_for_answers(void **state)
{
    (void)state;
    struct wire_frame frame;
    go_live();
    (void)read_out(SPEAKER_DESK, &frame);
    struct wire_writer writer = commands(3, 1, 2);
    assert_int_equal(give(&writer), 0);
    struct wire_writer goodbye = {.bytes = bytes, .capacity = sizeof bytes};
    assert_true(wire_empty_put(&goodbye, WIRE_LOGOFF));
    assert_int_equal(give(&goodbye), 0);
    assert_int_equal(atomic_load(&speaker.state), SPEAKER_LEAVING);
    writer = commands(3, 3, 2);
    assert_int_equal(give(&writer), 0);
    assert_int_equal(ring_ready(&speaker.commands), 2);
    assert_false(speaker_quiet(&speaker));
    ring_take(&speaker.commands, 2);
    assert_false(speaker_quiet(&speaker));
    atomic_store(&speaker.answered, 2);
    assert_true(speaker_quiet(&speaker));
}

/* The next user of a slot finds nothing of the last one. */
static void test_a_slot_is_used_again(void **state)
{
    (void)state;
    static const uint8_t cluster[CLUSTER_BYTES] = {0};
    uint32_t generation = atomic_load(&speaker.generation);
    uint8_t nonce[KEYFILE_NONCE_BYTES];
    memcpy(nonce, speaker.nonce, sizeof nonce);
    go_live();
    struct wire_writer writer = commands(3, 1, 20);
    assert_int_equal(give(&writer), 0);
    speaker_fail(&speaker, ERR_TIMEOUT, "heartbeat", 0, 1);
    atomic_store(&speaker.state, SPEAKER_FREE);
    speaker_begin(&speaker, cluster);
    assert_int_not_equal(atomic_load(&speaker.generation), generation);
    assert_memory_not_equal(nonce, speaker.nonce, sizeof nonce);
    assert_true(ring_empty(&speaker.commands));
    assert_true(ring_empty(&speaker.out[SPEAKER_CONTROL]));
    assert_int_equal(speaker_failed(&speaker), 0);
    assert_int_equal(speaker.participant, PARTICIPANT_NONE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_challenge_comes_first),           CASE(test_only_logon_before_welcome),
        CASE(test_logon_goes_to_the_desk),          CASE(test_logon_of_another_version),
        CASE(test_who_acts_comes_from_the_speaker), CASE(test_busy_keeps_the_order),
        CASE(test_malformed_item_leaves_nothing),   CASE(test_wrong_counts),
        CASE(test_lane_and_id_are_needed),          CASE(test_unknown_type_and_too_many_queries),
        CASE(test_logoff_waits_for_answers),        CASE(test_a_slot_is_used_again),
    };
    return cmocka_run_group_tests_name("speaker", tests, NULL, NULL);
}
