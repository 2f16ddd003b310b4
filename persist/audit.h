/* audit.h - everything a data directory claims, checked: `lingnan audit DIR`.
 *
 * Verifies version, every checksum, the hash chain, gaps and seals; replays all commands into a
 * fresh engine and compares event digests; checks the engine's invariants and the reconciliation of
 * units and cash; compares the view's rows with the replay. Changes nothing and takes no lock, so
 * it may run beside the server: it then audits what was committed when it began.
 */
#ifndef PERSIST_AUDIT_H
#define PERSIST_AUDIT_H
#include "persist/entry.h"

struct audit_result {
    int fault;              /* 0: clean; else the first ERR_* found */
    struct fault_text text; /* place and reason of the first fault */
    uint8_t cluster[CLUSTER_BYTES];
    uint64_t segments;
    uint64_t entries;
    uint64_t commands;
    uint64_t events;
    uint64_t trades;
    uint64_t digests_compared;
    uint64_t sequence;                 /* of the last command */
    int64_t time_ns;                   /* of the last entry */
    uint8_t state_digest[HASH_BYTES];  /* over the whole state after the replay */
    uint8_t events_digest[HASH_BYTES]; /* the event chain there */
    uint8_t head[HASH_BYTES];          /* hash of the last entry */
    uint64_t instruments;              /* reconciled to zero difference */
    bool view_present;
    bool view_compared; /* false beside a server whose view had moved on meanwhile */
    uint64_t view_index;
    uint64_t view_sequence;
    uint64_t view_trades;   /* rows compared with the replay */
    uint64_t view_accounts; /* rows compared with the replay */
    uint64_t view_orders;
};

typedef void audit_progress(void *context, const char *line);

/* Returns result->fault. `progress` may be NULL. */
int audit_directory(const char *directory, audit_progress *progress, void *context,
                    struct audit_result *result);
#endif
