/* view_note.c - collects what a flush will write: rows that only grow, and what was touched.
 *
 * Of orders and accounts only the names are kept; how they stand is asked of the engine at the
 * flush, so nothing here has to know the rules.
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
    free(notes->awards.keys);
    free(notes->awards.slots);
    free(notes->orders.keys);
    free(notes->orders.slots);
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
    index_clear(&notes->awards);
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

/* Returns 0 or ERR_NO_MEMORY. */
static int index_put(struct note_index *index, uint64_t key)
{
    if (index->used == index->capacity && index_grow(index)) return ERR_NO_MEMORY;
    uint32_t slot = slot_of(index, key);
    if (index->slots[slot]) return 0;
    index->keys[index->used] = key;
    index->slots[slot] = ++index->used;
    return 0;
}

static int touch(struct view_notes *notes, uint32_t participant, uint16_t instrument)
{
    if (participant == PARTICIPANT_NONE) return 0;
    return index_put(&notes->accounts, (uint64_t)participant << 16 | instrument);
}

static int touch_two(struct view_notes *notes, uint32_t one, uint32_t other, uint16_t instrument)
{
    int fault = touch(notes, one, instrument);
    return fault ? fault : touch(notes, other, instrument);
}

/* An order and its owner's account; how both stand is looked up at the flush. */
static int touch_order(struct view_notes *notes, uint64_t order_id, uint32_t participant,
                       uint16_t instrument)
{
    int fault = index_put(&notes->orders, order_id);
    return fault ? fault : touch(notes, participant, instrument);
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

static int note_trade(struct view_notes *notes, const struct event_trade *event)
{
    uint8_t key[8];
    bytes_key64(key, event->n);
    notes->trades++;
    if (add_row(notes, VIEW_TRADES, key, sizeof key, &event->head, NULL) ||
        touch_order(notes, event->maker_order, event->maker_participant, event->instrument))
        return ERR_NO_MEMORY;
    return touch_order(notes, event->taker_order, event->taker_participant, event->instrument);
}

static int note_block_trade(struct view_notes *notes, const struct event_block_trade *event)
{
    uint8_t key[8];
    bytes_key64(key, event->n);
    notes->trades++;
    if (add_row(notes, VIEW_TRADES, key, sizeof key, &event->head, NULL)) return ERR_NO_MEMORY;
    return touch_two(notes, event->seller, event->buyer, event->instrument);
}

static int note_award(struct view_notes *notes, const struct event_award *event)
{
    if (add_numbered(notes, VIEW_ALLOCATIONS, &event->head, NULL)) return ERR_NO_MEMORY;
    return index_put(&notes->awards, (uint64_t)event->participant << 32 | event->auction);
}

static int note_busted(struct view_notes *notes, const struct event_busted *event)
{
    if (add_numbered(notes, VIEW_ALLOCATIONS, &event->head, NULL)) return ERR_NO_MEMORY;
    return touch_two(notes, event->seller, event->buyer, event->instrument);
}

static int note_permitted(struct view_notes *notes, const struct event_permitted *event)
{
    if (add_numbered(notes, VIEW_ALLOCATIONS, &event->head, NULL)) return ERR_NO_MEMORY;
    return touch_two(notes, event->seller, event->buyer, event->instrument);
}

static int note_call_fill(struct view_notes *notes, const struct event_call_fill *event)
{
    if (add_numbered(notes, VIEW_CALL_FILLS, &event->head, NULL)) return ERR_NO_MEMORY;
    return touch_order(notes, event->order_id, event->participant, event->instrument);
}

/* Commands that touch accounts nobody is named for: resale locks end, memberships and cities
 * begin, deposits come back, a seller's rest. Their steps do so too. */
static bool is_wide(uint8_t command)
{
    return command == COMMAND_DAY || command == COMMAND_CLEAR || command == COMMAND_SETTLE ||
           command == COMMAND_CITY || command == COMMAND_RULES;
}

/* Commands whose effect on accounts no event carries. Needs: it was not rejected. */
static int note_command(struct view_notes *notes, const struct command *command)
{
    uint16_t instrument = INSTRUMENT_NONE;
    if (is_wide(command->type)) notes->wide = true;
    if (is_wide(command->type) || (command->type == COMMAND_STEP && notes->wide))
        notes->all_accounts = true;
    switch (command->type) {
    case COMMAND_DEPOSIT:
        return touch(notes, command->body.deposit.account, INSTRUMENT_NONE);
    case COMMAND_ISSUE:
        if (add_numbered(notes, VIEW_ALLOCATIONS, NULL, command)) return ERR_NO_MEMORY;
        instrument = command->body.issue.instrument;
        return touch(notes, command->body.issue.account, instrument);
    case COMMAND_MEMBER:
        instrument = command->body.member.instrument;
        return touch(notes, command->body.member.account, instrument);
    case COMMAND_BUNDLE:
        return index_put(&notes->awards, (uint64_t)command->body.bundle.account << 32 |
                                             command->body.bundle.auction);
    case COMMAND_BID:
    case COMMAND_REGISTER:
    case COMMAND_REBID:
    case COMMAND_WITHDRAW:
    case COMMAND_STANDING:
        return touch(notes, command->subject, INSTRUMENT_NONE);
    default: /* their events name the accounts, or they touch none */
        return 0;
    }
}

static int note_named(struct view_notes *notes, const struct command *command,
                      const struct event_named *event)
{
    if (event->command == COMMAND_INSTRUMENT && event->id == 0) notes->first_instrument = true;
    if (event->command == COMMAND_PARTICIPANT) return touch(notes, event->id, INSTRUMENT_NONE);
    if (event->command == COMMAND_AUCTION && command->body.auction.seller != SELLER_ISSUER)
        return touch(notes, command->body.auction.seller, command->body.auction.instrument);
    return 0;
}

#define OF_ORDER(NAME, suffix)                                                                     \
    case EVENT_##NAME: {                                                                           \
        const struct event_##suffix *touched = EVENT_AS(suffix, event);                            \
        return touch_order(notes, touched->order_id, touched->participant, touched->instrument);   \
    }
#define NOTED(NAME, suffix)                                                                        \
    case EVENT_##NAME:                                                                             \
        return note_##suffix(notes, EVENT_AS(suffix, event));

static int note_event(struct view_notes *notes, const struct command *command,
                      const struct event *event)
{
    switch (event->type) {
        OF_ORDER(ACCEPTED, accepted)
        OF_ORDER(CANCELLED, cancelled)
        OF_ORDER(REPLACED, replaced)
        OF_ORDER(RESTED, rested)
        OF_ORDER(SHOWN, shown)
        OF_ORDER(PARKED, parked)
        OF_ORDER(TRIGGERED, triggered)
        NOTED(TRADE, trade)
        NOTED(BLOCK_TRADE, block_trade)
        NOTED(CALL_FILL, call_fill)
        NOTED(AWARD, award)
        NOTED(BUSTED, busted)
        NOTED(PERMITTED, permitted)
    case EVENT_CLEARED: /* deposits of losers and unsold units come back without an event */
        notes->all_accounts = true;
        return 0;
    case EVENT_NAMED:
        return note_named(notes, command, EVENT_AS(named, event));
    default: /* answers, prices and states: nobody's account */
        return 0;
    }
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
