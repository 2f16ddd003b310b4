/* test_keyfile.c - key files and lines of registered keys: what is written is read, all else is
 * refused by name. Works in a temporary folder of its own. */
#include "tests/lib/cmocka_all.h"
#include "proto/keyfile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "keyfile-test-XXXXXX";
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return -1;
    (void)snprintf(path, sizeof path, "%s/mill.key", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static int remove_key(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static struct keyfile make(void)
{
    struct keyfile key;
    struct name name = {"mill-trader"};
    assert_int_equal(keyfile_make(&name, &key), 0);
    return key;
}

static void write_text(const char *text, size_t size, mode_t mode)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static size_t read_text(char *text, size_t capacity)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(text, 1, capacity, file);
    assert_int_equal(fclose(file), 0);
    return size;
}

static void test_written_and_read(void **state)
{
    (void)state;
    struct keyfile key = make(), back;
    struct fault_text why;
    struct stat facts;
    assert_int_equal(keyfile_write(path, &key, &why), 0);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_int_equal(keyfile_read(path, &back, &why), 0);
    assert_memory_equal(&key, &back, sizeof key);
    assert_int_equal(keyfile_write(path, &key, &why), ERR_EXISTS);
    assert_non_null(strstr(why.text, path));
    keyfile_wipe(&back);
    for (size_t at = 0; at < sizeof back; at++)
        assert_int_equal(((const uint8_t *)&back)[at], 0);
    assert_int_equal(keyfile_write("no-such-folder/x.key", &key, NULL), ERR_NOT_FOUND);
}

static void test_missing_and_not_a_file(void **state)
{
    (void)state;
    struct keyfile key;
    struct fault_text why;
    assert_int_equal(keyfile_read(path, &key, &why), ERR_NOT_FOUND);
    assert_non_null(strstr(why.text, path));
    assert_int_equal(keyfile_read(folder, &key, &why), ERR_KEY);
    assert_int_equal(mkfifo(path, 0600), 0); /* must not hang */
    assert_int_equal(keyfile_read(path, &key, &why), ERR_KEY);
}

static void test_others_may_not_read_it(void **state)
{
    (void)state;
    struct keyfile key = make(), back;
    struct fault_text why;
    assert_int_equal(keyfile_write(path, &key, NULL), 0);
    static const mode_t modes[] = {0644, 0640, 0604, 0620, 0601};
    for (size_t index = 0; index < sizeof modes / sizeof modes[0]; index++) {
        assert_int_equal(chmod(path, modes[index]), 0);
        assert_int_equal(keyfile_read(path, &back, &why), ERR_KEY);
        assert_non_null(strstr(why.text, "0600"));
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(keyfile_read(path, &back, &why), 0);
}

static void test_damaged_files(void **state)
{
    (void)state;
    struct keyfile key = make(), back;
    struct fault_text why;
    char text[KEYFILE_TEXT_MAX + 64];
    assert_int_equal(keyfile_write(path, &key, NULL), 0);
    size_t size = read_text(text, sizeof text);
    for (size_t cut = 0; cut < size; cut++) {
        write_text(text, cut, 0600);
        assert_int_equal(keyfile_read(path, &back, &why), ERR_KEY);
    }
    for (size_t at = 0; at < size; at++) { /* any changed byte outside the name is found */
        char before = text[at];
        bool in_name =
            at >= strlen("lingnan-key-1\nname ") && at < strlen("lingnan-key-1\nname mill-trader");
        text[at] = before == '0' ? '1' : '0';
        write_text(text, size, 0600);
        if (!in_name) assert_int_equal(keyfile_read(path, &back, &why), ERR_KEY);
        text[at] = before;
    }
    text[size] = '\n';
    write_text(text, size + 1, 0600);
    assert_int_equal(keyfile_read(path, &back, &why), ERR_KEY);
    assert_non_null(strstr(why.text, "follows"));
    memset(text + size, ' ', sizeof text - size);
    write_text(text, sizeof text, 0600);
    assert_int_equal(keyfile_read(path, &back, &why), ERR_KEY);
    assert_non_null(strstr(why.text, "512"));
}

static void test_signatures(void **state)
{
    (void)state;
    struct keyfile key = make(), other = make();
    uint8_t nonce[KEYFILE_NONCE_BYTES] = {1}, cluster[16] = {2};
    uint8_t signature[KEYFILE_SIGNATURE_BYTES];
    assert_int_equal(keyfile_sign(&key, nonce, cluster, signature), 0);
    assert_true(keyfile_verify(key.public_key, nonce, cluster, signature));
    assert_false(keyfile_verify(other.public_key, nonce, cluster, signature));
    nonce[31] ^= 1;
    assert_false(keyfile_verify(key.public_key, nonce, cluster, signature));
    nonce[31] ^= 1;
    cluster[15] ^= 1;
    assert_false(keyfile_verify(key.public_key, nonce, cluster, signature));
    cluster[15] ^= 1;
    signature[0] ^= 1;
    assert_false(keyfile_verify(key.public_key, nonce, cluster, signature));
}

static void test_lines_of_registered_keys(void **state)
{
    (void)state;
    struct keyfile key = make();
    struct keyfile_line line = {.name = {"mill-trader"}, .participant = {"mill"}}, back;
    struct fault_text why;
    char text[KEYFILE_LINE_MAX + 80];
    memcpy(line.public_key, key.public_key, sizeof line.public_key);
    for (uint8_t role = 0; role < ROLE_COUNT; role++) {
        line.role = role;
        size_t size = keyfile_line_text(&line, text, sizeof text);
        assert_true(size > 0 && size <= KEYFILE_LINE_MAX);
        assert_int_equal(keyfile_line_text(&line, text, size), 0);
        size = keyfile_line_text(&line, text, sizeof text);
        assert_int_equal(keyfile_line_read(text, size, &back, &why), 0);
        assert_memory_equal(&line, &back, sizeof line);
        for (size_t cut = 1; cut < size; cut++)
            assert_int_equal(keyfile_line_read(text, cut, &back, &why), ERR_KEY);
        (void)memcpy(text + size, "  # since May\n", 14);
        assert_int_equal(keyfile_line_read(text, size + 14, &back, &why), 0);
        (void)memcpy(text + size, " more", 5);
        assert_int_equal(keyfile_line_read(text, size + 5, &back, &why), ERR_KEY);
    }
    assert_int_equal(keyfile_line_read("", 0, &back, &why), 1);
    assert_int_equal(keyfile_line_read("  \n", 3, &back, &why), 1);
    assert_int_equal(keyfile_line_read("# x", 3, &back, &why), 1);
    assert_int_equal(keyfile_line_read("a judge - 00", 12, &back, &why), ERR_KEY);
    assert_non_null(strstr(why.text, "column 3"));
    assert_non_null(strstr(why.text, "regulator"));
    assert_int_equal(keyfile_line_read("a/b", 3, &back, &why), ERR_KEY);
    memset(text, 'a', sizeof text);
    assert_int_equal(keyfile_line_read(text, KEYFILE_LINE_MAX + 1, &back, &why), ERR_KEY);
    assert_non_null(strstr(why.text, "256"));
}

#define TEST(name) cmocka_unit_test_teardown(name, remove_key)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_written_and_read),
                                       TEST(test_missing_and_not_a_file),
                                       TEST(test_others_may_not_read_it),
                                       TEST(test_damaged_files),
                                       TEST(test_signatures),
                                       TEST(test_lines_of_registered_keys)};
    return cmocka_run_group_tests_name("keyfile", tests, make_folder, remove_folder);
}
