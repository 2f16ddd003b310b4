/* Digests: the chain of events is what its definition says, however it is fed; state digests agree
 * for equal states only.
 * Method: compute the definition by hand with libsodium. */
#include "persist/digest.h"
#include "proto/codec.h"
#include "tests/lib/cmocka_all.h"
#include <string.h>

struct three {
    _Alignas(8) uint8_t bytes[1024];
    struct event_buffer buffer;
    uint8_t encoded[1024];
    size_t encoded_size;
};

static void make(struct three *three)
{
    memset(three, 0, sizeof *three);
    three->buffer = (struct event_buffer){.bytes = three->bytes, .capacity = sizeof three->bytes};
    for (uint64_t i = 1; i <= 3; i++) {
        struct event_done done = {.head = {.type = EVENT_DONE, .size = sizeof done, .sequence = i},
                                  .participant = (uint32_t)i,
                                  .command = COMMAND_DEPOSIT};
        memcpy(three->bytes + three->buffer.used, &done, sizeof done);
        three->buffer.used += sizeof done;
        three->encoded_size +=
            codec_event_put(three->encoded + three->encoded_size,
                            sizeof three->encoded - three->encoded_size, &done.head);
    }
}

static void test_chain_is_its_definition(void **state)
{
    (void)state;
    struct three three;
    make(&three);
    struct digest_chain chain;
    digest_chain_init(&chain);
    uint8_t joined[HASH_BYTES + sizeof three.encoded] = {0}, expected[HASH_BYTES];
    for (uint64_t entry = 1; entry <= 3; entry++) {
        memcpy(joined, chain.digest, HASH_BYTES);
        memcpy(joined + HASH_BYTES, three.encoded, three.encoded_size);
        crypto_generichash(expected, sizeof expected, joined, HASH_BYTES + three.encoded_size, NULL,
                           0);
        digest_chain_next(&chain, &three.buffer, 3 * entry);
        assert_memory_equal(chain.digest, expected, HASH_BYTES);
        assert_int_equal(chain.sequence, 3 * entry);
    }
}

static void test_pieces_give_the_same(void **state)
{
    (void)state;
    struct three three;
    make(&three);
    struct digest_chain whole, pieces;
    digest_chain_init(&whole);
    digest_chain_init(&pieces);
    digest_chain_next(&whole, &three.buffer, 3);
    for (const struct event *event = event_next(&three.buffer, NULL); event;
         event = event_next(&three.buffer, event)) {
        uint8_t *at = three.bytes + ((const uint8_t *)event - three.bytes);
        const struct event_buffer one = {.bytes = at, .capacity = event->size, .used = event->size};
        digest_chain_feed(&pieces, &one);
    }
    digest_chain_close(&pieces, 3);
    assert_memory_equal(whole.digest, pieces.digest, HASH_BYTES);
    digest_chain_close(&whole, 4); /* an entry that is fed nothing moves the chain all the same */
    assert_memory_not_equal(whole.digest, pieces.digest, HASH_BYTES);
}

static void test_every_event_counts(void **state)
{
    (void)state;
    struct three three;
    make(&three);
    struct digest_chain one, other;
    digest_chain_init(&one);
    digest_chain_init(&other);
    digest_chain_next(&one, &three.buffer, 3);
    ((struct event_done *)(void *)three.bytes)->participant = 77;
    digest_chain_next(&other, &three.buffer, 3);
    assert_memory_not_equal(one.digest, other.digest, HASH_BYTES);
}

static void test_hex(void **state)
{
    (void)state;
    const uint8_t bytes[] = {0x00, 0x1f, 0xa9, 0xff};
    char text[9];
    digest_hex(text, bytes, sizeof bytes);
    assert_string_equal(text, "001fa9ff");
}

int main(void)
{
    if (sodium_init() < 0) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_is_its_definition),
        cmocka_unit_test(test_pieces_give_the_same),
        cmocka_unit_test(test_every_event_counts),
        cmocka_unit_test(test_hex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
