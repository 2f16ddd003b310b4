/* drive_whole.c - the flow through engine_apply, with everything an order meets there.
 *
 * Before the clock starts: the market of engine_home.h and NEUTRAL_ACCOUNTS participants funded
 * with far more than the flow needs. With two zones odd accounts are in the first, even ones in the
 * second.
 *
 * Orders carry no client id and no lane: they are named by the public id that ACCEPTED gave, which
 * this driver keeps per flow id as a client would. A reduce is a replace with the smaller open
 * quantity; one that would leave nothing is a cancel.
 */
#include "bench/drive.h"
#include "bench/engine_home.h"
#include "bench/naive_coupled.h"
#include "engine/assert.h"
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_CASH (MONEY_MAX / (NEUTRAL_ACCOUNTS + 1))
#define ACCOUNT_UNITS (QTY_MAX / (NEUTRAL_ACCOUNTS + 1))

struct placed { /* per flow id */
    uint64_t public_id;
    int64_t left; /* open quantity; 0: gone */
    uint32_t account;
};

struct whole {
    struct engine_home home;
    struct placed *orders;  /* by flow id */
    uint64_t *flow_of_slot; /* by slot of the public id: flow id */
    uint32_t slots;
};

/* An order's public id is generation and slot; the slot, from 1, is its low half. */
static uint32_t slot_of(const struct whole *whole, uint64_t public_id)
{
    uint32_t slot = (uint32_t)public_id;
    ASSERT(slot < whole->slots);
    return slot;
}

static int fund(struct whole *whole, const struct neutral *flow, unsigned zones,
                struct fault_text *why)
{
    struct command command = {0};
    int status = 0;
    for (uint32_t account = 1; account <= NEUTRAL_ACCOUNTS && status == 0; account++) {
        command.type = COMMAND_PARTICIPANT;
        command.body.participant = (struct command_participant){
            .name = engine_home_name('P', account),
            .zone = (uint8_t)(zones == 1 ? 0 : naive_coupled_zone(account)),
            .type = PARTICIPANT_TYPE_COVERED};
        status = engine_home_set_up(&whole->home, &command, why);
        if (status != 0) break;
        command.type = COMMAND_DEPOSIT;
        command.body.deposit =
            (struct command_deposit){.cash = ACCOUNT_CASH, .account = account - 1};
        status = engine_home_set_up(&whole->home, &command, why);
        command.type = COMMAND_ISSUE;
        for (uint32_t i = 0; i < flow->instruments && status == 0; i++) {
            command.body.issue = (struct command_issue){
                .qty = ACCOUNT_UNITS, .account = account - 1, .instrument = (uint16_t)i};
            status = engine_home_set_up(&whole->home, &command, why);
        }
    }
    return status;
}

static void whole_destroy(void *engine)
{
    struct whole *whole = engine;
    if (!whole) return;
    engine_home_close(&whole->home);
    free(whole->orders);
    free(whole->flow_of_slot);
    free(whole);
}

static int whole_create(const struct neutral *flow, unsigned zones, void **out,
                        struct fault_text *why)
{
    struct whole *whole = calloc(1, sizeof *whole);
    if (!whole) return fault_say(why, ERR_NO_MEMORY, "no memory for the engine");
    int status = engine_home_open(&whole->home, flow, zones, why);
    if (status == 0) {
        whole->slots = engine_limits_of(whole->home.engine)->orders + 1;
        whole->orders = calloc(flow->orders + 1, sizeof *whole->orders);
        whole->flow_of_slot = calloc(whole->slots, sizeof *whole->flow_of_slot);
        if (whole->orders && whole->flow_of_slot) {
            status = fund(whole, flow, zones, why);
        } else {
            status = fault_say(why, ERR_NO_MEMORY, "no memory for the engine");
        }
    }
    if (status != 0) {
        whole_destroy(whole);
        return status;
    }
    memset(&whole->home.command.body, 0, sizeof whole->home.command.body);
    whole->home.command.role = ROLE_ENTERPRISE;
    *out = whole;
    return 0;
}

static void fill_order(struct command *command, const struct neutral_record *record)
{
    command->type = COMMAND_ORDER;
    command->actor = command->subject = record->account - 1;
    command->body.order =
        (struct command_order){.qty = (int64_t)record->quantity,
                               .price = record->price,
                               .instrument = record->instrument,
                               .side = record->side,
                               .type = ORDER_TYPE_LIMIT,
                               .tif = record->op == NEUTRAL_IOC ? TIF_IOC : TIF_DAY};
}

static void fill_change(struct command *command, const struct neutral_record *record,
                        const struct placed *placed)
{
    command->actor = command->subject = placed->account;
    if (record->op == NEUTRAL_REDUCE && placed->left > (int64_t)record->quantity) {
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
static int follow(struct whole *whole, const struct neutral_record *record, struct tape *tape,
                  const struct event *event, struct fault_text *why)
{
    struct placed *own = &whole->orders[record->order_id];
    for (; event; event = event_next(&whole->home.events, event)) {
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

static int whole_run(void *engine, const struct neutral_record *records, size_t count,
                     struct tape *tape, struct fault_text *why)
{
    struct whole *whole = engine;
    struct command *command = &whole->home.command;
    for (size_t i = 0; i < count; i++) {
        const struct neutral_record *record = &records[i];
        if (record->op == NEUTRAL_LIMIT || record->op == NEUTRAL_IOC) {
            fill_order(command, record);
        } else {
            fill_change(command, record, &whole->orders[record->order_id]);
        }
        int status = follow(whole, record, tape, engine_home_apply(&whole->home), why);
        if (status != 0) return status;
    }
    return 0;
}

const struct drive drive_whole = {"whole", 2, whole_create, whole_run, whole_destroy};
