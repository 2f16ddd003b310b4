#include "gateway/demo/demo_feed.h"
#include "engine/assert.h"
#include "gateway/timing.h"
#include <nng/protocol/pubsub0/sub.h>

_Static_assert(sizeof(((struct demo_feed *)0)->row) >= sizeof(struct event_trade),
               "the largest public event fits");

int demo_feed_open(struct demo_feed *feed, const char *url, uint16_t instrument,
                   struct fault_text *why)
{
    const uint8_t topic[2] = {(uint8_t)(instrument & 0xff), (uint8_t)(instrument >> 8)};
    *feed = (struct demo_feed){.message = NULL};
    int failed = nng_sub0_open(&feed->socket);
    feed->open = failed == 0;
    if (!failed) failed = nng_socket_set(feed->socket, NNG_OPT_SUB_SUBSCRIBE, topic, sizeof topic);
    if (!failed) failed = nng_socket_set_int(feed->socket, NNG_OPT_RECVBUF, 1024);
    if (!failed) failed = nng_socket_set_size(feed->socket, NNG_OPT_RECVMAXSZ, 0);
    if (!failed) failed = nng_dial(feed->socket, url, NULL, 0);
    if (!failed) return 0;
    return fault_say(why, ERR_CONNECT, "market data %s: %s", url, nng_strerror(failed));
}

void demo_feed_close(struct demo_feed *feed)
{
    if (feed->message) nng_msg_free(feed->message);
    if (feed->open) nng_close(feed->socket);
    *feed = (struct demo_feed){.message = NULL};
}

/* The next message that is no snapshot. */
static bool receive(struct demo_feed *feed, int64_t until_ms)
{
    struct wire_feed head = {.snapshot = 1};
    while (head.snapshot) {
        const int64_t left_ms = until_ms - (int64_t)timing_steady_ms();
        if (feed->message) nng_msg_free(feed->message);
        feed->message = NULL;
        if (left_ms <= 0) return false;
        (void)nng_socket_set_ms(feed->socket, NNG_OPT_RECVTIMEO, (nng_duration)left_ms);
        if (nng_recvmsg(feed->socket, &feed->message, 0)) return false;
        if (wire_feed_get(nng_msg_body(feed->message), nng_msg_len(feed->message), &head,
                          &feed->events))
            return false;
    }
    return true;
}

const struct event *demo_feed_next(struct demo_feed *feed, uint16_t type)
{
    const int64_t until_ms = (int64_t)timing_steady_ms() + DEMO_FEED_WAIT_MS;
    for (;;) {
        struct event_buffer event = {.bytes = feed->row, .capacity = sizeof feed->row};
        if (!feed->message || wire_reader_done(&feed->events)) {
            if (!receive(feed, until_ms)) return NULL;
            continue;
        }
        if (wire_row_get(&feed->events, &event)) return NULL;
        const struct event *first = event_next(&event, NULL);
        if (first->type == type) return first;
    }
}
