/* An entry comes back as it was written, and no changed bit passes.
 * Method: write, read; flip every bit of key and value in turn; forge links with a right checksum.
 */
#include "persist/bytes.h"
#include "persist/checksum.h"
#include "persist/entry.h"
#include "persist/follower.h"
#include "proto/codec.h"
#include "tests/lib/cmocka_all.h"
#include <stdlib.h>
#include <string.h>

static const uint8_t commands[] = "twenty-two bytes here";

struct sample {
    uint8_t key[ENTRY_KEY];
    uint8_t bytes[ENTRY_HEAD + sizeof commands];
    struct entry_link before;
    struct entry_link after;
    struct entry entry;
};

static struct sample make(void)
{
    struct sample sample = {.before = {.index = 6, .sequence = 40, .time_ns = 900}};
    memset(sample.before.cluster, 0xC1, CLUSTER_BYTES);
    memset(sample.before.head, 0x11, HASH_BYTES);
    sample.entry = (struct entry){.index = 7,
                                  .term = 3,
                                  .first_sequence = 41,
                                  .digest_sequence = 40,
                                  .time_ns = 1000,
                                  .count = 2,
                                  .rule_set = RULE_SET_NEWEST,
                                  .kind = ENTRY_COMMANDS,
                                  .commands = commands,
                                  .commands_size = sizeof commands};
    memset(sample.entry.digest, 0xD1, HASH_BYTES);
    sample.after = sample.before;
    entry_put(sample.bytes, &sample.entry, &sample.after);
    entry_key(sample.key, 7);
    return sample;
}

static int read_back(const struct sample *sample, struct entry_link *link, struct entry *out)
{
    struct fault_text why;
    return entry_get(sample->key, sizeof sample->key, sample->bytes, sizeof sample->bytes, link,
                     out, &why);
}

static void seal_again(struct sample *sample)
{
    uint32_t running = checksum_feed(CHECKSUM_START, sample->key, sizeof sample->key);
    running = checksum_feed(running, sample->bytes + 4, sizeof sample->bytes - 4);
    bytes_put32(sample->bytes, checksum_end(running));
}

static void test_round_trip(void **state)
{
    (void)state;
    struct sample sample = make();
    struct entry_link link = sample.before;
    struct entry entry;
    assert_int_equal(read_back(&sample, &link, &entry), 0);
    assert_int_equal(entry.index, 7);
    assert_int_equal(entry.term, 3);
    assert_int_equal(entry.first_sequence, 41);
    assert_int_equal(entry_last_sequence(&entry), 42);
    assert_int_equal(entry.digest_sequence, 40);
    assert_int_equal(entry.time_ns, 1000);
    assert_int_equal(entry.count, 2);
    assert_int_equal(entry.commands_size, sizeof commands);
    assert_memory_equal(entry.commands, commands, sizeof commands);
    assert_memory_equal(entry.digest, sample.entry.digest, HASH_BYTES);
    assert_memory_equal(link.head, sample.after.head, HASH_BYTES);
    assert_int_equal(link.index, 7);
    assert_int_equal(link.sequence, 42);
    assert_int_equal(link.time_ns, 1000);
}

static void test_golden_layout(void **state)
{
    (void)state;
    struct sample sample = make();
    assert_int_equal(bytes_get16(sample.bytes + 4), 1);
    assert_int_equal(bytes_get16(sample.bytes + 6), ENTRY_COMMANDS);
    assert_int_equal(sample.bytes[8], 0xC1);
    assert_int_equal(bytes_get64(sample.bytes + 24), 3);
    assert_int_equal(bytes_get64(sample.bytes + 32), 7);
    assert_int_equal(bytes_get64(sample.bytes + 40), 41);
    assert_int_equal(bytes_get32(sample.bytes + 48), 2);
    assert_int_equal(bytes_get32(sample.bytes + 52), RULE_SET_NEWEST);
    assert_int_equal(bytes_get64(sample.bytes + 56), 1000);
    assert_int_equal(sample.bytes[64], 0x11);
    assert_int_equal(bytes_get64(sample.bytes + 96), 40);
    assert_int_equal(sample.bytes[104], 0xD1);
    assert_int_equal(bytes_get32(sample.bytes + 136), sizeof commands);
    const uint8_t key[ENTRY_KEY] = {0, 0, 0, 0, 0, 0, 0, 7};
    assert_memory_equal(sample.key, key, sizeof key);
}

