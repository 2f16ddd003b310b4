/* load.h - the client side of the road: connections that send frames of orders and take the time
 * until each frame is answered.
 *
 * Both servers get the same bytes: the exchange (after a logon) answers a COMMANDS frame with
 * ANSWERS and REPORTS, the skeleton sends the frame back. A frame's time runs until the answer to
 * its last command has arrived.
 *
 * Closed loop (rate 0): every connection keeps `depth` frames unanswered. Open loop: frames are due
 * at fixed times, spread over the connections, and a frame's time runs from when it was due, so a
 * server that stalls is charged for everybody who had to wait (no coordinated omission). Never more
 * than the credits are unanswered; what is due meanwhile waits, and its clock runs.
 *
 * The orders: of every four one rests, one trades with it, and two are immediate-or-cancel and find
 * nothing; so the book stays small for ever and a quarter of the orders trade. All carry (lane,
 * id).
 *
 * Owns:     its connections and their buffers.
 * Threads:  load_run blocks; callbacks on NNG's threads, one mutex per connection.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H
#include "bench/histogram.h"
#include "proto/keyfile.h"
#include "proto/wire.h"

#define LOAD_CONNECTIONS_MAX 64
#define LOAD_CREDITS 4096 /* of a server that does not say */
#define LOAD_PRICE 5000
#define LOAD_INSTRUMENT 0

struct load_options {
    const char *url;
    const struct keyfile *keys; /* one per connection; NULL: no logon */
    uint32_t connections;
    uint32_t frame;       /* commands, 1..FRAME_ITEMS_MAX */
    uint32_t depth;       /* closed loop: frames unanswered per connection */
    uint64_t rate;        /* open loop: commands per second in all; 0: closed loop */
    uint64_t warm_ns;     /* not counted */
    uint64_t duration_ns; /* counted */
};

struct load_result {
    struct histogram latency; /* ns, one sample per frame */
    uint64_t commands;        /* answered in the counted time */
    uint64_t refused;         /* of these */
    uint64_t reports;         /* execution reports received in all */
    uint64_t duration_ns;
};

/* Returns 0, ERR_CONNECT, ERR_CLOSED, ERR_REFUSED (the server said FAULT), ERR_BUSY (it did not
 * take what its credits allow), ERR_MALFORMED, ERR_TIMEOUT (nothing came for a long time) or
 * ERR_NO_MEMORY. */
int load_run(const struct load_options *options, struct load_result *out, struct fault_text *why);
#endif
