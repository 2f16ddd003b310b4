/* client_case.h - a client, a fake server and what the cases about both expect.
 *
 * Each test program that includes this has its own server and client; one case runs at a time. */
#ifndef TESTS_PROTO_CLIENT_CASE_H
#define TESTS_PROTO_CLIENT_CASE_H
#include "tests/lib/cmocka_all.h"
#include "proto/lingnan.h"
#include "tests/proto/fake_server.h"
#include <poll.h>
#include <stdio.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS 20000 /* only a hanging case meets it */

static struct fake_server server;
static struct ln_client *client;

static inline int setup(void **state)
{
    (void)state;
    client = NULL;
    return fake_start(&server) ? 0 : -1;
}

/* A case that failed half way leaves its client to the process's end. */
static inline int teardown(void **state)
{
    (void)state;
    atomic_store(&server.release, 1);
    atomic_store(&server.opened, 1);
    const int wrong = fake_end(&server);
    if (wrong) print_message("the fake server's check in line %d failed\n", wrong);
    return wrong ? -1 : 0;
}

static inline int open_with(struct ln_options options, struct fault_text *why)
{
    options.url = server.url;
    options.key_path = server.key_path;
    const int fault = ln_open(&options, &client, why);
    atomic_store(&server.opened, 1);
    return fault;
}

static inline void open_client(void)
{
    struct fault_text why = {""};
    const int fault = open_with((struct ln_options){.lane = 9}, &why);
    if (fault) print_message("%s\n", why.text);
    assert_int_equal(fault, 0);
}

static inline const struct command *periods(size_t count)
{
    static struct command commands[FRAME_ITEMS_MAX];
    for (size_t i = 0; i < count; i++)
        commands[i] = (struct command){.type = COMMAND_PERIOD, .body.period.year = 2026};
    return commands;
}

static inline struct ln_message next(void)
{
    struct ln_message message;
    assert_int_equal(ln_receive(client, &message, PATIENCE_MS), 0);
    return message;
}

static inline void expect_kind(enum ln_kind kind, int fault)
{
    const struct ln_message message = next();
    assert_int_equal(message.kind, kind);
    if (kind == LN_LOST || kind == LN_FAILED) assert_int_equal(message.fault, fault);
}

static inline void expect_answer(uint64_t id, uint8_t flags)
{
    const struct ln_message message = next();
    assert_int_equal(message.kind, LN_ANSWER);
    assert_int_equal(message.answer.id, id);
    assert_int_equal(message.answer.sequence, 100 + id);
    assert_int_equal(message.answer.flags, flags);
}

static inline void until_logoff(struct fake_server *fake)
{
    struct wire_frame frame;
    fake_greet(fake);
    FAKE_CHECK(fake, fake_next(fake, &frame) && frame.type == WIRE_LOGOFF);
}

static inline void refuse_key(struct fake_server *fake)
{
    if (!fake_accept(fake)) return;
    fake_challenge(fake);
    (void)fake_logon(fake);
    fake_fault(fake, ERR_KEY, "logon");
    fake_hang_up(fake);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#endif
