#include "gateway/session.h"
#include <sodium.h>
#include <stdlib.h>

static const uint32_t out_sizes[SESSION_OUTS] = {
    [SESSION_ROAD] = OUT_ROAD_BYTES,
    [SESSION_DESK] = OUT_DESK_BYTES,
    [SESSION_CONTROL] = OUT_CONTROL_BYTES,
};

int session_create(struct session *session, uint32_t slot)
{
    memset(session, 0, sizeof *session);
    session->slot = slot;
    session->command_slots = calloc(CREDITS_MAX, sizeof *session->command_slots);
    session->request_slots = calloc(REQUESTS_MAX, sizeof *session->request_slots);
    bool whole = session->command_slots && session->request_slots;
    for (int i = 0; i < SESSION_OUTS; i++) {
        session->out_slots[i] = malloc(out_sizes[i]); /* touched only as far as it is used */
        whole = whole && session->out_slots[i];
    }
    if (whole) return 0;
    session_destroy(session);
    return ERR_NO_MEMORY;
}

void session_destroy(struct session *session)
{
    free(session->command_slots);
    free(session->request_slots);
    session->command_slots = NULL;
    session->request_slots = NULL;
    for (int i = 0; i < SESSION_OUTS; i++) {
        free(session->out_slots[i]);
        session->out_slots[i] = NULL;
    }
}

void session_begin(struct session *session, const uint8_t cluster[CLUSTER_BYTES])
{
    ASSERT(atomic_load(&session->state) == SESSION_FREE);
    ring_init(&session->commands, CREDITS_MAX);
    ring_init(&session->requests, REQUESTS_MAX);
    for (int i = 0; i < SESSION_OUTS; i++)
        ring_init(&session->out[i], out_sizes[i]);
    session->participant = PARTICIPANT_NONE;
    session->role = ROLE_PUBLIC;
    atomic_store(&session->taken, 0);
    session->busy_id = 0;
    session->busy_lane = 0;
    atomic_store(&session->answered, 0);
    atomic_store(&session->ending, 0);
    memset(&session->user, 0, sizeof session->user);
    randombytes_buf(session->nonce, sizeof session->nonce);
    struct wire_challenge challenge = {.version = WIRE_VERSION};
    memcpy(challenge.nonce, session->nonce, sizeof challenge.nonce);
    memcpy(challenge.cluster, cluster, sizeof challenge.cluster);
    uint8_t bytes[128];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    bool fits = wire_challenge_put(&writer, &challenge);
    ASSERT(fits);
    fits = ring_bytes_put(&session->out[SESSION_DESK], session->out_slots[SESSION_DESK], bytes,
                          (uint32_t)writer.used);
    ASSERT(fits);
    atomic_fetch_add(&session->generation, 1);
    atomic_store(&session->state, SESSION_NEW);
}

void session_fail(struct session *session, int fault, const char *field, uint32_t place,
                  int64_t limit)
{
    uint32_t none = 0;
    if (!atomic_compare_exchange_strong(&session->ending, &none, 1)) return;
    session->fault = (struct wire_fault){.fault = fault, .place = place, .limit = limit};
    size_t size = strlen(field);
    memcpy(session->fault.field.text, field, size < NAME_BYTES ? size : NAME_BYTES);
    atomic_store_explicit(&session->ending, 2, memory_order_release);
}

int session_failed(const struct session *session)
{
    if (atomic_load_explicit(&session->ending, memory_order_acquire) != 2) return 0;
    return session->fault.fault;
}

bool session_quiet(const struct session *session)
{
    if (atomic_load(&session->taken) != atomic_load(&session->answered)) return false;
    bool empty = ring_empty(&session->commands) && ring_empty(&session->requests);
    for (int i = 0; i < SESSION_OUTS; i++)
        empty = empty && ring_empty(&session->out[i]);
    return empty;
}

static int fail(struct session *session, int fault, const char *field, size_t place, int64_t limit)
{
    session_fail(session, fault, field, (uint32_t)place, limit);
    return fault;
}

/* BUSY is said once; the road is closed to this client until it begins again with that command. */
static int say_busy(struct session *session, const struct command *first)
{
    session->busy_lane = first->lane;
    session->busy_id = first->id;
    struct wire_busy busy = {.lane = first->lane, .id = first->id, .retry_ms = BUSY_RETRY_MS};
    uint8_t bytes[64];
    struct wire_writer writer = {.bytes = bytes, .capacity = sizeof bytes};
    bool fits = wire_busy_put(&writer, &busy);
    ASSERT(fits);
    if (ring_bytes_put(&session->out[SESSION_CONTROL], session->out_slots[SESSION_CONTROL], bytes,
                       (uint32_t)writer.used))
        return 0;
    return fail(session, ERR_SLOW_READER, "busy", 0, OUT_CONTROL_BYTES);
}

/* Who acts is never a field of a message: it comes from the key the client logged on with. */
static void sign_with_session(const struct session *session, struct command *command)
{
    command->role = session->role;
    command->actor = session->participant;
    command->subject = session->participant;
}

