/* test_protocol.c - PROTOCOL.md says exactly what the code does.
 *
 * Method: every table of the page is made again from the field table and the lists of numbers, and
 *         must be found on the page word for word; so must the golden bytes. `test_protocol print`
 *         writes the generated parts of the page to standard output. */
#include "tests/lib/cmocka_all.h"
#include "engine/reason.h"
#include "proto/fields.h"
#include "proto/wire.h"
#include "tests/proto/golden.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_MAX (256 * 1024)

static char page_text[PAGE_MAX];
static size_t page_size;

#define SAY(...)                                                                                   \
    page_size += (size_t)snprintf(page_text + page_size, PAGE_MAX - page_size, __VA_ARGS__)

static void start(void)
{
    page_size = 0;
    page_text[0] = '\0';
}

static void field(size_t *offset, const char *name, size_t size, const char *type, const char *unit)
{
    SAY("| %s | %zu | %zu | %s | %s |\n", name, *offset, size, type, unit);
    *offset += size;
}

#define TYPE_u8 "u8"
#define TYPE_u16 "u16"
#define TYPE_u32 "u32"
#define TYPE_u64 "u64"
#define TYPE_i32 "i32"
#define TYPE_i64 "i64"
#define TYPE_name "name"
#define TYPE_word "word"
#define TYPE_word_or "word or 255"
#define TYPE_verb "word"
#define TYPE_flag "flag"
#define TYPE_b16 "bytes"
#define TYPE_b32 "bytes"
#define TYPE_b64 "bytes"
#define FIELD_SAY(kind, member, bound, unit)                                                       \
    field(&offset, #member, FIELD_SIZE_##kind, TYPE_##kind, unit);

static void heading(const char *title, size_t offset)
{
    SAY("### %s\n", title);
    SAY("\n| name | offset | size | type | unit |\n|---|---|---|---|---|\n");
    (void)offset;
}

#define COMMAND_TABLE(number, NAME, member, verb)                                                  \
    {                                                                                              \
        size_t offset = 0;                                                                         \
        heading("Command " #number " " #NAME, offset);                                             \
        FIELDS_COMMAND_##member(FIELD_SAY) SAY("\n");                                              \
    }
#define EVENT_TABLE(number, NAME, suffix)                                                          \
    {                                                                                              \
        size_t offset = CODEC_EVENT_HEAD;                                                          \
        heading("Event " #number " " #NAME, offset);                                               \
        FIELDS_EVENT_##suffix(FIELD_SAY) SAY("\n");                                                \
    }
#define WIRE_TABLE(title, message, first)                                                          \
    {                                                                                              \
        size_t offset = first;                                                                     \
        heading(title, offset);                                                                    \
        FIELDS_WIRE_##message(FIELD_SAY) SAY("\n");                                                \
    }

static void say_commands(void)
{
    start();
    COMMAND_LIST(COMMAND_TABLE)
}

static void say_events(void)
{
    start();
    EVENT_LIST(EVENT_TABLE)
}

static void say_messages(void)
{
    start();
    WIRE_TABLE("65 CHALLENGE (server)", challenge, FRAME_HEAD)
    WIRE_TABLE("1 LOGON (client)", logon, FRAME_HEAD)
    WIRE_TABLE("66 WELCOME (server)", welcome, FRAME_HEAD)
    WIRE_TABLE("3 QUERY (client)", query, FRAME_HEAD)
    WIRE_TABLE("Item of 67 ANSWERS (server)", answer, 0)
    WIRE_TABLE("Item of 73 REPORTS (server)", report, 0)
    WIRE_TABLE("Head of 69 ROWS (server)", rows, FRAME_HEAD)
    WIRE_TABLE("70 DIGEST (server)", digest, FRAME_HEAD)
    WIRE_TABLE("71 BUSY (server)", busy, FRAME_HEAD)
    WIRE_TABLE("72 FAULT (server)", fault, FRAME_HEAD)
    WIRE_TABLE("Head of a market-data message", feed, 0)
}

static void say_reasons(void)
{
    start();
    SAY("| number | reason | later? | meaning |\n|---|---|---|---|\n");
#define SAY_REASON(number, name, retry, text)                                                      \
    SAY("| %d | %s | %s | %s |\n", number, #name, (retry) ? "yes" : "no", text);
    REASON_LIST(SAY_REASON)
}

static void say_faults(void)
{
    start();
    SAY("| number | fault | meaning |\n|---|---|---|\n");
#define SAY_FAULT(number, name, text) SAY("| %d | ERR_%s | %s |\n", number, #name, text);
    FAULT_LIST(SAY_FAULT)
}

static void say_words(void)
{
    start();
#define SAY_WORD(number, name, word) SAY("| %d | %s |\n", number, word);
#define SAY_WORDS(title, LIST)                                                                     \
    SAY("**%s**\n\n| number | word |\n|---|---|\n", title);                                        \
    LIST(SAY_WORD)                                                                                 \
    SAY("\n");
    SAY_WORDS("side", SIDE_LIST)
    SAY_WORDS("role", ROLE_LIST)
    SAY_WORDS("order type", ORDER_TYPE_LIST)
    SAY_WORDS("time in force", TIF_LIST)
    SAY_WORDS("phase", PHASE_LIST)
    SAY_WORDS("stp", STP_LIST)
    SAY_WORDS("participant type", PARTICIPANT_TYPE_LIST)
    SAY_WORDS("family", FAMILY_LIST)
    SAY_WORDS("cancel reason", CANCEL_REASON_LIST)
    SAY_WORDS("undersubscribed", UNDERSUBSCRIBED_LIST)
    SAY_WORDS("tie", TIE_LIST)
    SAY_WORDS("unsold", UNSOLD_LIST)
    SAY_WORDS("auction state", AUCTION_STATE_LIST)
    SAY_WORDS("award state", AWARD_STATE_LIST)
    SAY_WORDS("regime", REGIME_LIST)
    SAY_WORDS("query kind", QUERY_LIST)
    SAY_WORDS("legal basis", BASIS_LIST)
    SAY_WORDS("method", METHOD_LIST)
    SAY_WORDS("close rule", CLOSE_RULE_LIST)
    SAY_WORDS("gate kind", GATE_KIND_LIST)
    SAY_WORDS("day kind", DAY_KIND_LIST)
    SAY_WORDS("permit", PERMIT_LIST)
    SAY_WORDS("seed kind", SEED_KIND_LIST)
}

static void say_golden(void)
{
    static struct golden list[GOLDEN_COUNT_MAX];
    size_t count = golden_make(list);
    start();
    for (size_t index = 0; index < count; index++) {
        SAY("%s\n", list[index].name);
        for (size_t at = 0; at < list[index].size; at++)
            SAY("%s%02x%s", at % 32 == 0 ? "    " : "", list[index].bytes[at],
                at % 32 == 31 || at + 1 == list[index].size ? "\n" : "");
    }
}

typedef void say_function(void);
static say_function *const parts[] = {say_messages, say_commands, say_events, say_words,
                                      say_reasons,  say_faults,   say_golden};

/* Every paragraph of the part stands on the page, so the failure names the first that does not. */
static void check_part(say_function *say)
{
    char *page = golden_read_file(PROTOCOL_PAGE);
    assert_non_null(page);
    say();
    assert_true(page_size > 0 && page_size < PAGE_MAX);
    if (!strstr(page, page_text)) {
        char *line = strtok(page_text, "\n");
        while (line && strstr(page, line))
            line = strtok(NULL, "\n");
        fail_msg("PROTOCOL.md lacks, or has in another order: %s", line ? line : "(order)");
    }
    free(page);
}

#define PART_TEST(name)                                                                            \
    static void test_page_has_##name(void **state)                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        check_part(say_##name);                                                                    \
    }
PART_TEST(messages)
PART_TEST(commands)
PART_TEST(events)
PART_TEST(words)
PART_TEST(reasons)
PART_TEST(faults)
PART_TEST(golden)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_has_messages), cmocka_unit_test(test_page_has_commands),
        cmocka_unit_test(test_page_has_events),   cmocka_unit_test(test_page_has_words),
        cmocka_unit_test(test_page_has_reasons),  cmocka_unit_test(test_page_has_faults),
        cmocka_unit_test(test_page_has_golden)};
    if (argc > 1 && strcmp(argv[1], "print") == 0) {
        for (size_t index = 0; index < sizeof parts / sizeof parts[0]; index++) {
            parts[index]();
            printf("%%%zu\n%s", index, page_text);
        }
        return 0;
    }
    return cmocka_run_group_tests_name("protocol page", tests, NULL, NULL);
}
