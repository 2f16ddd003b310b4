/* load.c - see load.h. */
#include "bench/load.h"
#include "bench/machine.h"
#include "bench/talk.h"
#include "engine/assert.h"
#include "engine/reason.h"
#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)
#define PATTERN 4 /* orders after which the kinds repeat */
#define TIMES (2u * LOAD_CREDITS)
#define STALL_NS (20 * SECOND_NS)
#define RECEIVE_BYTES (2u * FRAME_MAX)

struct connection {
    pthread_mutex_t lock; /* everything below */
    struct load *load;
    struct talk talk;
    nng_aio *receive;
    nng_aio *send;
    uint8_t *received; /* RECEIVE_BYTES */
    size_t received_size;
    uint8_t *sending; /* on its way */
    size_t sending_size;
    size_t sending_at;
    uint8_t *filling; /* goes next */
    size_t filling_size;
    size_t buffer_bytes;
    uint8_t *pattern;         /* frame + PATTERN encoded commands */
    uint64_t since_ns[TIMES]; /* of unanswered frames: when their clock started */
    uint64_t frames_sent;
    uint64_t frames_done;
    uint32_t answered; /* commands of the oldest unanswered frame */
    uint64_t next_id;
    uint64_t expected_id; /* of the next answer */
    uint64_t due_ns;      /* open loop: when the next frame is due */
    uint64_t last_ns;     /* something arrived */
    bool sends;           /* a send is under way */
    int fault;
    struct fault_text why;
    struct load_result result;
};

struct load {
    struct load_options options;
    size_t command_bytes;
    uint32_t credits;
    uint64_t interval_ns; /* open loop, of one connection */
    uint64_t count_from_ns;
    uint64_t count_until_ns;
    _Atomic bool stopping;
    struct connection *connections;
};

static void order_of(uint32_t turn, struct command *out)
{
    static const struct {
        uint8_t side;
        uint8_t tif;
        int64_t price;
    } kinds[PATTERN] = {
        {SIDE_SELL, TIF_DAY, LOAD_PRICE},
        {SIDE_BUY, TIF_IOC, LOAD_PRICE - 100},
        {SIDE_BUY, TIF_DAY, LOAD_PRICE},
        {SIDE_SELL, TIF_IOC, LOAD_PRICE + 100},
    };
    *out = (struct command){.type = COMMAND_ORDER, .lane = 1, .id = 1};
    out->body.order = (struct command_order){.qty = 10,
                                             .price = kinds[turn % PATTERN].price,
                                             .instrument = LOAD_INSTRUMENT,
                                             .side = kinds[turn % PATTERN].side,
                                             .type = ORDER_TYPE_LIMIT,
                                             .tif = kinds[turn % PATTERN].tif};
}

