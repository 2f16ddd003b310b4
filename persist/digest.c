/* digest.c - event chain and state digest with BLAKE2b of libsodium. */
#include "persist/digest.h"
#include "engine/assert.h"
#include "proto/codec.h"
#include <string.h>

#define BLOCK_BYTES 8192 /* events are encoded in blocks of this size before they are hashed */
_Static_assert(BLOCK_BYTES >= 16 * CODEC_EVENT_MAX, "a block holds several events");

void digest_chain_init(struct digest_chain *chain)
{
    memset(chain, 0, sizeof *chain);
}

static void start(crypto_generichash_state *state)
{
    int bad = crypto_generichash_init(state, NULL, 0, HASH_BYTES);
    ASSERT(bad == 0);
}

static void open_entry(struct digest_chain *chain)
{
    if (chain->open) return;
    start(&chain->state);
    crypto_generichash_update(&chain->state, chain->digest, HASH_BYTES);
    chain->open = true;
}

void digest_chain_feed(struct digest_chain *chain, const struct event_buffer *events)
{
    open_entry(chain);
    uint8_t block[BLOCK_BYTES];
    size_t used = 0;
    for (const struct event *event = event_next(events, NULL); event;
         event = event_next(events, event)) {
        ASSERT(event->type < EVENT_ROW_LEVEL);
        if (sizeof block - used < CODEC_EVENT_MAX) {
            crypto_generichash_update(&chain->state, block, used);
            used = 0;
        }
        size_t size = codec_event_put(block + used, sizeof block - used, event);
        ASSERT(size > 0);
        used += size;
    }
    if (used > 0) crypto_generichash_update(&chain->state, block, used);
}

void digest_chain_close(struct digest_chain *chain, uint64_t sequence)
{
    ASSERT(sequence > chain->sequence);
    open_entry(chain); /* in case no event was fed */
    crypto_generichash_final(&chain->state, chain->digest, HASH_BYTES);
    chain->sequence = sequence;
    chain->open = false;
}

void digest_chain_next(struct digest_chain *chain, const struct event_buffer *events,
                       uint64_t sequence)
{
    digest_chain_feed(chain, events);
    digest_chain_close(chain, sequence);
}

static void walk_sink(void *context, const void *bytes, size_t size)
{
    crypto_generichash_update(context, bytes, size);
}

void digest_state(const struct engine *engine, uint8_t out[HASH_BYTES])
{
    crypto_generichash_state state;
    start(&state);
    engine_walk(engine, walk_sink, &state);
    crypto_generichash_final(&state, out, HASH_BYTES);
}

void digest_hex(char *out, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * size] = '\0';
}
