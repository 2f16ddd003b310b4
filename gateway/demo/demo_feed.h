/* demo_feed.h - the story listens to the public market data of one instrument.
 *
 * Owns:     a SUB socket. Messages queue up in it until they are asked for.
 * Failure:  what does not come in time is not there; the story's checks say so.
 */
#ifndef GATEWAY_DEMO_DEMO_FEED_H
#define GATEWAY_DEMO_DEMO_FEED_H
#include "engine/event.h"
#include "proto/fault.h"
#include "proto/wire.h"
#include <nng/nng.h>

#define DEMO_FEED_WAIT_MS 5000

struct demo_feed {
    nng_socket socket;
    bool open;
    nng_msg *message; /* being read */
    struct wire_reader events;
    _Alignas(8) uint8_t row[512]; /* the event given last */
};

int demo_feed_open(struct demo_feed *feed, const char *url, uint16_t instrument,
                   struct fault_text *why);
void demo_feed_close(struct demo_feed *feed); /* also a zeroed one */

/* The next event of that type, passing over others (and over snapshots). NULL: none came in
 * DEMO_FEED_WAIT_MS. Borrowed: until the next call. */
const struct event *demo_feed_next(struct demo_feed *feed, uint16_t type);
#endif
