/* drive_whole.c - the flow through engine_apply, with everything an order meets there.
 *
 * Before the clock starts: every instrument of the flow with the carbon family's fee and resale
 * lock, FLOW_ACCOUNTS participants funded with far more than the flow needs, self-trades allowed, a
 * band that holds every price. With two zones: odd accounts in the first, even ones in the second,
 * links 1/1 both ways without levy or limit.
 *
 * Orders carry no client id and no lane: they are named by the public id that ACCEPTED gave, which
 * this driver keeps per flow id as a client would. A reduce is a replace with the smaller open
 * quantity; one that would leave nothing is a cancel.
 */
#include "bench/drive.h"
#include "bench/naive_coupled.h"
#include "engine/assert.h"
#include "engine/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ACCOUNT_CASH (MONEY_MAX / (FLOW_ACCOUNTS + 1))
#define ACCOUNT_UNITS (QTY_MAX / (FLOW_ACCOUNTS + 1))
#define TIME_NS INT64_C(1780277400000000000) /* one trading morning; the flow has no clock */

struct placed { /* per flow id */
    uint64_t public_id;
    int64_t left; /* open quantity; 0: gone */
    uint32_t account;
};

struct whole {
    struct engine *engine;
    void *memory;
    size_t memory_size;
    struct event_buffer events;
    struct placed *orders;  /* by flow id */
    uint64_t *flow_of_slot; /* by slot of the public id: flow id */
    uint32_t slots;
    struct command command; /* reused; only what differs is written */
};

static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* An order's public id is slot + generation; the slot is its low half. */
static uint32_t slot_of(const struct whole *whole, uint64_t public_id)
{
    uint32_t slot = (uint32_t)public_id;
    ASSERT(slot < whole->slots);
    return slot;
}

static const struct event *apply(struct whole *whole)
{
    whole->command.sequence++;
    whole->events.used = 0;
    engine_apply(whole->engine, &whole->command, &whole->events);
    return event_next(&whole->events, NULL);
}

/* One command of the setting up. */
static int set_up(struct whole *whole, const struct command *command, struct fault_text *why)
{
    uint64_t sequence = whole->command.sequence;
    whole->command = *command;
    whole->command.sequence = sequence;
    whole->command.time_ns = TIME_NS;
    whole->command.role = ROLE_SYSTEM;
    const struct event *event = apply(whole);
    if (event->type != EVENT_REJECTED) return 0;
    const struct event_rejected *rejected = (const void *)event;
    return fault_say(why, ERR_REFUSED, "setting up: command %u is refused: %s", command->type,
                     reason_name(rejected->reason));
}

static struct name name_of(char letter, unsigned number)
{
    struct name name = {0};
    (void)snprintf(name.text, sizeof name.text, "%c%u", letter, number);
    return name;
}

static int set_up_instrument(struct whole *whole, const struct flow *flow, uint16_t instrument,
                             unsigned zones, struct fault_text *why)
{
    struct command command = {
        .type = COMMAND_INSTRUMENT, .actor = PARTICIPANT_NONE, .subject = PARTICIPANT_NONE};
    command.body.instrument = (struct command_instrument){.name = name_of('I', instrument),
                                                          .lot = 1,
                                                          .tick = 1,
                                                          .ref_price = flow->price_max,
                                                          .band_ppm = PPM,
                                                          .fee_ppm = UNSET,
                                                          .block_from = 0,
                                                          .t_plus = UNSET,
                                                          .family = FAMILY_CARBON,
                                                          .stp = STP_ALLOW,
                                                          .phase = PHASE_CONTINUOUS};
    int status = set_up(whole, &command, why);
    for (uint8_t from = 0; from < zones && status == 0; from++) {
        uint8_t to = from ^ 1u;
        if (zones == 1) break;
        command.type = COMMAND_LINK;
        command.body.link = (struct command_link){.rn = 1,
                                                  .rd = 1,
                                                  .instrument = instrument,
                                                  .from_zone = from,
                                                  .to_zone = to,
                                                  .allowed = 1};
        status = set_up(whole, &command, why);
    }
    for (uint32_t account = 0; account < FLOW_ACCOUNTS && status == 0; account++) {
        command.type = COMMAND_ISSUE;
        command.body.issue = (struct command_issue){
            .qty = ACCOUNT_UNITS, .account = account, .instrument = instrument};
        status = set_up(whole, &command, why);
    }
    return status;
}

