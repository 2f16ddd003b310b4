#include "gateway/speaker.h"
#include <sodium.h>
#include <stdlib.h>

static const uint32_t out_sizes[SPEAKER_OUTS] = {
    [SPEAKER_ROAD] = OUT_ROAD_BYTES,
    [SPEAKER_DESK] = OUT_DESK_BYTES,
    [SPEAKER_CONTROL] = OUT_CONTROL_BYTES,
};

int speaker_create(struct speaker *speaker, uint32_t slot)
{
    memset(speaker, 0, sizeof *speaker);
    speaker->slot = slot;
    speaker->command_slots = calloc(CREDITS_MAX, sizeof *speaker->command_slots);
    speaker->request_slots = calloc(REQUESTS_MAX, sizeof *speaker->request_slots);
    bool whole = speaker->command_slots && speaker->request_slots;
    for (int i = 0; i < SPEAKER_OUTS; i++) {
        speaker->out_slots[i] = malloc(out_sizes[i]); /* touched only as far as it is used */
        whole = whole && speaker->out_slots[i];
    }
    if (whole) return 0;
    speaker_destroy(speaker);
    return ERR_NO_MEMORY;
}

void speaker_destroy(struct speaker *speaker)
{
    free(speaker->command_slots);
    free(speaker->request_slots);
    speaker->command_slots = NULL;
    speaker->request_slots = NULL;
    for (int i = 0; i < SPEAKER_OUTS; i++) {
        free(speaker->out_slots[i]);
        speaker->out_slots[i] = NULL;
    }
}

void speaker_begin(struct speaker *speaker, const uint8_t cluster[CLUSTER_BYTES])
{
    ASSERT(atomic_load(&speaker->state) == SPEAKER_FREE);
    ring_init(&speaker->commands, CREDITS_MAX);
    ring_init(&speaker->requests, REQUESTS_MAX);
    for (int i = 0; i < SPEAKER_OUTS; i++)
        ring_init(&speaker->out[i], out_sizes[i]);
    speaker->participant = PARTICIPANT_NONE;
    speaker->staff = PARTICIPANT_NONE;
    speaker->role = ROLE_PUBLIC;
    atomic_store(&speaker->taken, 0);
    speaker->busy_id = 0;
    speaker->busy_lane = 0;
    atomic_store(&speaker->answered, 0);
    atomic_store(&speaker->ending, 0);
    memset(&speaker->user, 0, sizeof speaker->user);
    randombytes_buf(speaker->nonce, sizeof speaker->nonce);
    struct wire_challenge challenge = {.version = WIRE_VERSION};
    memcpy(challenge.nonce, speaker->nonce, sizeof challenge.nonce);
    memcpy(challenge.cluster, cluster, sizeof challenge.cluster);
    uint8_t bytes[128];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    bool fits = wire_challenge_put(&writer, &challenge);
    ASSERT(fits);
    fits = ring_bytes_put(&speaker->out[SPEAKER_DESK], speaker->out_slots[SPEAKER_DESK], bytes,
                          (uint32_t)writer.used);
    ASSERT(fits);
    atomic_fetch_add(&speaker->generation, 1);
    atomic_store(&speaker->state, SPEAKER_NEW);
}

void speaker_fail(struct speaker *speaker, int fault, const char *field, uint32_t place,
                  int64_t limit)
{
    uint32_t none = 0;
    if (!atomic_compare_exchange_strong(&speaker->ending, &none, 1)) return;
    speaker->fault = (struct wire_fault){.fault = fault, .place = place, .limit = limit};
    size_t size = strlen(field);
    memcpy(speaker->fault.field.text, field, size < NAME_BYTES ? size : NAME_BYTES);
    atomic_store_explicit(&speaker->ending, 2, memory_order_release);
}

int speaker_failed(const struct speaker *speaker)
{
    if (atomic_load_explicit(&speaker->ending, memory_order_acquire) != 2) return 0;
    return speaker->fault.fault;
}

bool speaker_quiet(const struct speaker *speaker)
{
    if (atomic_load(&speaker->taken) != atomic_load(&speaker->answered)) return false;
    bool empty = ring_empty(&speaker->commands) && ring_empty(&speaker->requests);
    for (int i = 0; i < SPEAKER_OUTS; i++)
        empty = empty && ring_empty(&speaker->out[i]);
    return empty;
}

static int fail(struct speaker *speaker, int fault, const char *field, size_t place, int64_t limit)
{
    speaker_fail(speaker, fault, field, (uint32_t)place, limit);
    return fault;
}

/* BUSY is said once; the road is closed to this client until it begins again with that command. */
static int say_busy(struct speaker *speaker, const struct command *first)
{
    speaker->busy_lane = first->lane;
    speaker->busy_id = first->id;
    struct wire_busy busy = {.lane = first->lane, .id = first->id, .retry_ms = BUSY_RETRY_MS};
    uint8_t bytes[64];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    bool fits = wire_busy_put(&writer, &busy);
    ASSERT(fits);
    if (ring_bytes_put(&speaker->out[SPEAKER_CONTROL], speaker->out_slots[SPEAKER_CONTROL], bytes,
                       (uint32_t)writer.used))
        return 0;
    return fail(speaker, ERR_SLOW_READER, "busy", 0, OUT_CONTROL_BYTES);
}