static void test_every_flipped_bit_is_found(void **state)
{
    (void)state;
    const struct sample good = make();
    struct entry entry;
    for (size_t bit = 0; bit < 8 * sizeof good.bytes; bit++) {
        struct sample bad = good;
        bad.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct entry_link link = good.before;
        assert_int_equal(read_back(&bad, &link, &entry), ERR_CHECKSUM);
        assert_int_equal(link.index, good.before.index);
    }
    for (size_t bit = 0; bit < 8 * sizeof good.key; bit++) {
        struct sample bad = good;
        bad.key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct entry_link link = good.before;
        assert_int_equal(read_back(&bad, &link, &entry), ERR_CHECKSUM);
    }
}

static void test_forged_entries_break_the_chain(void **state)
{
    (void)state;
    struct entry entry;
    const struct {
        size_t offset;
        int fault;
    } forged[] = {
        {4, ERR_VERSION},    {6, ERR_MALFORMED},   {8, ERR_CHAIN},
        {32, ERR_MALFORMED}, {40, ERR_GAP},        {48, 0 /* the commands decide */},
        {64, ERR_CHAIN},     {136, ERR_MALFORMED},
    };
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        struct sample bad = make();
        bad.bytes[forged[i].offset] ^= 0x40;
        seal_again(&bad);
        struct entry_link link = bad.before;
        assert_int_equal(read_back(&bad, &link, &entry), forged[i].fault);
    }
}

static void test_wrong_place_is_a_gap(void **state)
{
    (void)state;
    struct sample sample = make();
    struct entry entry;
    struct entry_link link = sample.before;
    link.index = 5;
    assert_int_equal(read_back(&sample, &link, &entry), ERR_GAP);
    link = sample.before;
    link.sequence = 39;
    assert_int_equal(read_back(&sample, &link, &entry), ERR_GAP);
    link = sample.before;
    link.time_ns = 1001;
    assert_int_equal(read_back(&sample, &link, &entry), ERR_GAP);
}

static void test_short_values_are_refused(void **state)
{
    (void)state;
    struct sample sample = make();
    struct entry entry;
    struct fault_text why;
    for (size_t size = 0; size < sizeof sample.bytes; size++) {
        struct entry_link link = sample.before;
        assert_int_equal(entry_get(sample.key, ENTRY_KEY, sample.bytes, size, &link, &entry, &why),
                         ERR_CHECKSUM);
    }
    struct entry_link link = sample.before;
    assert_int_equal(
        entry_get(sample.key, 3, sample.bytes, sizeof sample.bytes, &link, &entry, &why),
        ERR_CHECKSUM);
}

static void test_limits_travel_in_the_genesis(void **state)
{
    (void)state;
    const struct engine_limits limits = {.zones = 1,
                                         .instruments = 2,
                                         .participants = 3,
                                         .orders = 4,
                                         .names = 5,
                                         .levels = 6,
                                         .positions = 7,
                                         .auctions = 8,
                                         .bids = 9,
                                         .lanes = 10,
                                         .lane_window = 11,
                                         .rule_set = 12,
                                         .work = 13,
                                         .extras = 14,
                                         .trades = 15,
                                         .locks = 16,
                                         .cities = 17,
                                         .rules = 18};
    uint8_t bytes[ENTRY_LIMITS_BYTES];
    entry_limits_put(bytes, &limits);
    for (uint32_t i = 0; i < 18; i++)
        assert_int_equal(bytes_get32(bytes + 4 * i), i + 1);
    struct entry genesis = {
        .kind = ENTRY_GENESIS, .commands = bytes, .commands_size = sizeof bytes};
    struct engine_limits back;
    assert_int_equal(entry_limits(&genesis, &back), 0);
    assert_memory_equal(&back, &limits, sizeof limits);
    genesis.commands_size--;
    assert_int_equal(entry_limits(&genesis, &back), ERR_MALFORMED);
}