static int set_up_market(struct whole *whole, const struct flow *flow, unsigned zones,
                         struct fault_text *why)
{
    struct command command = {
        .type = COMMAND_ZONE, .actor = PARTICIPANT_NONE, .subject = PARTICIPANT_NONE};
    int status = 0;
    for (unsigned zone = 0; zone < zones && status == 0; zone++) {
        command.body.zone.name = name_of('Z', zone);
        status = set_up(whole, &command, why);
    }
    for (uint32_t account = 1; account <= FLOW_ACCOUNTS && status == 0; account++) {
        command.type = COMMAND_PARTICIPANT;
        command.body.participant = (struct command_participant){
            .name = name_of('P', account),
            .zone = (uint8_t)(zones == 1 ? 0 : naive_coupled_zone(account)),
            .type = PARTICIPANT_TYPE_COVERED};
        status = set_up(whole, &command, why);
        if (status != 0) break;
        command.type = COMMAND_DEPOSIT;
        command.body.deposit =
            (struct command_deposit){.cash = ACCOUNT_CASH, .account = account - 1};
        status = set_up(whole, &command, why);
    }
    for (uint32_t i = 0; i < flow->instruments && status == 0; i++) {
        status = set_up_instrument(whole, flow, (uint16_t)i, zones, why);
    }
    return status;
}

static void whole_destroy(void *engine)
{
    struct whole *whole = engine;
    if (!whole) return;
    if (whole->memory) (void)munmap(whole->memory, whole->memory_size);
    if (whole->events.bytes) (void)munmap(whole->events.bytes, whole->events.capacity);
    free(whole->orders);
    free(whole->flow_of_slot);
    free(whole);
}

static struct engine_limits limits_for(const struct flow *flow, unsigned zones)
{
    uint64_t orders = flow->orders + 2 < ORDERS_MAX ? flow->orders + 2 : ORDERS_MAX;
    return (struct engine_limits){.zones = zones,
                                  .instruments = flow->instruments,
                                  .participants = FLOW_ACCOUNTS,
                                  .orders = (uint32_t)orders,
                                  .levels = flow->levels * zones + 16,
                                  .positions = FLOW_ACCOUNTS * flow->instruments * zones};
}

static int whole_create(const struct flow *flow, unsigned zones, void **out, struct fault_text *why)
{
    struct engine_limits limits = limits_for(flow, zones);
    if (!engine_limits_complete(&limits)) {
        return fault_say(why, ERR_LIMIT, "the flow needs more than the engine's bounds");
    }
    int status = 0;
    struct whole *whole = calloc(1, sizeof *whole);
    if (!whole) return fault_say(why, ERR_NO_MEMORY, "no memory for the engine");
    whole->memory_size = engine_memory(&limits);
    whole->memory = map(whole->memory_size);
    whole->events.capacity = engine_events_max(&limits);
    whole->events.bytes = map(whole->events.capacity);
    whole->slots = limits.orders + 1;
    whole->orders = calloc(flow->orders + 1, sizeof *whole->orders);
    whole->flow_of_slot = calloc(whole->slots, sizeof *whole->flow_of_slot);
    if (!whole->memory || !whole->events.bytes || !whole->orders || !whole->flow_of_slot) {
        status = fault_say(why, ERR_NO_MEMORY, "no memory for the engine");
    } else {
        whole->engine = engine_init(whole->memory, whole->memory_size, &limits);
        status = set_up_market(whole, flow, zones, why);
    }
    if (status != 0) {
        whole_destroy(whole);
        return status;
    }
    memset(&whole->command.body, 0, sizeof whole->command.body);
    whole->command.role = ROLE_ENTERPRISE;
    *out = whole;
    return 0;
}

