/* The registered keys: appended, found, read again when the file changes, bad lines named. */
#include "tests/lib/cmocka_all.h"
#include "gateway/keys.h"
#include "tests/gateway/raw_client.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char directory[256];
static char path[300];

static int setup(void **state)
{
    (void)state;
    raw_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/keys", directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    raw_remove_directory(directory);
    return 0;
}

static struct keyfile_line line_of(const char *name, uint8_t first)
{
    struct keyfile_line line = {.role = ROLE_OPERATOR};
    memset(&line.name, 0, sizeof line.name);
    memset(&line.participant, 0, sizeof line.participant);
    memcpy(line.name.text, name, strlen(name));
    line.participant.text[0] = '-';
    line.public_key[0] = first;
    return line;
}

static void test_register_and_find(void **state)
{
    (void)state;
    struct keys *keys;
    struct keyfile_line found;
    struct fault_text why = {.text = ""};
    struct keyfile_line a = line_of("a", 1);
    struct keyfile_line b = line_of("b", 2);
    assert_int_equal(keys_open(directory, &keys), 0);
    assert_int_equal(keys_find(keys, a.public_key, &found, &why), ERR_KEY); /* no file yet */
    assert_int_equal(keys_register(directory, &a, &why), 0);
    assert_int_equal(keys_find(keys, a.public_key, &found, &why), 0);
    assert_int_equal(found.role, ROLE_OPERATOR);
    assert_memory_equal(&found.name, &a.name, sizeof a.name);
    assert_int_equal(keys_find(keys, b.public_key, &found, &why), ERR_KEY);
    assert_int_equal(keys_register(directory, &b, &why), 0); /* while it is open */
    assert_int_equal(keys_find(keys, b.public_key, &found, &why), 0);
    assert_int_equal(keys_count(keys), 2);
    assert_int_equal(unlink(path), 0); /* taken away: nobody is known any more */
    assert_int_equal(keys_find(keys, a.public_key, &found, &why), ERR_KEY);
    keys_close(keys);
}

static void test_names_and_keys_are_unique(void **state)
{
    (void)state;
    struct fault_text why = {.text = ""};
    struct keyfile_line a = line_of("a", 1);
    struct keyfile_line same_name = line_of("a", 2);
    struct keyfile_line same_key = line_of("b", 1);
    assert_int_equal(keys_register(directory, &a, &why), 0);
    assert_int_equal(keys_register(directory, &same_name, &why), ERR_EXISTS);
    assert_non_null(strstr(why.text, "user a"));
    assert_int_equal(keys_register(directory, &same_key, &why), ERR_EXISTS);
    assert_non_null(strstr(why.text, "registered for a"));
}

/* A damaged file is named with its line; the keys read before stay good. */
static void test_bad_line_is_named(void **state)
{
    (void)state;
    struct keys *keys;
    struct keyfile_line found;
    struct fault_text why = {.text = ""};
    struct keyfile_line a = line_of("a", 1);
    assert_int_equal(keys_register(directory, &a, &why), 0);
    assert_int_equal(keys_open(directory, &keys), 0);
    assert_int_equal(keys_load(keys, &why), 0);
    raw_write_file(path, "# fine\n\nb operator - 12\n");
    assert_int_equal(keys_find(keys, a.public_key, &found, &why), ERR_KEY);
    assert_non_null(strstr(why.text, "line 3"));
    assert_int_equal(keys_count(keys), 1);
    char longest[600];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = 0;
    raw_write_file(path, longest);
    assert_int_equal(keys_load(keys, &why), ERR_KEY);
    assert_non_null(strstr(why.text, "line 1"));
    keys_close(keys);
}

/* A file whose last line was left open by an editor is not glued to the new one. */
static void test_open_last_line(void **state)
{
    (void)state;
    struct keys *keys;
    struct fault_text why = {.text = ""};
    struct keyfile_line a = line_of("a", 1);
    raw_write_file(path, "# made by hand");
    assert_int_equal(keys_register(directory, &a, &why), 0);
    assert_int_equal(keys_open(directory, &keys), 0);
    assert_int_equal(keys_load(keys, &why), 0);
    assert_int_equal(keys_count(keys), 1);
    assert_memory_equal(&keys_at(keys, 0)->name, &a.name, sizeof a.name);
    keys_close(keys);
}

static void test_places_that_cannot_be(void **state)
{
    (void)state;
    struct keys *keys;
    struct fault_text why = {.text = ""};
    struct keyfile_line a = line_of("a", 1);
    char longest[5000];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = 0;
    assert_int_equal(keys_open(longest, &keys), ERR_TOO_LONG);
    assert_int_equal(keys_register(longest, &a, &why), ERR_TOO_LONG);
    assert_int_equal(keys_register("/dev/null/x", &a, &why), ERR_DISK);
    char below[400];
    snprintf(below, sizeof below, "%s/new", directory); /* DATA is made if it is missing */
    assert_int_equal(keys_register(below, &a, &why), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_register_and_find),     CASE(test_names_and_keys_are_unique),
        CASE(test_bad_line_is_named),     CASE(test_open_last_line),
        CASE(test_places_that_cannot_be),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
