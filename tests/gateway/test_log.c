/* logfmt lines: quoting, levels, and that nothing foreign can forge a line. */
#include "tests/lib/cmocka_all.h"
#include "gateway/log.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char text[8192];

/* Runs one line with standard error in a pipe. */
static const char *logged(enum log_level level, const char *key, const char *value)
{
    int ends[2];
    int before = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    log_line(level, "test", key, value, "n", log_number(-5), NULL);
    dup2(before, STDERR_FILENO); /* the pipe's last writer closes */
    close(before);
    ssize_t size = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    text[size > 0 ? size : 0] = 0;
    return text;
}

static void test_values_are_quoted(void **state)
{
    (void)state;
    assert_non_null(
        strstr(logged(LOG_INFO, "k", "plain"), " level=info event=test k=plain n=-5\n"));
    assert_non_null(
        strstr(logged(LOG_WARN, "k", "two words"), "level=warn event=test k=\"two words\""));
    assert_non_null(strstr(logged(LOG_ERROR, "k", "a\"b\\c"), "k=\"a\\\"b\\\\c\""));
    assert_non_null(strstr(logged(LOG_INFO, "k", ""), "k=\"\""));
    assert_non_null(strstr(logged(LOG_INFO, "k", "x\nlevel=error"), "k=\"x?level=error\" n=-5\n"));
    assert_int_equal(strncmp(text, "time=20", 7), 0);
}

static void test_threshold_and_length(void **state)
{
    (void)state;
    char longest[3000];
    assert_string_equal(logged(LOG_DEBUG, "k", "v"), "");
    log_threshold(LOG_DEBUG);
    assert_non_null(strstr(logged(LOG_DEBUG, "k", "v"), "level=debug"));
    log_threshold(LOG_INFO);
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = 0;
    assert_int_equal(strlen(logged(LOG_INFO, "k", longest)), LOG_LINE_MAX);
    assert_int_equal(text[LOG_LINE_MAX - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_quoted),
        cmocka_unit_test(test_threshold_and_length),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