static void fill_order(struct whole *whole, const struct flow_record *record)
{
    struct command *command = &whole->command;
    command->type = COMMAND_ORDER;
    command->actor = command->subject = record->account - 1;
    command->body.order = (struct command_order){.qty = (int64_t)record->quantity,
                                                 .price = record->price,
                                                 .instrument = record->instrument,
                                                 .side = record->side,
                                                 .type = ORDER_TYPE_LIMIT,
                                                 .tif = record->op == FLOW_IOC ? TIF_IOC : TIF_DAY};
}

static void fill_change(struct whole *whole, const struct flow_record *record)
{
    struct command *command = &whole->command;
    const struct placed *placed = &whole->orders[record->order_id];
    command->actor = command->subject = placed->account;
    if (record->op == FLOW_REDUCE && placed->left > (int64_t)record->quantity) {
        command->type = COMMAND_REPLACE;
        command->body.replace =
            (struct command_replace){.order_id = placed->public_id,
                                     .qty = placed->left - (int64_t)record->quantity,
                                     .price = UNSET};
    } else {
        command->type = COMMAND_CANCEL;
        /* An order that never was has no public id; no order answers to the largest number. */
        command->body.cancel = (struct command_cancel){
            .order_id = placed->public_id == ORDER_ID_NONE ? UINT64_MAX : placed->public_id};
    }
}

/* Follows the events of one record as its client would. */
static int follow(struct whole *whole, const struct flow_record *record, struct tape *tape,
                  const struct event *event, struct fault_text *why)
{
    struct placed *own = &whole->orders[record->order_id];
    for (; event; event = event_next(&whole->events, event)) {
        if (event->type == EVENT_ACCEPTED) {
            const struct event_accepted *accepted = (const void *)event;
            *own = (struct placed){accepted->order_id, accepted->qty, record->account - 1};
            whole->flow_of_slot[slot_of(whole, accepted->order_id)] = record->order_id;
        } else if (event->type == EVENT_TRADE) {
            const struct event_trade *trade = (const void *)event;
            uint64_t maker = whole->flow_of_slot[slot_of(whole, trade->maker_order)];
            whole->orders[maker].left = trade->maker_left;
            own->left = trade->taker_left;
            tape_trade(tape, maker, record->order_id, (uint64_t)trade->buyer_price,
                       (uint64_t)trade->received);
        } else if (event->type == EVENT_CANCELLED) {
            own->left = 0;
        } else if (event->type == EVENT_REPLACED) {
            own->left = ((const struct event_replaced *)(const void *)event)->left;
        } else if (event->type == EVENT_REJECTED) {
            const struct event_rejected *rejected = (const void *)event;
            if (rejected->reason == REASON_UNKNOWN_ORDER) continue;
            return fault_say(why, ERR_REFUSED, "order id %llu, op %u: the engine says %s",
                             (unsigned long long)record->order_id, record->op,
                             reason_name(rejected->reason));
        }
    }
    return 0;
}

static int whole_run(void *engine, const struct flow_record *records, size_t count,
                     struct tape *tape, struct fault_text *why)
{
    struct whole *whole = engine;
    for (size_t i = 0; i < count; i++) {
        const struct flow_record *record = &records[i];
        if (record->op == FLOW_LIMIT || record->op == FLOW_IOC) {
            fill_order(whole, record);
        } else {
            fill_change(whole, record);
        }
        int status = follow(whole, record, tape, apply(whole), why);
        if (status != 0) return status;
    }
    return 0;
}

const struct drive drive_whole = {"whole", 2, whole_create, whole_run, whole_destroy};
