/* leader.h - a server without a gateway: stamps commands, applies them, journals them in entries.
 *
 * The digest in an entry is that of the events before it, as when engine and journal work side by
 * side. Every run of leader_trade with the same seed gives the same market.
 */
#ifndef TESTS_PERSIST_LEADER_H
#define TESTS_PERSIST_LEADER_H
#include "persist/recover.h"
#include "tests/persist/scratch.h"

#define LEADER_PARTICIPANTS 12u

struct leader {
    struct scratch *scratch;
    struct journal *journal;
    struct engine *engine;
    void *memory;
    size_t memory_size;
    struct event_buffer events;
    struct recovery start; /* what recovery said; start.chain is the live chain */
    struct entry entry;    /* being filled: its commands are in scratch->bytes */
    uint64_t seed;
    uint64_t client_ids;
    bool forge_digest; /* the next entry states a wrong one */
    uint32_t rule_set;
};

/* Opens journal and engine and recovers; fails the test when that fails. */
struct leader *leader_open(struct scratch *scratch);
void leader_close(struct leader *leader);

/* Applies one command in the present entry: everything but header stamps is the caller's. */
void leader_do(struct leader *leader, struct command command);

/* Journals the present entry, if it has commands. */
void leader_commit(struct leader *leader);

/* Two linked zones, two instruments in continuous trading, participants with cash and units. */
void leader_set_up(struct leader *leader);

/* Random orders, cancels, replaces, calls, agreements, busts and changes of zone, in entries of
 * random size. */
void leader_trade(struct leader *leader, uint32_t commands);

/* A day change, and an auction with bids that is cleared. */
void leader_next_day(struct leader *leader);
void leader_auction(struct leader *leader);

struct name leader_name(const char *text);
#endif