static void put_u64(uint8_t *out, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

/* One frame into `filling`: the encoded pattern with this connection's next ids. */
static void fill_frame(struct connection *c, uint64_t since_ns)
{
    const struct load *load = c->load;
    uint32_t count = load->options.frame;
    size_t size = FRAME_HEAD + count * load->command_bytes;
    uint8_t *out = c->filling + c->filling_size;
    ASSERT(c->filling_size + size <= c->buffer_bytes);
    ASSERT(c->frames_sent - c->frames_done < TIMES);
    uint32_t length = (uint32_t)(size - 4);
    put_u64(out, (uint64_t)length | (uint64_t)WIRE_COMMANDS << 32 | (uint64_t)count << 48);
    memcpy(out + FRAME_HEAD, c->pattern + (c->next_id % PATTERN) * load->command_bytes,
           count * load->command_bytes);
    for (uint32_t i = 0; i < count; i++) {
        put_u64(out + FRAME_HEAD + i * load->command_bytes + 8, c->next_id++);
    }
    c->since_ns[c->frames_sent++ % TIMES] = since_ns;
    c->filling_size += size;
}

static bool room(const struct connection *c)
{
    uint64_t unanswered = (c->frames_sent - c->frames_done) * c->load->options.frame;
    return unanswered + c->load->options.frame <= c->load->credits;
}

static void fill(struct connection *c, uint64_t now_ns)
{
    const struct load *load = c->load;
    if (atomic_load_explicit(&c->load->stopping, memory_order_relaxed)) return;
    if (load->options.rate == 0) {
        while (c->frames_sent - c->frames_done < load->options.depth && room(c)) {
            fill_frame(c, now_ns);
        }
        return;
    }
    while (c->due_ns <= now_ns && room(c)) {
        fill_frame(c, c->due_ns);
        c->due_ns += load->interval_ns;
    }
}

static void start_send(struct connection *c)
{
    nng_iov iov = {c->sending + c->sending_at, c->sending_size - c->sending_at};
    (void)nng_aio_set_iov(c->send, 1, &iov);
    nng_stream_send(c->talk.stream, c->send);
}

static void send_filled(struct connection *c)
{
    if (c->sends || c->filling_size == 0 || c->fault != 0) return;
    uint8_t *spare = c->sending;
    c->sending = c->filling;
    c->sending_size = c->filling_size;
    c->sending_at = 0;
    c->filling = spare;
    c->filling_size = 0;
    c->sends = true;
    start_send(c);
}

static void on_sent(void *argument)
{
    struct connection *c = argument;
    pthread_mutex_lock(&c->lock);
    int result = nng_aio_result(c->send);
    c->sends = false;
    if (result != 0) {
        if (!c->load->stopping && c->fault == 0) {
            c->fault = fault_say(&c->why, ERR_CLOSED, "sending: %s", nng_strerror(result));
        }
    } else {
        c->sending_at += nng_aio_count(c->send);
        if (c->sending_at < c->sending_size) {
            c->sends = true;
            start_send(c);
        } else {
            send_filled(c);
        }
    }
    pthread_mutex_unlock(&c->lock);
}

/* `count` further commands of the oldest unanswered frames are answered. */
static void answered(struct connection *c, uint32_t count, uint64_t refused, uint64_t now_ns)
{
    const struct load *load = c->load;
    bool counts = now_ns >= load->count_from_ns && now_ns <= load->count_until_ns;
    if (counts) {
        c->result.commands += count;
        c->result.refused += refused;
    }
    c->answered += count;
    while (c->answered >= load->options.frame && c->frames_done < c->frames_sent) {
        uint64_t since_ns = c->since_ns[c->frames_done++ % TIMES];
        c->answered -= load->options.frame;
        if (counts) histogram_add(&c->result.latency, now_ns - since_ns);
    }
}

static void take_answers(struct connection *c, const struct wire_frame *frame, uint64_t now_ns)
{
    struct wire_reader reader = wire_reader_of(frame);
    uint64_t refused = 0;
    for (uint16_t i = 0; i < frame->count; i++) {
        struct wire_answer answer;
        if (wire_answer_get(&reader, &answer, NULL) != 0 || answer.id != c->expected_id) {
            c->fault = fault_say(&c->why, ERR_MALFORMED, "not the answer to command %llu",
                                 (unsigned long long)c->expected_id);
            return;
        }
        c->expected_id++;
        refused += answer.reason != REASON_NONE;
    }
    answered(c, frame->count, refused, now_ns);
}

static void take_frame(struct connection *c, const struct wire_frame *frame, uint64_t now_ns)
{
    struct wire_fault fault = {0};
    switch (frame->type) {
    case WIRE_COMMANDS: /* the skeleton */
        answered(c, frame->count, 0, now_ns);
        break;
    case WIRE_ANSWERS:
        take_answers(c, frame, now_ns);
        break;
    case WIRE_REPORTS:
        c->result.reports += frame->count;
        break;
    case WIRE_HEARTBEAT:
        break;
    case WIRE_BUSY:
        c->fault = fault_say(&c->why, ERR_BUSY, "the server did not take what its credits allow");
        break;
    case WIRE_FAULT:
        (void)wire_fault_get(frame, &fault, NULL);
        c->fault = fault_say(&c->why, ERR_REFUSED, "the server says %s", fault_name(fault.fault));
        break;
    default: /* a number from outside */
        c->fault = fault_say(&c->why, ERR_MALFORMED, "frame of type %u", frame->type);
    }
}

static void take_bytes(struct connection *c, uint64_t now_ns)
{
    size_t at = 0;
    while (c->fault == 0) {
        struct wire_frame frame;
        size_t used = 0;
        int status = wire_frame_get(c->received + at, c->received_size - at, &frame, &used);
        if (status == 1) break;
        if (status != 0) {
            c->fault = fault_say(&c->why, status, "a frame that is none");
            break;
        }
        take_frame(c, &frame, now_ns);
        at += used;
    }
    memmove(c->received, c->received + at, c->received_size - at);
    c->received_size -= at;
}

static void start_receive(struct connection *c)
{
    nng_iov iov = {c->received + c->received_size, RECEIVE_BYTES - c->received_size};
    (void)nng_aio_set_iov(c->receive, 1, &iov);
    nng_stream_recv(c->talk.stream, c->receive);
}

static void on_received(void *argument)
{
    struct connection *c = argument;
    pthread_mutex_lock(&c->lock);
    int result = nng_aio_result(c->receive);
    if (result != 0) {
        if (!c->load->stopping && c->fault == 0) {
            c->fault = fault_say(&c->why, ERR_CLOSED, "receiving: %s", nng_strerror(result));
        }
    } else {
        uint64_t now_ns = machine_now_ns();
        c->received_size += nng_aio_count(c->receive);
        c->last_ns = now_ns;
        take_bytes(c, now_ns);
        fill(c, now_ns);
        send_filled(c);
        if (c->fault == 0 && !c->load->stopping) start_receive(c);
    }
    pthread_mutex_unlock(&c->lock);
}

static int connection_open(struct load *load, uint32_t index, struct fault_text *why)
{
    struct connection *c = &load->connections[index];
    uint32_t frame = load->options.frame;
    uint32_t credits = LOAD_CREDITS;
    c->load = load;
    c->next_id = c->expected_id = 1;
    int status = talk_open(&c->talk, load->options.url,
                           load->options.keys ? &load->options.keys[index] : NULL, &credits, why);
    if (status != 0) return status;
    load->credits = credits < LOAD_CREDITS ? credits : LOAD_CREDITS;
    if (frame > load->credits) {
        return fault_say(why, ERR_LIMIT, "the server gives credit for %u commands", credits);
    }
    size_t frames = load->credits / frame + 1;
    c->buffer_bytes = frames * (FRAME_HEAD + frame * load->command_bytes);
    c->received = malloc(RECEIVE_BYTES);
    c->sending = malloc(c->buffer_bytes);
    c->filling = malloc(c->buffer_bytes);
    c->pattern = malloc((frame + PATTERN) * load->command_bytes);
    if (!c->received || !c->sending || !c->filling || !c->pattern ||
        nng_aio_alloc(&c->receive, on_received, c) != 0 ||
        nng_aio_alloc(&c->send, on_sent, c) != 0) {
        return fault_say(why, ERR_NO_MEMORY, "no memory for a connection");
    }
    for (uint32_t i = 0; i < frame + PATTERN; i++) {
        uint8_t bytes[FRAME_HEAD + WIRE_COMMAND_HEAD + CODEC_BODY_MAX];
        struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
        struct command command;
        order_of(i, &command);
        ASSERT(wire_open(&writer, WIRE_COMMANDS) && wire_command_put(&writer, &command));
        ASSERT(writer.used == FRAME_HEAD + load->command_bytes);
        memcpy(c->pattern + i * load->command_bytes, bytes + FRAME_HEAD, load->command_bytes);
    }
    return 0;
}

static void connection_close(struct connection *c)
{
    talk_close(&c->talk); /* ends what is under way */
    if (c->receive) nng_aio_stop(c->receive);
    if (c->send) nng_aio_stop(c->send);
    if (c->receive) nng_aio_free(c->receive);
    if (c->send) nng_aio_free(c->send);
    talk_free(&c->talk);
    free(c->received);
    free(c->sending);
    free(c->filling);
    free(c->pattern);
    (void)pthread_mutex_destroy(&c->lock);
}

/* Looks at every connection: sends what is due, notices faults and stalls. Returns when to look
 * again at the latest. */
static uint64_t look_around(struct load *load, uint64_t now_ns, int *out_fault,
                            struct fault_text *why)
{
    uint64_t next_ns = now_ns + SECOND_NS / 100;
    for (uint32_t i = 0; i < load->options.connections; i++) {
        struct connection *c = &load->connections[i];
        pthread_mutex_lock(&c->lock);
        if (load->options.rate != 0) {
            fill(c, now_ns);
            send_filled(c);
            if (room(c) && c->due_ns < next_ns) next_ns = c->due_ns;
        }
        if (c->fault == 0 && now_ns > c->last_ns + STALL_NS && c->frames_done < c->frames_sent) {
            c->fault = fault_say(&c->why, ERR_TIMEOUT, "no answer for 20 seconds");
        }
        if (c->fault != 0 && *out_fault == 0) {
            *out_fault = c->fault;
            *why = c->why;
        }
        pthread_mutex_unlock(&c->lock);
    }
    return next_ns;
}

static int drive(struct load *load, struct fault_text *why)
{
    const struct load_options *options = &load->options;
    uint64_t start_ns = machine_now_ns();
    int fault = 0;
    load->count_from_ns = start_ns + options->warm_ns;
    load->count_until_ns = load->count_from_ns + options->duration_ns;
    if (options->rate != 0) {
        load->interval_ns = SECOND_NS * options->frame * options->connections / options->rate;
        if (load->interval_ns == 0) load->interval_ns = 1;
    }
    for (uint32_t i = 0; i < options->connections; i++) {
        struct connection *c = &load->connections[i];
        pthread_mutex_lock(&c->lock);
        c->last_ns = start_ns;
        c->due_ns = start_ns + load->interval_ns * i / options->connections;
        start_receive(c);
        fill(c, start_ns);
        send_filled(c);
        pthread_mutex_unlock(&c->lock);
    }
    for (uint64_t now_ns = start_ns; now_ns < load->count_until_ns && fault == 0;) {
        uint64_t next_ns = look_around(load, now_ns, &fault, why);
        if (next_ns > load->count_until_ns) next_ns = load->count_until_ns;
        const struct timespec until = {(time_t)(next_ns / SECOND_NS), (long)(next_ns % SECOND_NS)};
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        now_ns = machine_now_ns();
    }
    return fault;
}

int load_run(const struct load_options *options, struct load_result *out, struct fault_text *why)
{
    ASSERT(options->connections > 0 && options->connections <= LOAD_CONNECTIONS_MAX);
    ASSERT(options->frame > 0 && options->frame <= FRAME_ITEMS_MAX && options->depth > 0);
    struct load load = {.options = *options,
                        .credits = LOAD_CREDITS,
                        .command_bytes = WIRE_COMMAND_HEAD + codec_body_size(COMMAND_ORDER)};
    int status = 0;
    load.connections = calloc(options->connections, sizeof *load.connections);
    if (!load.connections) return fault_say(why, ERR_NO_MEMORY, "no memory for the connections");
    for (uint32_t i = 0; i < options->connections; i++) {
        (void)pthread_mutex_init(&load.connections[i].lock, NULL);
    }
    for (uint32_t i = 0; i < options->connections && status == 0; i++) {
        status = connection_open(&load, i, why);
    }
    if (status == 0) status = drive(&load, why);
    load.stopping = true;
    struct load_result *total = calloc(1, sizeof *total);
    if (!total && status == 0) status = fault_say(why, ERR_NO_MEMORY, "no memory for the result");
    for (uint32_t i = 0; i < options->connections; i++) {
        struct connection *c = &load.connections[i];
        connection_close(c);
        if (!total) continue;
        histogram_merge(&total->latency, &c->result.latency);
        total->commands += c->result.commands;
        total->refused += c->result.refused;
        total->reports += c->result.reports;
    }
    if (status == 0) {
        total->duration_ns = options->duration_ns;
        *out = *total;
    }
    free(total);
    free(load.connections);
    return status;
}
