/* The checksum is CRC32C as the rest of the world computes it.
 * Method: published check values (RFC 3720 B.4), and feeding in pieces. */
#include "persist/checksum.h"
#include "tests/lib/cmocka_all.h"
#include <string.h>

static void test_published_values(void **state)
{
    (void)state;
    uint8_t bytes[32];
    assert_int_equal(checksum_of("123456789", 9), 0xE3069283);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(checksum_of(bytes, sizeof bytes), 0x8A9136AA);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(checksum_of(bytes, sizeof bytes), 0x62A8AB43);
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    assert_int_equal(checksum_of(bytes, sizeof bytes), 0x46DD794E);
    assert_int_equal(checksum_of("", 0), 0);
}

static void test_pieces_give_the_whole(void **state)
{
    (void)state;
    const char text[] = "an entry never changes";
    for (size_t cut = 0; cut < sizeof text; cut++) {
        uint32_t running = checksum_feed(CHECKSUM_START, text, cut);
        running = checksum_feed(running, text + cut, sizeof text - cut);
        assert_int_equal(checksum_end(running), checksum_of(text, sizeof text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_values),
        cmocka_unit_test(test_pieces_give_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
