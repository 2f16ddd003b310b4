/* audit_view.h - the view's part of an audit: its rows against the replay as it passes by. */
#ifndef PERSIST_AUDIT_VIEW_H
#define PERSIST_AUDIT_VIEW_H
#include "persist/audit.h"
#include "persist/view.h"

#define AUDIT_TRADES_AHEAD 512u

struct audit_view {
    struct view *view; /* NULL: there is none */
    struct view_state state;
    uint32_t ahead; /* trades read beforehand */
    uint32_t taken;
    union audit_trade {
        struct event head;
        struct event_trade trade;
        struct event_block_trade block;
    } trades[AUDIT_TRADES_AHEAD];
};

/* The number of a TRADE or BLOCK_TRADE; 0: the event is neither. */
uint64_t trade_number(const struct event *event);

/* Returns 0 also when there is no view, or one of a schema that will be rebuilt; a fault when it is
 * damaged. */
int audit_view_open(struct audit_view *audit, const char *directory, struct audit_result *result);
void audit_view_close(struct audit_view *audit);

/* A trade or agreement of the replay, number n, in order: the same must stand in the table. */
int audit_view_trade(struct audit_view *audit, const struct event *event, uint64_t n,
                     struct audit_result *result);

/* The replay has applied the entry `link` ends with. When the view stands there too, its accounts
 * and orders must be those of the engine. */
int audit_view_entry(struct audit_view *audit, const struct engine *engine,
                     const struct entry_link *link, struct audit_result *result);
#endif
