/* reason.c - the words that go with the numbers of reason.h. */
#include "engine/reason.h"
#include "engine/assert.h"

static const struct {
    const char *name;
    const char *text;
    bool may_retry;
} reasons[] = {
#define REASON_ROW(number, name, retry, text) [number] = {#name, text, retry},
    REASON_LIST(REASON_ROW)
#undef REASON_ROW
};

const char *reason_name(enum reason reason)
{
    ASSERT(reason < REASON_COUNT);
    return reasons[reason].name;
}

const char *reason_text(enum reason reason)
{
    ASSERT(reason < REASON_COUNT);
    return reasons[reason].text;
}

bool reason_may_retry(enum reason reason)
{
    ASSERT(reason < REASON_COUNT);
    return reasons[reason].may_retry;
}
