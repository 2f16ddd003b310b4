/* Options: flags > environment > file > default; every bad value is named with its place. */
#include "tests/lib/cmocka_all.h"
#include "gateway/config.h"
#include "tests/gateway/raw_client.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config_builder builder;
static struct fault_text why;
static char directory[256];
static char file[300];

static int setup(void **state)
{
    (void)state;
    config_init(&builder);
    raw_make_directory(directory, sizeof directory);
    snprintf(file, sizeof file, "%s/lingnan.ini", directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (const struct config_option *option = config_options; option->name; option++) {
        char name[64];
        snprintf(name, sizeof name, "LINGNAN_%s", option->name);
        for (char *at = name; *at; at++)
            *at = *at == '-' ? '_' : (char)(*at >= 'a' && *at <= 'z' ? *at - 32 : *at);
        unsetenv(name);
    }
    config_deinit(&builder);
    raw_remove_directory(directory);
    return 0;
}

static void test_defaults(void **state)
{
    (void)state;
    assert_int_equal(config_finish(&builder, &why), 0);
    assert_int_equal(builder.config.threads, 3);
    assert_int_equal(builder.config.listen.count, 2);
    assert_non_null(strstr(builder.config.listen.items[0], "/lingnan-data/order.ipc"));
    assert_string_equal(builder.config.listen.items[1], "tcp://127.0.0.1:7700");
    assert_string_equal(builder.config.feed.items[1], "tcp://127.0.0.1:7701");
    assert_int_equal(builder.config.data[0], '/');     /* made absolute */
    assert_int_equal(builder.config.limits.orders, 0); /* not asked for */
}

static void test_the_stronger_source_wins(void **state)
{
    (void)state;
    raw_write_file(file, "[server]\nthreads = 1\norders = 10\nlevels=70\n"
                         "listen = ipc:///tmp/a,ipc:///tmp/b\n");
    setenv("LINGNAN_THREADS", "2", 1);
    setenv("LINGNAN_ORDERS", "20", 1);
    setenv("LINGNAN_LANE_WINDOW", "1024", 1);
    assert_int_equal(config_set(&builder, CONFIG_FLAG, "command line", "threads", "3", &why), 0);
    assert_int_equal(
        config_set(&builder, CONFIG_FLAG, "command line", "listen", "tcp://127.0.0.1:1", &why), 0);
    assert_int_equal(
        config_set(&builder, CONFIG_FLAG, "command line", "listen", "tcp://127.0.0.1:2", &why), 0);
    assert_int_equal(config_file(&builder, file, true, &why), 0);
    assert_int_equal(config_environment(&builder, &why), 0);
    assert_int_equal(config_finish(&builder, &why), 0);
    assert_int_equal(builder.config.threads, 3);
    assert_int_equal(builder.config.limits.orders, 20);
    assert_int_equal(builder.config.limits.levels, 70);
    assert_int_equal(builder.config.limits.lane_window, 1024);
    assert_int_equal(builder.config.listen.count, 2); /* the flags' own, not the file's too */
    assert_string_equal(builder.config.listen.items[1], "tcp://127.0.0.1:2");
}

/* The order in which sources are read does not matter. */
static void test_a_weaker_source_changes_nothing(void **state)
{
    (void)state;
    setenv("LINGNAN_FEED", "ipc:///tmp/x", 1);
    assert_int_equal(config_environment(&builder, &why), 0);
    raw_write_file(file, "feed = ipc:///tmp/y\n");
    assert_int_equal(config_file(&builder, file, true, &why), 0);
    assert_int_equal(builder.config.feed.count, 1);
    assert_string_equal(builder.config.feed.items[0], "ipc:///tmp/x");
}

static void refuse(const char *name, const char *value, const char *said)
{
    assert_int_equal(config_set(&builder, CONFIG_FLAG, "command line", name, value, &why),
                     ERR_USAGE);
    if (!strstr(why.text, said)) fail_msg("%s=%s: %s", name, value, why.text);
}

static void test_bad_values_are_named(void **state)
{
    (void)state;
    refuse("threads", "4", "threads=4 is outside 1..3");
    refuse("threads", "0", "outside");
    refuse("threads", "two", "not a whole number");
    refuse("threads", "", "not a whole number");
    refuse("threads", "2x", "not a whole number");
    refuse("threads", " 2", "not a whole number");
    refuse("threads", "99999999999999999999", "not a whole number");
    refuse("orders", "-1", "outside");
    refuse("orders", "999999999", "outside");
    refuse("zones", "33", "zones=33 is outside 1..32");
    refuse("segment-size", "1000", "outside");
    refuse("listen", "udp://x", "begins with ipc:// or tcp://");
    refuse("data", "", "1 to");
    refuse("no-such", "1", "no option is called no-such");
    for (uint32_t i = 0; i < LISTEN_MAX; i++)
        assert_int_equal(config_set(&builder, CONFIG_FLAG, "x", "feed", "ipc:///a", &why), 0);
    refuse("feed", "ipc:///b", "more than 8");
    assert_int_equal(builder.config.threads, 3); /* unchanged */
}

static void test_bad_files_are_named(void **state)
{
    (void)state;
    assert_int_equal(config_file(&builder, "/nowhere/x.ini", true, &why), ERR_NOT_FOUND);
    assert_int_equal(config_file(&builder, "/nowhere/x.ini", false, &why), 0);
    raw_write_file(file, "threads = 2\n\nthreads = 9\n");
    assert_int_equal(config_file(&builder, file, true, &why), ERR_USAGE);
    assert_non_null(strstr(why.text, "line 3"));
    assert_non_null(strstr(why.text, "threads=9"));
    raw_write_file(file, "threads = 2\nnonsense\n");
    assert_int_equal(config_file(&builder, file, true, &why), ERR_USAGE);
    assert_non_null(strstr(why.text, "line 2"));
    setenv("LINGNAN_THREADS", "many", 1);
    assert_int_equal(config_environment(&builder, &why), ERR_USAGE);
    assert_non_null(strstr(why.text, "LINGNAN_THREADS"));
}

static void test_socket_path_too_long(void **state)
{
    (void)state;
    char deep[200];
    memset(deep, 'd', sizeof deep);
    deep[0] = '/';
    deep[sizeof deep - 1] = 0;
    assert_int_equal(config_set(&builder, CONFIG_FLAG, "x", "data", deep, &why), 0);
    assert_int_equal(config_finish(&builder, &why), ERR_TOO_LONG);
    assert_non_null(strstr(why.text, "order.ipc"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_defaults),
        CASE(test_the_stronger_source_wins),
        CASE(test_a_weaker_source_changes_nothing),
        CASE(test_bad_values_are_named),
        CASE(test_bad_files_are_named),
        CASE(test_socket_path_too_long),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
