#include "gateway/desk_answer.h"
#include "persist/digest.h"
#include <stdlib.h>
#include <sys/mman.h>

struct desk_answer {
    struct event_buffer rows; /* QUERY_BYTES_MAX */
    struct wire_writer writer;
    struct wire_rows head; /* of every frame of the answer */
    const struct speaker *speaker;
    bool full;
    uint64_t digest_sequence; /* the digest below belongs to this state; UINT64_MAX: none yet */
    uint8_t digest[HASH_BYTES];
};

static void *reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

struct desk_answer *desk_answer_create(void)
{
    struct desk_answer *answer = calloc(1, sizeof *answer);
    if (!answer) return NULL;
    answer->rows.capacity = QUERY_BYTES_MAX;
    answer->rows.bytes = reserve(QUERY_BYTES_MAX);
    answer->writer.capacity = QUERY_BYTES_MAX;
    answer->writer.bytes = reserve(QUERY_BYTES_MAX);
    answer->digest_sequence = UINT64_MAX;
    if (answer->rows.bytes && answer->writer.bytes) return answer;
    desk_answer_destroy(answer);
    return NULL;
}

void desk_answer_destroy(struct desk_answer *answer)
{
    if (!answer) return;
    if (answer->rows.bytes) munmap(answer->rows.bytes, QUERY_BYTES_MAX);
    if (answer->writer.bytes) munmap(answer->writer.bytes, QUERY_BYTES_MAX);
    free(answer);
}

const uint8_t *desk_answer_bytes(const struct desk_answer *answer, size_t *out_size)
{
    *out_size = answer->writer.used;
    return answer->writer.bytes;
}

size_t desk_answer_send(struct speaker *speaker, const uint8_t *bytes, size_t size)
{
    size_t sent = 0;
    while (sent < size) {
        struct wire_frame frame;
        size_t used;
        int whole = wire_frame_get(bytes + sent, size - sent, &frame, &used);
        ASSERT(whole == 0);
        if (!ring_bytes_put(&speaker->out[SPEAKER_DESK], speaker->out_slots[SPEAKER_DESK],
                            bytes + sent, (uint32_t)used))
            break;
        sent += used;
    }
    return sent;
}

/* ---- Frames ---- */

static bool open_frame(struct desk_answer *answer)
{
    return wire_open(&answer->writer, WIRE_ROWS) && wire_rows_put(&answer->writer, &answer->head);
}

static void put_row(struct desk_answer *answer, const struct event *row)
{
    /* Room for the last frame's head is kept, so an answer can always be ended. */
    if (answer->full || answer->writer.capacity - answer->writer.used < 1024) {
        answer->full = true;
        return;
    }
    if (wire_row_put(&answer->writer, row)) return;
    wire_close(&answer->writer);
    bool fits = open_frame(answer) && wire_row_put(&answer->writer, row);
    ASSERT(fits);
}

/* The frame that says "this was all" carries no rows. */
static void end_rows(struct desk_answer *answer, enum reason reason)
{
    wire_close(&answer->writer);
    answer->head.last = 1;
    answer->head.reason = (uint8_t)reason;
    bool fits = open_frame(answer);
    ASSERT(fits);
    wire_close(&answer->writer);
}

/* ---- Who may see what ---- */

static bool sees_all(const struct speaker *speaker)
{
    return speaker->role == ROLE_REGULATOR || speaker->role == ROLE_OPERATOR ||
           speaker->role == ROLE_AUDITOR || speaker->role == ROLE_SYSTEM;
}

static bool may_ask(const struct speaker *speaker, const struct query *query)
{
    if (query->kind == QUERY_HOLDERS) return sees_all(speaker);
    if (query->kind != QUERY_ACCOUNT && query->kind != QUERY_ORDERS) return true;
    return sees_all(speaker) ||
           (speaker->participant != PARTICIPANT_NONE && query->participant == speaker->participant);
}

/* An agreement that waits is known to its two sides only. */
static bool may_see(const struct speaker *speaker, const struct event *row)
{
    const struct event_row_block *block = (const void *)row;
    if (row->type != EVENT_ROW_BLOCK || sees_all(speaker)) return true;
    return speaker->participant != PARTICIPANT_NONE &&
           (block->seller == speaker->participant || block->buyer == speaker->participant);
}

static void hide_maker(struct event_trade *trade)
{
    memset(&trade->maker_client, 0, sizeof trade->maker_client);
    trade->maker_order = ORDER_ID_NONE;
    trade->maker_participant = PARTICIPANT_NONE;
    trade->maker_left = 0;
    trade->maker_filled = 0;
    if (trade->maker_side == SIDE_BUY)
        trade->buyer_fee = 0;
    else
        trade->seller_fee = 0;
}

static void hide_taker(struct event_trade *trade)
{
    memset(&trade->taker_client, 0, sizeof trade->taker_client);
    trade->taker_order = ORDER_ID_NONE;
    trade->taker_participant = PARTICIPANT_NONE;
    trade->taker_left = 0;
    trade->taker_filled = 0;
    if (trade->maker_side == SIDE_BUY)
        trade->seller_fee = 0;
    else
        trade->buyer_fee = 0;
}

