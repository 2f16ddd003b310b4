/* gateway_limits.h - every bound of the gateway: queues, batches, deadlines.
 *
 * These are process bounds: they never change a result, only how much waits where and for how long.
 * Bounds that change results are market constants, engine/limits.h.
 */
#ifndef GATEWAY_GATEWAY_LIMITS_H
#define GATEWAY_GATEWAY_LIMITS_H
#include "engine/limits.h"
#include "persist/entry.h"
#include "proto/wire.h"

/* Connections. Slot 0 is the house: set-up commands of the market file take the same road. */
#define CONNECTIONS_MAX 256u
#define SPEAKER_HOUSE 0u
#define NEWCOMERS_MAX 128u /* of them not logged on; one more and the oldest has to go */
#define LISTEN_MAX 8u      /* order and feed addresses, each */
#define ACCEPT_BACKLOG 1u  /* accepts under way per address */

/* Commands of one connection that are received and not answered; also the size of its ring, and
 * never above the lane window (system.md section 2, exactly once). A power of two. */
#define CREDITS_MAX 4096u
#define REQUESTS_MAX 8u           /* logons and queries of one connection that wait; power of two */
#define OUT_ROAD_BYTES (2u << 20) /* answers and reports waiting for one reader; power of two */
#define OUT_DESK_BYTES (512u << 10) /* welcome and query rows waiting; power of two */
#define OUT_CONTROL_BYTES 4096u     /* BUSY frames waiting; power of two */
#define STAGE_BYTES (32u << 10)     /* frames of one connection being filled by the release stage */

/* Batches. */
#define BATCHES 8u                    /* of the fixed pool; a power of two */
#define BATCH_COMMANDS_MAX 4096u      /* of one batch */
#define DRAIN_MAX 1024u               /* commands of one connection in one batch */
#define BATCH_EVENTS_BYTES (4u << 20) /* above this a batch is released in parts */
#define BATCH_EVENTS_KEEP (16u << 20) /* event memory above this goes back to the system */

/* Questions. */
#define QUERY_ROWS_MAX 50000u       /* rows of one answer; a client pages on */
#define QUERY_BYTES_MAX (16u << 20) /* of one answer, encoded */

/* Market data. */
#define FEED_EVENTS_MAX 65000u /* of one message; more are split */
#define FEED_SEND_QUEUE 4096   /* messages per subscriber (measured.md, NNG 7) */
#define FEED_LEVELS_MAX 60000u /* levels of one book in a snapshot */
#define FEED_VIEW_LEVELS 20u   /* of a side, as a zone sees it */
#define FEED_VIEW_MS 100u      /* an instrument's views are looked at so often, at most */
#define FEED_SNAPSHOT_MS 2000u /* every book once in this time */

/* Deadlines. */
#define LOGON_MS 5000u     /* from accept to a good LOGON */
#define HEARTBEAT_MS 5000u /* silence after which a side says HEARTBEAT */
#define SILENCE_MS (3u * HEARTBEAT_MS)
#define STALL_MS 10000u      /* a send that makes no progress */
#define LINGER_MS 500u       /* between a FAULT and the close, so that it can be read */
#define RETIRE_MS 2000u      /* for callbacks of a closed stream, then they are aborted */
#define ACCEPT_RETRY_MS 100u /* after a failed accept */
#define BUSY_RETRY_MS 20u    /* what BUSY tells the client to wait */
#define TICK_MS 50u          /* of the main loop */
#define DRAIN_MS 10000u      /* SIGTERM: for what is in flight */

_Static_assert(CONNECTIONS_MAX % 64 == 0, "whole words of the ready bitmap");
_Static_assert(NEWCOMERS_MAX < CONNECTIONS_MAX - 1, "strangers never take all slots");
_Static_assert(CREDITS_MAX <= LANE_WINDOW_MAX, "a lane window can hold all credits");
_Static_assert((CREDITS_MAX & (CREDITS_MAX - 1)) == 0, "ring sizes are powers of two");
_Static_assert((BATCHES & (BATCHES - 1)) == 0, "the batch pool is a ring");
_Static_assert(BATCHES >= 2, "a batch released in parts needs a second one to go on");
_Static_assert(BATCH_COMMANDS_MAX <= ENTRY_COUNT_MAX, "a batch is one journal entry");
_Static_assert(CREDITS_MAX >= FRAME_ITEMS_MAX, "a whole frame fits an empty ring");
_Static_assert(FEED_LEVELS_MAX < FEED_EVENTS_MAX, "a snapshot is one message");
_Static_assert(FEED_EVENTS_MAX <= UINT16_MAX, "the count of a message fits");
_Static_assert(OUT_DESK_BYTES >= 2 * FRAME_MAX, "a whole frame fits an empty ring");
#endif
