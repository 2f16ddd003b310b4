/* view_note.c - collects what a flush will write: rows that only grow, and what was touched.
 *
 * Orders and accounts are kept as they stand at the end, so an order that comes and goes between
 * two flushes costs no write at all.
 */
#include "engine/assert.h"
#include "persist/bytes.h"
#include "persist/view_inside.h"
#include "proto/codec.h"
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 1024u

void view_notes_deinit(struct view_notes *notes)
{
    free(notes->rows);
    free(notes->accounts.keys);
    free(notes->accounts.slots);
    free(notes->orders.keys);
    free(notes->orders.slots);
    free(notes->order_items);
    memset(notes, 0, sizeof *notes);
}

static void index_clear(struct note_index *index)
{
    if (index->slots) memset(index->slots, 0, index->slots_count * sizeof *index->slots);
    index->used = 0;
}

void view_notes_clear(struct view_notes *notes)
{
    notes->rows_used = 0;
    notes->count = 0;
    notes->trades = 0;
    notes->all_accounts = false;
    notes->first_instrument = false;
    index_clear(&notes->accounts);
    index_clear(&notes->orders);
}

static uint32_t slot_of(const struct note_index *index, uint64_t key)
{
    uint32_t mask = index->slots_count - 1;
    uint32_t slot = (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & mask;
    while (index->slots[slot] && index->keys[index->slots[slot] - 1] != key)
        slot = (slot + 1) & mask;
    return slot;
}

static int index_grow(struct note_index *index)
{
    uint32_t capacity = index->capacity ? index->capacity * 2 : FIRST_CAPACITY;
    uint64_t *keys = realloc(index->keys, capacity * sizeof *keys);
    if (!keys) return ERR_NO_MEMORY;
    index->keys = keys;
    uint32_t *slots = calloc(2 * (size_t)capacity, sizeof *slots);
    if (!slots) return ERR_NO_MEMORY;
    free(index->slots);
    index->slots = slots;
    index->slots_count = 2 * capacity;
    index->capacity = capacity;
    for (uint32_t i = 0; i < index->used; i++)
        index->slots[slot_of(index, index->keys[i])] = i + 1;
    return 0;
}

/* Place of the key, new or known. Returns 0 or ERR_NO_MEMORY. */
static int index_put(struct note_index *index, uint64_t key, uint32_t *out_place, bool *out_new)
{
    if (index->used == index->capacity && index_grow(index)) return ERR_NO_MEMORY;
    uint32_t slot = slot_of(index, key);
    *out_new = index->slots[slot] == 0;
    if (*out_new) {
        index->keys[index->used] = key;
        index->slots[slot] = ++index->used;
    }
    *out_place = index->slots[slot] - 1;
    return 0;
}

static int touch(struct view_notes *notes, uint32_t participant, uint16_t instrument)
{
    if (participant == PARTICIPANT_NONE) return 0;
    uint32_t place;
    bool fresh;
    return index_put(&notes->accounts, (uint64_t)participant << 16 | instrument, &place, &fresh);
}

static int order_note(struct view_notes *notes, uint64_t id, struct order_note **out)
{
    uint32_t place, capacity = notes->orders.capacity;
    bool fresh;
    if (index_put(&notes->orders, id, &place, &fresh)) return ERR_NO_MEMORY;
    if (notes->orders.capacity != capacity) {
        struct order_note *items =
            realloc(notes->order_items, notes->orders.capacity * sizeof *items);
        if (!items) return ERR_NO_MEMORY;
        notes->order_items = items;
    }
    *out = &notes->order_items[place];
    if (fresh) {
        memset(*out, 0, sizeof **out);
        (*out)->row.head.type = EVENT_ROW_OPEN;
        (*out)->row.head.size = sizeof(*out)->row;
        (*out)->row.order_id = id;
        (*out)->standing = ORDER_UNRESTED;
    }
    return 0;
}

static int add_row(struct view_notes *notes, enum view_table table, const uint8_t *key,
                   size_t key_size, const struct event *event, const struct command *issue)
{
    size_t most = 4 + VIEW_KEY_MAX + VIEW_VALUE_MAX;
    if (notes->rows_capacity - notes->rows_used < most) {
        size_t capacity = notes->rows_capacity ? notes->rows_capacity * 2 : (size_t)1 << 16;
        uint8_t *rows = realloc(notes->rows, capacity);
        if (!rows) return ERR_NO_MEMORY;
        notes->rows = rows;
        notes->rows_capacity = capacity;
    }
    uint8_t *at = notes->rows + notes->rows_used;
    uint8_t *value = at + 4 + key_size;
    size_t room = VIEW_VALUE_MAX - VIEW_VALUE_HEAD;
    size_t size = event ? codec_event_put(value + VIEW_VALUE_HEAD, room, event)
                        : codec_command_put(value + VIEW_VALUE_HEAD, room, issue);
    ASSERT(size > 0);
    memcpy(at + 4, key, key_size);
    size = view_seal(value, table, key, key_size, event ? VIEW_EVENT : VIEW_COMMAND, size);
    at[0] = (uint8_t)table;
    at[1] = (uint8_t)key_size;
    bytes_put16(at + 2, (uint16_t)size);
    notes->rows_used += 4 + key_size + size;
    notes->count++;
    return 0;
}

/* Key: the sequence and a number that rises inside one command. */
static int add_numbered(struct view_notes *notes, enum view_table table, const struct event *event,
                        const struct command *issue)
{
    uint8_t key[12];
    bytes_key64(key, notes->sequence);
    bytes_key32(key + 8, notes->ordinal++);
    return add_row(notes, table, key, sizeof key, event, issue);
}

#define EVENT_AS(kind, event) ((const struct event_##kind *)(const void *)(event))

static int note_accepted(struct view_notes *notes, const struct event_accepted *event)
{
    struct order_note *note;
    if (order_note(notes, event->order_id, &note)) return ERR_NO_MEMORY;
    note->row.left = event->qty;
    note->row.price = event->price;
    note->row.client_id = event->client_id;
    note->row.participant = event->participant;
    note->row.instrument = event->instrument;
    note->row.zone = event->zone;
    note->row.side = event->side;
    note->price_known = true;
    return touch(notes, event->participant, event->instrument);
}

static int note_trade(struct view_notes *notes, const struct event_trade *event)
{
    uint8_t key[8];
    bytes_key64(key, event->n);
    struct order_note *maker, *taker;
    if (add_row(notes, VIEW_TRADES, key, sizeof key, &event->head, NULL) ||
        order_note(notes, event->maker_order, &maker))
        return ERR_NO_MEMORY;
    notes->trades++;
    maker->row.left = event->maker_left;
    maker->row.filled = event->maker_filled;
    maker->row.client_id = event->maker_client;
    maker->row.participant = event->maker_participant;
    maker->row.instrument = event->instrument;
    maker->row.side = event->maker_side;
    maker->row.zone = event->maker_side == SIDE_BUY ? event->to_zone : event->from_zone;
    maker->standing = event->maker_left > 0 ? ORDER_OPEN : ORDER_GONE;
    /* The array may have moved: `maker` is not used any more. */
    if (order_note(notes, event->taker_order, &taker)) return ERR_NO_MEMORY;
    taker->row.left = event->taker_left;
    taker->row.filled = event->taker_filled;
    return touch(notes, event->maker_participant, event->instrument) ||
                   touch(notes, event->taker_participant, event->instrument)
               ? ERR_NO_MEMORY
               : 0;
}

static int note_cancelled(struct view_notes *notes, const struct event_cancelled *event)
{
    struct order_note *note;
    if (order_note(notes, event->order_id, &note)) return ERR_NO_MEMORY;
    note->standing = ORDER_GONE;
    return touch(notes, event->participant, event->instrument);
}

static int note_replaced(struct view_notes *notes, const struct event_replaced *event)
{
    struct order_note *note;
    if (order_note(notes, event->order_id, &note)) return ERR_NO_MEMORY;
    note->row.left = event->left;
    note->row.price = event->price;
    note->row.filled = event->filled;
    note->row.client_id = event->client_id;
    note->row.participant = event->participant;
    note->row.instrument = event->instrument;
    note->row.zone = event->zone;
    note->row.side = event->side;
    note->price_known = true;
    if (event->rested) note->standing = event->kept_priority ? ORDER_OPEN : ORDER_GONE;
    return touch(notes, event->participant, event->instrument);
}

static int note_rested(struct view_notes *notes, const struct event_rested *event)
{
    struct order_note *note;
    if (order_note(notes, event->order_id, &note)) return ERR_NO_MEMORY;
    note->row.left = event->left;
    note->row.price = event->price;
    note->price_known = true;
    note->standing = ORDER_OPEN;
    return touch(notes, event->participant, event->instrument);
}

static int note_call_fill(struct view_notes *notes, const struct event_call_fill *event)
{
    struct order_note *note;
    if (add_numbered(notes, VIEW_CALL_FILLS, &event->head, NULL) ||
        order_note(notes, event->order_id, &note))
        return ERR_NO_MEMORY;
    note->row.left = event->left;
    note->row.price = event->limit_price;
    note->row.filled = event->filled;
    note->row.client_id = event->client_id;
    note->row.participant = event->participant;
    note->row.instrument = event->instrument;
    note->row.zone = event->zone;
    note->row.side = event->side;
    note->price_known = true;
    note->standing = event->left > 0 ? ORDER_OPEN : ORDER_GONE;
    return touch(notes, event->participant, event->instrument);
}

/* Commands whose effect on accounts no event carries. Needs: it was not rejected. */
static int note_command(struct view_notes *notes, const struct command *command)
{
    switch ((enum command_type)command->type) {
    case COMMAND_DEPOSIT:
        return touch(notes, command->body.deposit.account, INSTRUMENT_NONE);
    case COMMAND_ISSUE:
        if (add_numbered(notes, VIEW_ALLOCATIONS, NULL, command)) return ERR_NO_MEMORY;
        return touch(notes, command->body.issue.account, command->body.issue.instrument);
    case COMMAND_MEMBER:
        return touch(notes, command->body.member.account, command->body.member.instrument);
    case COMMAND_BID:
        return touch(notes, command->subject, INSTRUMENT_NONE);
    case COMMAND_DAY: /* resale locks end, memberships begin */
        notes->all_accounts = true;
        return 0;
    case COMMAND_ZONE:
    case COMMAND_INSTRUMENT:
    case COMMAND_LINK:
    case COMMAND_LIMIT:
    case COMMAND_REF:
    case COMMAND_PARTICIPANT:
    case COMMAND_ORDER:
    case COMMAND_CANCEL:
    case COMMAND_REPLACE:
    case COMMAND_CANCEL_ALL:
    case COMMAND_PHASE:
    case COMMAND_UNCROSS:
    case COMMAND_PERIOD:
    case COMMAND_AUCTION:
    case COMMAND_CLEAR:
    case COMMAND_RULES:
    case COMMAND_STEP:
    case COMMAND_TERMS:
    case COMMAND_STRIP:
    case COMMAND_RETIRE:
    case COMMAND_CITY:
    case COMMAND_STATUS:
    case COMMAND_QUOTA:
    case COMMAND_DISCOUNT:
    case COMMAND_HOLDING:
    case COMMAND_GATE:
    case COMMAND_TRANCHE:
    case COMMAND_CALENDAR:
    case COMMAND_SEED:
    case COMMAND_CLICK:
    case COMMAND_BLOCK:
    case COMMAND_BUST:
    case COMMAND_PERMIT:
    case COMMAND_AUCTION_TERMS:
    case COMMAND_STAGE:
    case COMMAND_REGISTER:
    case COMMAND_REBID:
    case COMMAND_WITHDRAW:
    case COMMAND_SETTLE:
    case COMMAND_STANDING:
    case COMMAND_BUNDLE:
    case COMMAND_END:
        return 0;
    }
    return 0;
}

static int note_event(struct view_notes *notes, const struct command *command,
                      const struct event *event)
{
    switch ((enum event_type)event->type) {
    case EVENT_ACCEPTED:
        return note_accepted(notes, EVENT_AS(accepted, event));
    case EVENT_TRADE:
        return note_trade(notes, EVENT_AS(trade, event));
    case EVENT_CANCELLED:
        return note_cancelled(notes, EVENT_AS(cancelled, event));
    case EVENT_REPLACED:
        return note_replaced(notes, EVENT_AS(replaced, event));
    case EVENT_RESTED:
        return note_rested(notes, EVENT_AS(rested, event));
    case EVENT_CALL_FILL:
        return note_call_fill(notes, EVENT_AS(call_fill, event));
    case EVENT_AWARD:
        if (add_numbered(notes, VIEW_ALLOCATIONS, event, NULL)) return ERR_NO_MEMORY;
        return touch(notes, EVENT_AS(award, event)->participant, notes->cleared);
    case EVENT_CLEARED: /* deposits of losers and unsold units come back without an event */
        notes->all_accounts = true;
        notes->cleared = EVENT_AS(cleared, event)->instrument;
        return 0;
    case EVENT_NAMED:
        if (command->type == COMMAND_INSTRUMENT && EVENT_AS(named, event)->id == 0)
            notes->first_instrument = true;
        if (command->type == COMMAND_PARTICIPANT)
            return touch(notes, EVENT_AS(named, event)->id, INSTRUMENT_NONE);
        if (command->type == COMMAND_AUCTION && command->body.auction.seller != SELLER_ISSUER)
            return touch(notes, command->body.auction.seller, command->body.auction.instrument);
        return 0;
    case EVENT_DONE:
    case EVENT_REJECTED:
    case EVENT_PHASE:
    case EVENT_CALL:
    case EVENT_CALL_FLOW:
    case EVENT_LINK:
    case EVENT_CLOSE:
    case EVENT_ROW_LEVEL:
    case EVENT_ROW_ACCOUNT:
    case EVENT_ROW_OPEN:
    case EVENT_ROW_FUND:
    case EVENT_ROW_BALANCE:
    case EVENT_ROW_UNITS:
    case EVENT_ROW_CASH:
    case EVENT_ROW_AUCTION:
    case EVENT_ROW_INSTRUMENT:
    case EVENT_ROW_NAME:
    case EVENT_SHOWN:
    case EVENT_PARKED:
    case EVENT_TRIGGERED:
    case EVENT_INTERRUPTED:
    case EVENT_RENT:
    case EVENT_BLOCK_TRADE:
    case EVENT_PENDING:
    case EVENT_BUSTED:
    case EVENT_PERMITTED:
    case EVENT_SETTLED:
    case EVENT_STAGE:
    case EVENT_CONTAINED:
    case EVENT_SEED:
    case EVENT_RETIRED:
    case EVENT_RULES:
    case EVENT_ROW_INDICATIVE:
    case EVENT_ROW_PRICES:
    case EVENT_ROW_HOLDER:
    case EVENT_ROW_TERMS:
    case EVENT_ROW_GATE:
    case EVENT_ROW_BLOCK:
    case EVENT_ROW_JOB:
    case EVENT_ROW_OPEN_MORE:
    case EVENT_ROW_OFFER:
    case EVENT_END:
        return 0;
    }
    return 0;
}

int view_note(struct view *view, const struct command *command, const struct event_buffer *events)
{
    ASSERT(view->writer);
    struct view_notes *notes = &view->notes;
    notes->sequence = command->sequence;
    notes->ordinal = 0;
    const struct event *first = event_next(events, NULL);
    ASSERT(first);
    if (first->type == EVENT_REJECTED || (first->flags & EVENT_FLAG_REPEAT)) return 0;
    if (note_command(notes, command)) return ERR_NO_MEMORY;
    for (const struct event *event = event_next(events, NULL); event;
         event = event_next(events, event))
        if (note_event(notes, command, event)) return ERR_NO_MEMORY;
    return 0;
}

bool view_full(const struct view *view)
{
    const struct view_notes *notes = &view->notes;
    return notes->rows_used >= VIEW_PENDING_BYTES || notes->orders.used >= VIEW_DIRTY_MAX ||
           notes->accounts.used >= VIEW_DIRTY_MAX;
}

size_t view_pending(const struct view *view)
{
    return view->notes.count + view->notes.orders.used + view->notes.accounts.used;
}