/* The limits in the genesis of a journal from before rule set 2. */
static const uint8_t old_limits[ENTRY_LIMITS_FIRST_BYTES] = {
    8, 0, 0, 0,  16, 0, 0,  0, 0, 4, 0, 0, 0, 16, 0,  0, 0, 64, 0,  0, 0, 2,
    0, 0, 0, 32, 0,  0, 64, 0, 0, 0, 0, 4, 0, 0,  16, 0, 0, 0,  64, 0, 0, 0};

static void test_an_old_genesis_begins_with_the_first_rules(void **state)
{
    (void)state;
    uint8_t key[ENTRY_KEY], bytes[ENTRY_HEAD + sizeof old_limits];
    struct entry_link link = {.index = 0};
    memset(link.cluster, 0xC1, CLUSTER_BYTES);
    struct entry_link before = link;
    struct entry genesis = {.index = 1,
                            .term = 1,
                            .first_sequence = 1,
                            .time_ns = 1000,
                            .rule_set = 1,
                            .kind = ENTRY_GENESIS,
                            .commands = old_limits,
                            .commands_size = sizeof old_limits};
    entry_key(key, 1);
    entry_put(bytes, &genesis, &link);
    struct entry back;
    struct fault_text why;
    assert_int_equal(entry_get(key, sizeof key, bytes, sizeof bytes, &before, &back, &why), 0);
    struct engine_limits limits;
    assert_int_equal(entry_limits(&back, &limits), 0);
    assert_int_equal(limits.zones, 8);
    assert_int_equal(limits.instruments, 16);
    assert_int_equal(limits.participants, 1024);
    assert_int_equal(limits.lane_window, 64);
    assert_int_equal(limits.rule_set, RULE_SET_FIRST);
    assert_true(limits.work == WORK_NONE);
    assert_int_equal(limits.extras, 65536);
    assert_int_equal(limits.cities, 128);
    const struct engine_limits said = limits;
    assert_true(engine_limits_complete(&limits)); /* nothing is left to defaults that may change */
    assert_memory_equal(&limits, &said, sizeof limits);
}

/* A whole journal of that layout is followed under the first rules. */
static void test_an_old_journal_is_followed(void **state)
{
    (void)state;
    struct engine_limits limits;
    struct entry genesis = {.index = 1,
                            .first_sequence = 1,
                            .rule_set = 1,
                            .kind = ENTRY_GENESIS,
                            .commands = old_limits,
                            .commands_size = sizeof old_limits};
    assert_int_equal(entry_limits(&genesis, &limits), 0);
    struct follower *follower = aligned_alloc(64, (sizeof *follower + 63) / 64 * 64);
    assert_non_null(follower);
    assert_int_equal(follower_init(follower, &limits), 0);
    struct command zone = {.sequence = 1,
                           .time_ns = 2000,
                           .actor = PARTICIPANT_NONE,
                           .subject = PARTICIPANT_NONE,
                           .role = ROLE_SYSTEM,
                           .type = COMMAND_ZONE,
                           .body.zone.name = {"EWN"}};
    uint8_t bytes[CODEC_COMMAND_MAX];
    struct fault_text why;
    assert_int_equal(follower_apply(follower, &genesis, NULL, NULL, &why), 0);
    struct entry entry = {.index = 2,
                          .first_sequence = 1,
                          .time_ns = 2000,
                          .count = 1,
                          .rule_set = 1,
                          .kind = ENTRY_COMMANDS,
                          .commands = bytes,
                          .commands_size = codec_command_put(bytes, sizeof bytes, &zone)};
    assert_int_equal(follower_apply(follower, &entry, NULL, NULL, &why), 0);
    assert_int_equal(engine_rule_set(follower->engine), 1);
    assert_int_equal(engine_sequence(follower->engine), 1);
    follower_deinit(follower);
    free(follower);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_golden_layout),
        cmocka_unit_test(test_every_flipped_bit_is_found),
        cmocka_unit_test(test_forged_entries_break_the_chain),
        cmocka_unit_test(test_wrong_place_is_a_gap),
        cmocka_unit_test(test_short_values_are_refused),
        cmocka_unit_test(test_limits_travel_in_the_genesis),
        cmocka_unit_test(test_an_old_genesis_begins_with_the_first_rules),
        cmocka_unit_test(test_an_old_journal_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