static void hide_block(struct event_block_trade *trade, uint32_t self)
{
    bool sells = self != PARTICIPANT_NONE && trade->seller == self;
    bool buys = self != PARTICIPANT_NONE && trade->buyer == self;
    if (!sells && !buys) memset(&trade->name, 0, sizeof trade->name);
    if (!sells) trade->seller = PARTICIPANT_NONE;
    if (!sells) trade->seller_fee = 0;
    if (!buys) trade->buyer = PARTICIPANT_NONE;
    if (!buys) trade->buyer_fee = 0;
}

static int put_trade(void *context, const struct event *row, const struct command *issue)
{
    struct desk_answer *answer = context;
    union {
        struct event head;
        struct event_trade trade;
        struct event_block_trade block;
    } seen;
    const struct speaker *speaker = answer->speaker;
    uint32_t self = speaker->participant;
    (void)issue;
    memcpy(&seen, row, row->size);
    if (!sees_all(speaker) && row->type == EVENT_BLOCK_TRADE) {
        hide_block(&seen.block, self);
    } else if (!sees_all(speaker)) {
        if (self == PARTICIPANT_NONE || seen.trade.maker_participant != self)
            hide_maker(&seen.trade);
        if (self == PARTICIPANT_NONE || seen.trade.taker_participant != self)
            hide_taker(&seen.trade);
    }
    put_row(answer, &seen.head);
    return 0;
}

/* ---- Kinds of questions ---- */

static int answer_trades(struct desk_answer *answer, struct shadow *shadow,
                         const struct query *query, struct fault_text *why)
{
    int fault = shadow_flush(shadow, why); /* so that the view shows what the engine shows */
    if (fault) return fault;
    struct view_filter filter = {.participant = query->participant,
                                 .instrument = query->instrument};
    uint32_t rows = query->rows_max;
    if (rows == 0 || rows > QUERY_ROWS_MAX) rows = QUERY_ROWS_MAX;
    bool allowed = sees_all(answer->speaker) || query->participant == PARTICIPANT_NONE ||
                   query->participant == answer->speaker->participant;
    if (!allowed) {
        end_rows(answer, REASON_NOT_ALLOWED);
        return 0;
    }
    uint64_t next;
    fault = view_trades(shadow_view(shadow), query->from ? query->from : 1, rows, &filter,
                        put_trade, answer, &next, why);
    end_rows(answer, REASON_NONE);
    return fault;
}

static void answer_look(struct desk_answer *answer, struct shadow *shadow,
                        const struct query *query)
{
    struct look_query look = {.look = query->kind,
                              .zone = query->zone,
                              .to_zone = query->to_zone,
                              .local = query->local,
                              .instrument = query->instrument,
                              .participant = query->participant,
                              .auction = query->auction,
                              .rows_max = query->rows_max,
                              .from = query->from};
    if (look.rows_max == 0 || look.rows_max > QUERY_ROWS_MAX) look.rows_max = QUERY_ROWS_MAX;
    answer->rows.used = 0;
    enum reason reason = engine_look(shadow_engine(shadow), &look, &answer->rows);
    for (const struct event *row = event_next(&answer->rows, NULL); row && !reason;
         row = event_next(&answer->rows, row))
        if (may_see(answer->speaker, row)) put_row(answer, row);
    end_rows(answer, reason);
}

static void answer_digest(struct desk_answer *answer, const struct shadow *shadow, uint32_t ticket)
{
    uint64_t sequence = shadow_sequence(shadow);
    if (answer->digest_sequence != sequence) {
        digest_state(shadow_engine(shadow), answer->digest);
        answer->digest_sequence = sequence;
    }
    struct wire_digest digest = {.sequence = sequence, .ticket = ticket};
    memcpy(digest.hash, answer->digest, sizeof digest.hash);
    bool fits = wire_digest_put(&answer->writer, &digest);
    ASSERT(fits);
}

int desk_answer_make(struct desk_answer *answer, struct shadow *shadow,
                     const struct speaker *speaker, const struct wire_query *wire,
                     struct fault_text *why)
{
    const struct query *query = &wire->query;
    answer->writer.used = 0;
    answer->speaker = speaker;
    answer->full = false;
    answer->head = (struct wire_rows){.sequence = shadow_sequence(shadow), .ticket = wire->ticket};
    if (query->kind == QUERY_DIGEST) {
        answer_digest(answer, shadow, wire->ticket);
        return 0;
    }
    bool fits = open_frame(answer);
    ASSERT(fits);
    if (!may_ask(speaker, query)) {
        end_rows(answer, REASON_NOT_ALLOWED);
        return 0;
    }
    if (query->kind == QUERY_TRADES) return answer_trades(answer, shadow, query, why);
    answer_look(answer, shadow, query);
    return 0;
}
