/* digest.h - hashes that two machines compare: of the events so far, of the whole state.
 *
 * The chain of events is hashed one journal entry at a time:
 *   digest(entry) = BLAKE2b-256(digest(previous entry) || every event of the entry, encoded as in
 *   proto/codec.h, in order). Before the first entry the digest is 32 zero bytes, sequence 0.
 * The live engine and the shadow cut the stream at the same places because an entry is one batch.
 * Rows (answers to looks) never go in.
 * Threads:  a chain belongs to one thread. The struct is 64-byte aligned (libsodium): on the heap
 * it needs aligned_alloc.
 */
#ifndef PERSIST_DIGEST_H
#define PERSIST_DIGEST_H
#include "engine/engine.h"
#include "persist/entry.h"
#include <sodium.h>

struct digest_chain {
    uint64_t sequence;          /* of the last command of the last closed entry */
    uint8_t digest[HASH_BYTES]; /* up to there */
    bool open;                  /* an entry has been fed and not closed */
    crypto_generichash_state state;
};

void digest_chain_init(struct digest_chain *chain);

/* Adds the events of some commands of the present entry; call it as often as the buffer fills. */
void digest_chain_feed(struct digest_chain *chain, const struct event_buffer *events);

/* Ends the entry whose last command is `sequence`; needs: sequence > chain->sequence (asserted). */
void digest_chain_close(struct digest_chain *chain, uint64_t sequence);

/* Feed and close in one: all events of the entry are in one buffer. */
void digest_chain_next(struct digest_chain *chain, const struct event_buffer *events,
                       uint64_t sequence);

/* BLAKE2b-256 over engine_walk. Cost: the whole state. */
void digest_state(const struct engine *engine, uint8_t out[HASH_BYTES]);

/* Lower-case hex with terminator, for messages and files. */
void digest_hex(char *out, const uint8_t *bytes, size_t size); /* out: 2 * size + 1 */
#endif
