/* test_script_page.c - SCRIPT.md lists every verb and key of the tables, and its lines are
 * readable.
 *
 * Method: every help line stands on the page as a row and is read by the parser; every key of every
 *         verb has its row; no row names a key that does not exist. */
#include "tests/lib/cmocka_all.h"
#include "proto/script_parts.h"
#include "tests/proto/golden.h"
#include "tests/proto/script_world.h"
#include <stdlib.h>

static char *page;

static int load(void **state)
{
    (void)state;
    page = golden_read_file(SCRIPT_PAGE);
    return page ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    free(page);
    return 0;
}

static void test_every_verb_has_its_row(void **state)
{
    (void)state;
    char row[400];
    for (size_t index = 0; index < script_verb_count; index++) {
        const struct script_verb_help *help = script_help(index);
        (void)snprintf(row, sizeof row, "| `%s` |", help->form);
        if (!strstr(page, row)) fail_msg("SCRIPT.md lacks %s", row);
        assert_int_equal(strncmp(help->form, help->verb, strlen(help->verb)), 0);
        assert_true(help->text[0] != '\0');
        assert_int_equal(help->look, script_verbs[index].kind >= SCRIPT_LOOK);
    }
    assert_null(script_help(script_verb_count));
}

static void test_every_key_has_its_row(void **state)
{
    (void)state;
    char row[100];
    size_t rows = script_common_count;
    for (size_t index = 0; index < script_verb_count; index++) {
        const struct script_verb *verb = &script_verbs[index];
        for (size_t at = 0; at < verb->slot_count; at++) {
            if (verb->slots[at].use < USE_KEY) continue;
            (void)snprintf(row, sizeof row, "| %s | `%s` |", verb->help.verb, verb->slots[at].key);
            if (!strstr(page, row)) fail_msg("SCRIPT.md lacks %s", row);
            rows++;
        }
    }
    size_t found = 0;
    for (const char *at = page; (at = strstr(at, "\n| ")) != NULL; at++) {
        const char *end = strchr(at + 1, '\n');
        const char *key = strstr(at + 3, " | `");
        const char *first = strchr(at + 3, '|');
        if (key && first == key + 1 && (!end || key < end)) found++;
    }
    assert_int_equal(found, rows);
}

/* Each form is a line of the language. */
static void test_every_form_is_readable(void **state)
{
    (void)state;
    for (size_t index = 0; index < script_verb_count; index++) {
        struct world world = world_make();
        world_name(&world, COMMAND_ZONE, 2, "KEY");
        struct script_item item = world_item(&world, script_verbs[index].help.form);
        assert_int_equal(item.kind, script_verbs[index].kind);
        world_end(&world);
    }
}

static void test_tables_are_sound(void **state)
{
    (void)state;
    for (size_t index = 0; index < script_verb_count; index++) {
        const struct script_verb *verb = &script_verbs[index];
        assert_true(verb->slot_count <= SCRIPT_SLOTS_MAX);
        for (size_t at = 0; at < verb->slot_count; at++) {
            const struct slot *slot = &verb->slots[at];
            assert_true(slot->offset < sizeof(struct script_item));
            bool worded = slot->kind == SLOT_WORD || slot->kind == SLOT_SET;
            assert_int_equal(worded, slot->words != NULL);
            for (size_t word = 0; word < slot->word_count; word++)
                assert_non_null(slot->words[word]);
            for (size_t other = 0; other < at; other++)
                assert_true(slot->use < USE_KEY || verb->slots[other].use < USE_KEY ||
                            strcmp(slot->key, verb->slots[other].key) != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verb_has_its_row), cmocka_unit_test(test_every_key_has_its_row),
        cmocka_unit_test(test_every_form_is_readable), cmocka_unit_test(test_tables_are_sound)};
    return cmocka_run_group_tests_name("script page", tests, load, unload);
}