/* Decodes straight into the ring's free slots and publishes all at the end, so a malformed item
 * leaves nothing behind. What exceeds the credits is decoded only to be checked. */
static int take_commands(struct session *session, struct session_doors *doors,
                         const struct wire_frame *frame)
{
    struct codec_place place = {.field = "count"};
    struct wire_reader reader = wire_reader_of(frame);
    uint32_t in_flight = atomic_load_explicit(&session->taken, memory_order_relaxed) -
                         atomic_load_explicit(&session->answered, memory_order_acquire);
    uint32_t room = doors->credits > in_flight ? doors->credits - in_flight : 0;
    uint32_t free_slots = ring_room(&session->commands, frame->count);
    if (free_slots < room) room = free_slots;
    uint32_t taken = 0;
    struct command spare;
    struct command refused = {.id = 0};
    bool ignore = false;
    if (frame->count == 0 || frame->count > FRAME_ITEMS_MAX)
        return fail(session, ERR_LIMIT, "count", 6, FRAME_ITEMS_MAX);
    for (uint32_t i = 0; i < frame->count; i++) {
        bool fits = taken < room && !refused.id && !ignore;
        struct command *slot =
            fits ? &session->command_slots[ring_free_slot(&session->commands, taken)] : &spare;
        if (wire_command_get(&reader, slot, &place))
            return fail(session, ERR_MALFORMED, place.field, place.offset, 0);
        if (i == 0 && session->busy_id)
            ignore = slot->id != session->busy_id || slot->lane != session->busy_lane;
        if (ignore) continue;
        sign_with_session(session, slot);
        if (fits)
            taken++;
        else if (!refused.id)
            refused = *slot;
    }
    if (!wire_reader_done(&reader)) return fail(session, ERR_MALFORMED, "length", 0, frame->count);
    if (ignore) return 0;
    session->busy_id = 0;
    if (taken) {
        atomic_fetch_add_explicit(&session->taken, taken, memory_order_relaxed);
        ring_publish(&session->commands, taken);
        ready_set(&doors->commands_ready, session->slot);
        waker_wake(doors->engine);
    }
    return refused.id ? say_busy(session, &refused) : 0;
}

static int ask_desk(struct session *session, struct session_doors *doors,
                    const struct session_request *request)
{
    if (!ring_room(&session->requests, 1))
        return fail(session, ERR_LIMIT, "queries", 0, REQUESTS_MAX);
    struct session_request *slot = &session->request_slots[ring_free_slot(&session->requests, 0)];
    *slot = *request;
    slot->asked_index = doors->committed(doors->context);
    ring_publish(&session->requests, 1);
    ready_set(&doors->requests_ready, session->slot);
    waker_wake(doors->desk);
    return 0;
}

static int take_logon(struct session *session, struct session_doors *doors,
                      const struct wire_frame *frame)
{
    struct session_request request = {.type = WIRE_LOGON};
    struct codec_place place = {.field = "logon"};
    if (wire_logon_get(frame, &request.logon, &place))
        return fail(session, ERR_MALFORMED, place.field, place.offset, 0);
    if (request.logon.version != WIRE_VERSION)
        return fail(session, ERR_VERSION, "version", 0, WIRE_VERSION);
    uint32_t new = SESSION_NEW; /* moved on before the desk can make it LIVE */
    if (!atomic_compare_exchange_strong(&session->state, &new, SESSION_CHECKING)) return 0;
    return ask_desk(session, doors, &request);
}

static int take_query(struct session *session, struct session_doors *doors,
                      const struct wire_frame *frame)
{
    struct session_request request = {.type = WIRE_QUERY};
    struct codec_place place = {.field = "query"};
    if (wire_query_get(frame, &request.query, &place))
        return fail(session, ERR_MALFORMED, place.field, place.offset, 0);
    return ask_desk(session, doors, &request);
}

int session_frame(struct session *session, struct session_doors *doors,
                  const struct wire_frame *frame)
{
    uint32_t state = atomic_load_explicit(&session->state, memory_order_acquire);
    if (state == SESSION_LEAVING) return 0; /* said goodbye: nothing further counts */
    if (frame->type == WIRE_HEARTBEAT) return 0;
    if (state == SESSION_NEW) {
        if (frame->type == WIRE_LOGON) return take_logon(session, doors, frame);
        return fail(session, ERR_REFUSED, "logon", 4, 0);
    }
    if (state != SESSION_LIVE) /* the client has to wait for WELCOME */
        return fail(session, ERR_REFUSED, "welcome", 4, 0);
    switch (frame->type) {
    case WIRE_COMMANDS:
        return take_commands(session, doors, frame);
    case WIRE_QUERY:
        return take_query(session, doors, frame);
    case WIRE_LOGOFF:
        (void)atomic_compare_exchange_strong(&session->state, &state, SESSION_LEAVING);
        return 0;
    default:
        return fail(session, ERR_MALFORMED, "type", 4, frame->type);
    }
}