/* Who acts is never a field of a message: it comes from the key the client logged on with. */
static void sign_with_speaker(const struct speaker *speaker, struct command *command)
{
    command->role = speaker->role;
    command->actor =
        speaker->participant == PARTICIPANT_NONE ? speaker->staff : speaker->participant;
    command->subject = speaker->participant;
}

/* Decodes straight into the ring's free slots and publishes all at the end, so a malformed item
 * leaves nothing behind. What exceeds the credits is decoded only to be checked. */
static int take_commands(struct speaker *speaker, struct speaker_doors *doors,
                         const struct wire_frame *frame)
{
    struct codec_place place = {.field = "count"};
    struct wire_reader reader = wire_reader_of(frame);
    uint32_t in_flight = atomic_load_explicit(&speaker->taken, memory_order_relaxed) -
                         atomic_load_explicit(&speaker->answered, memory_order_acquire);
    uint32_t room = doors->credits > in_flight ? doors->credits - in_flight : 0;
    uint32_t free_slots = ring_room(&speaker->commands, frame->count);
    if (free_slots < room) room = free_slots;
    uint32_t taken = 0;
    struct command spare;
    struct command refused = {.id = 0};
    bool ignore = false;
    if (frame->count == 0 || frame->count > FRAME_ITEMS_MAX)
        return fail(speaker, ERR_LIMIT, "count", 6, FRAME_ITEMS_MAX);
    for (uint32_t i = 0; i < frame->count; i++) {
        bool fits = taken < room && !refused.id && !ignore;
        struct command *slot =
            fits ? &speaker->command_slots[ring_free_slot(&speaker->commands, taken)] : &spare;
        if (wire_command_get(&reader, slot, &place))
            return fail(speaker, ERR_MALFORMED, place.field, place.offset, 0);
        if (i == 0 && speaker->busy_id)
            ignore = slot->id != speaker->busy_id || slot->lane != speaker->busy_lane;
        if (ignore) continue;
        sign_with_speaker(speaker, slot);
        if (fits)
            taken++;
        else if (!refused.id)
            refused = *slot;
    }
    if (!wire_reader_done(&reader)) return fail(speaker, ERR_MALFORMED, "length", 0, frame->count);
    if (ignore) return 0;
    speaker->busy_id = 0;
    if (taken) {
        atomic_fetch_add_explicit(&speaker->taken, taken, memory_order_relaxed);
        ring_publish(&speaker->commands, taken);
        ready_set(&doors->commands_ready, speaker->slot);
        waker_wake(doors->engine);
    }
    return refused.id ? say_busy(speaker, &refused) : 0;
}

static int ask_desk(struct speaker *speaker, struct speaker_doors *doors,
                    const struct speaker_request *request)
{
    if (!ring_room(&speaker->requests, 1))
        return fail(speaker, ERR_LIMIT, "queries", 0, REQUESTS_MAX);
    struct speaker_request *slot = &speaker->request_slots[ring_free_slot(&speaker->requests, 0)];
    *slot = *request;
    slot->asked_index = doors->committed(doors->context);
    ring_publish(&speaker->requests, 1);
    ready_set(&doors->requests_ready, speaker->slot);
    waker_wake(doors->desk);
    return 0;
}

static int take_logon(struct speaker *speaker, struct speaker_doors *doors,
                      const struct wire_frame *frame)
{
    struct speaker_request request = {.type = WIRE_LOGON};
    struct codec_place place = {.field = "logon"};
    if (wire_logon_get(frame, &request.logon, &place))
        return fail(speaker, ERR_MALFORMED, place.field, place.offset, 0);
    if (request.logon.version != WIRE_VERSION)
        return fail(speaker, ERR_VERSION, "version", 0, WIRE_VERSION);
    uint32_t new = SPEAKER_NEW; /* moved on before the desk can make it LIVE */
    if (!atomic_compare_exchange_strong(&speaker->state, &new, SPEAKER_CHECKING)) return 0;
    return ask_desk(speaker, doors, &request);
}

static int take_query(struct speaker *speaker, struct speaker_doors *doors,
                      const struct wire_frame *frame)
{
    struct speaker_request request = {.type = WIRE_QUERY};
    struct codec_place place = {.field = "query"};
    if (wire_query_get(frame, &request.query, &place))
        return fail(speaker, ERR_MALFORMED, place.field, place.offset, 0);
    return ask_desk(speaker, doors, &request);
}

int speaker_frame(struct speaker *speaker, struct speaker_doors *doors,
                  const struct wire_frame *frame)
{
    uint32_t state = atomic_load_explicit(&speaker->state, memory_order_acquire);
    if (state == SPEAKER_LEAVING) return 0; /* said goodbye: nothing further counts */
    if (frame->type == WIRE_HEARTBEAT) return 0;
    if (state == SPEAKER_NEW) {
        if (frame->type == WIRE_LOGON) return take_logon(speaker, doors, frame);
        return fail(speaker, ERR_REFUSED, "logon", 4, 0);
    }
    if (state != SPEAKER_LIVE) /* the client has to wait for WELCOME */
        return fail(speaker, ERR_REFUSED, "welcome", 4, 0);
    switch (frame->type) {
    case WIRE_COMMANDS:
        return take_commands(speaker, doors, frame);
    case WIRE_QUERY:
        return take_query(speaker, doors, frame);
    case WIRE_LOGOFF:
        (void)atomic_compare_exchange_strong(&speaker->state, &state, SPEAKER_LEAVING);
        return 0;
    default:
        return fail(speaker, ERR_MALFORMED, "type", 4, frame->type);
    }
}
