#include "gateway/online.h"
#include "engine/assert.h"
#include "gateway/line_json.h"
#include "gateway/report_line.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CLEARING_PAUSE_MS 10u /* between two looks whether a clearing has ended */

/* Reads the number of an option, 1 to max, once. False: standard error has been told. */
static bool take_number(const char *title, const char *option, uint64_t max, uint64_t *out)
{
    char *end;
    if (*out) {
        fprintf(stderr, "%s: %s is given twice\n", title, option);
        return false;
    }
    errno = 0;
    const unsigned long long number = strtoull(optarg, &end, 10);
    if (*optarg < '0' || *optarg > '9' || *end || errno || number == 0 || number > max) {
        fprintf(stderr, "%s: %s %.40s: wants a number from 1 to %" PRIu64 "\n", title, option,
                optarg, max);
        return false;
    }
    *out = number;
    return true;
}

static bool is_complete(const char *title, const struct online_options *options)
{
    if (!options->connect) fprintf(stderr, "%s: give --connect URL or LINGNAN_CONNECT\n", title);
    if (!options->key) fprintf(stderr, "%s: give --key FILE or LINGNAN_KEY\n", title);
    const bool whole = (options->lane == 0) == (options->first_id == 0);
    if (!whole) fprintf(stderr, "%s: --lane and --id go together\n", title);
    return options->connect && options->key && whole;
}

bool online_take_options(int argc, char **argv, struct online_options *out)
{
    static const struct option options[] = {{"connect", required_argument, NULL, 'c'},
                                            {"key", required_argument, NULL, 'k'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"lane", required_argument, NULL, 'l'},
                                            {"id", required_argument, NULL, 'i'},
                                            {0}};
    *out =
        (struct online_options){.connect = getenv("LINGNAN_CONNECT"), .key = getenv("LINGNAN_KEY")};
    uint64_t lane = 0;
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            out->connect = optarg;
            break;
        case 'k':
            out->key = optarg;
            break;
        case 'j':
            out->json = true;
            break;
        case 'h':
            out->help = true;
            return true;
        case 'l':
            if (!take_number(argv[0], "--lane", UINT32_MAX, &lane)) return false;
            break;
        case 'i':
            if (!take_number(argv[0], "--id", UINT64_MAX, &out->first_id)) return false;
            break;
        default:
            return false;
        }
    }
    out->lane = (uint32_t)lane;
    return is_complete(argv[0], out);
}

static int connect_lane(struct online *online, uint32_t lane, uint64_t id, struct fault_text *why)
{
    const struct ln_options open = {.url = online->options.connect,
                                    .key_path = online->options.key,
                                    .lane = lane,
                                    .first_id = id};
    if (online->client) ln_close(online->client);
    online->client = NULL;
    online->lane = lane;
    online->next_id = id;
    return ln_open(&open, &online->client, why);
}

int online_open(struct online *online, const struct online_options *options, struct fault_text *why)
{
    *online = (struct online){.options = *options, .plain_id = options->first_id};
    online->directory = directory_create();
    online->script = online->directory ? script_create(online->directory) : NULL;
    int fault = online->script ? 0 : fault_say(why, ERR_NO_MEMORY, "no memory left");
    if (!fault) fault = connect_lane(online, options->lane, options->first_id, why);
    if (!fault) {
        fault = ln_learn(online->client, online->directory, ONLINE_TIMEOUT_MS);
        if (fault) fault_say(why, fault, "%s: %s", options->connect, fault_message(fault));
    }
    if (fault) {
        online_close(online);
        return fault;
    }
    ln_session(online->client, &online->me);
    script_actor(online->script, online->me.role, online->me.participant_id);
    return 0;
}

void online_close(struct online *online)
{
    if (online->client) ln_close(online->client);
    script_destroy(online->script);
    directory_destroy(online->directory);
    *online = (struct online){0};
}

enum reason online_may_send(const struct online *online, const struct command *command)
{
    if (command->role != online->me.role) return REASON_NOT_ALLOWED;
    bool names_subject = command->type == COMMAND_ORDER || command->type == COMMAND_BID;
    if (command->type == COMMAND_CANCEL) {
        names_subject = command->body.cancel.order_id == ORDER_ID_NONE;
    }
    if (command->type == COMMAND_REPLACE) {
        names_subject = command->body.replace.order_id == ORDER_ID_NONE;
    }
    if (!names_subject || command->subject == online->me.participant_id) return REASON_NONE;
    /* An operator may cancel anybody's order: online_send asks for its public id. */
    if (command->type == COMMAND_CANCEL && online->me.role == ROLE_OPERATOR)
        return command->subject == PARTICIPANT_NONE ? REASON_UNKNOWN_ORDER : REASON_NONE;
    bool enters = command->type == COMMAND_ORDER || command->type == COMMAND_BID;
    if (command->subject == PARTICIPANT_NONE)
        return enters ? REASON_UNKNOWN_PARTICIPANT : REASON_UNKNOWN_ORDER;
    return enters ? REASON_NOT_ALLOWED : REASON_NOT_OWNER;
}

void online_print(const struct online *online, const char *text, size_t size)
{
    if (size == 0) return;
    if (online->options.json) {
        line_json_print(stdout, text, size);
    } else {
        printf("%.*s\n", (int)size, text);
    }
}

static void print_event(struct online *online, const struct event *event)
{
    char text[SCRIPT_LINE_MAX];
    online_print(online, text, script_event(online->script, event, text, sizeof text));
}

void online_print_rejected(struct online *online, const struct command *command, enum reason reason,
                           uint64_t sequence, uint32_t flags)
{
    struct event_rejected event = {.head = {.type = EVENT_REJECTED,
                                            .size = sizeof event,
                                            .flags = flags,
                                            .sequence = sequence},
                                   .participant = command->subject,
                                   .command = command->type,
                                   .reason = (uint8_t)reason};
    if (command->type == COMMAND_ORDER) event.client_id = command->body.order.client_id;
    if (command->type == COMMAND_CANCEL) {
        event.client_id = command->body.cancel.client_id;
        event.order_id = command->body.cancel.order_id;
    }
    if (command->type == COMMAND_REPLACE) {
        event.client_id = command->body.replace.client_id;
        event.order_id = command->body.replace.order_id;
    }
    print_event(online, &event.head);
}

/* Reports are not sent again: what the first answer said besides the order is not known. */
static void print_repeat(struct online *online, const struct command *command)
{
    char text[SCRIPT_LINE_MAX];
    const bool cancel = command->type == COMMAND_CANCEL;
    const struct name *id =
        cancel ? &command->body.cancel.client_id : &command->body.replace.client_id;
    int size = snprintf(text, sizeof text, "%s order=%.*s", cancel ? "cancelled" : "replaced",
                        NAME_BYTES, id->text[0] ? id->text : "-");
    if (!id->text[0])
        size += snprintf(text + size, sizeof text - (size_t)size, " oid=%" PRIu64,
                         cancel ? command->body.cancel.order_id : command->body.replace.order_id);
    size += snprintf(text + size, sizeof text - (size_t)size, " repeat=1");
    online_print(online, text, (size_t)size);
}

/* An auction that is settled at once does not say any more how it was cleared; the figures do. */
static uint8_t cleared_as(const struct event_row_auction *auction)
{
    if (auction->state != AUCTION_STATE_SETTLED) return auction->state;
    return auction->sold >= auction->offer ? AUCTION_STATE_CLEARED : AUCTION_STATE_PARTIAL;
}

static void print_cleared(struct online *online, const struct event_row_auction *auction)
{
    const struct event_cleared event = {.head = {.type = EVENT_CLEARED, .size = sizeof event},
                                        .price = auction->price,
                                        .sold = auction->sold,
                                        .offer = auction->offer,
                                        .auction = auction->auction,
                                        .instrument = auction->instrument,
                                        .state = cleared_as(auction),
                                        .name = auction->name};
    print_event(online, &event.head);
}

struct clearing {
    struct event_row_auction auction;
    bool goes_on;
};

static void note_clearing(void *context, const struct event *row)
{
    struct clearing *clearing = context;
    const struct event_row_job *job = (const void *)row;
    if (row->type == EVENT_ROW_AUCTION || row->type == EVENT_ROW_OFFER) /* begins like it */
        clearing->auction = *(const struct event_row_auction *)(const void *)row;
    if (row->type == EVENT_ROW_JOB && job->instrument == clearing->auction.instrument &&
        job->command == COMMAND_CLEAR)
        clearing->goes_on = true;
}

static int look_clearing(struct online *online, uint8_t kind, uint32_t auction,
                         struct clearing *clearing)
{
    const struct query query = {.kind = kind,
                                .auction = auction,
                                .instrument = INSTRUMENT_NONE,
                                .participant = PARTICIPANT_NONE,
                                .zone = ZONE_NONE,
                                .to_zone = ZONE_NONE};
    struct ln_answer looked;
    return ln_query(online->client, &query, note_clearing, clearing, &looked, ONLINE_TIMEOUT_MS);
}

/* The answer to `clear` says only that it has begun; steps may follow. An auction is cleared once,
 * so its row tells the result also later: when the instrument has no such job any more. */
static int look_cleared(struct online *online, const struct command *command,
                        const struct wire_answer *answer)
{
    const struct timespec pause = {.tv_nsec = CLEARING_PAUSE_MS * 1000 * 1000};
    struct clearing clearing = {.goes_on = true};
    uint32_t auction = command->body.clear.auction;
    if (command->type != COMMAND_CLEAR || answer->reason != REASON_NONE) return 0;
    int fault = look_clearing(online, QUERY_AUCTION, auction, &clearing);
    for (uint32_t ms = 0; !fault && clearing.goes_on; ms += CLEARING_PAUSE_MS) {
        if (ms > ONLINE_TIMEOUT_MS) return ERR_TIMEOUT;
        if (ms > 0) nanosleep(&pause, NULL);
        clearing.goes_on = false;
        fault = look_clearing(online, QUERY_JOBS, AUCTION_NONE, &clearing);
    }
    if (!fault) fault = look_clearing(online, QUERY_AUCTION, auction, &clearing);
    if (!fault) print_cleared(online, &clearing.auction);
    return fault;
}

static void print_answer(struct online *online, const struct command *command,
                         const struct wire_answer *answer)
{
    const uint32_t flags = answer->flags & ANSWER_FLAG_REPEAT ? EVENT_FLAG_REPEAT : 0;
    if (answer->reason != REASON_NONE) {
        online_print_rejected(online, command, (enum reason)answer->reason, answer->sequence,
                              flags);
        return;
    }
    if (command->type == COMMAND_CANCEL || command->type == COMMAND_REPLACE) {
        if (flags) print_repeat(online, command);
        return;
    }
    if (command->type == COMMAND_PHASE) {
        const struct event_phase phase = {.head = {.type = EVENT_PHASE,
                                                   .size = sizeof phase,
                                                   .flags = flags,
                                                   .sequence = answer->sequence},
                                          .instrument = command->body.phase.instrument,
                                          .phase = command->body.phase.phase};
        print_event(online, &phase.head);
    }
    if (command->type != COMMAND_ORDER) return;
    const struct command_order *order = &command->body.order;
    const struct event_accepted event = {.head = {.type = EVENT_ACCEPTED,
                                                  .size = sizeof event,
                                                  .flags = flags,
                                                  .sequence = answer->sequence},
                                         .order_id = answer->order_id,
                                         .qty = order->qty,
                                         .price = order->price,
                                         .client_id = order->client_id,
                                         .participant = command->subject,
                                         .instrument = order->instrument,
                                         .zone = ZONE_NONE,
                                         .side = order->side,
                                         .order_type = order->type,
                                         .tif = order->tif};
    (void)script_applied(online->script, command, &event.head);
    print_event(online, &event.head);
}

static void print_report(struct online *online, const struct wire_report *report)
{
    char text[REPORT_LINE_MAX];
    online_print(online, text, report_line(online->directory, report, text));
}

static void ignore_row(void *context, const struct event *row)
{
    (void)context;
    (void)row;
}

/* The exchange sends reports before it answers a question asked later, so after one small question
 * the reports of all answered commands are in the inbox. */
static int await_reports(struct online *online)
{
    const struct query query = {.kind = QUERY_DIRECTORY, .rows_max = 1};
    struct ln_answer answer;
    return ln_query(online->client, &query, ignore_row, NULL, &answer, ONLINE_TIMEOUT_MS);
}

static bool next_report(struct online *online, struct wire_report *out)
{
    struct ln_message message;
    while (ln_receive(online->client, &message, 0) == 0) {
        if (message.kind == LN_REPORT) {
            *out = message.report;
            return true;
        }
    }
    return false;
}

static int learn_created(struct online *online, const struct command *command,
                         const struct wire_answer *answer)
{
    if (answer->reason != REASON_NONE || answer->created == UINT32_MAX) return 0;
    struct event_named event = {
        .head = {.type = EVENT_NAMED, .size = sizeof event, .sequence = answer->sequence},
        .id = answer->created,
        .command = command->type,
        .zone = ZONE_NONE};
    if (command->type == COMMAND_ZONE) event.name = command->body.zone.name;
    if (command->type == COMMAND_INSTRUMENT) event.name = command->body.instrument.name;
    if (command->type == COMMAND_AUCTION) event.name = command->body.auction.name;
    if (command->type == COMMAND_PARTICIPANT) {
        event.name = command->body.participant.name;
        event.zone = command->body.participant.zone;
    }
    /* Ids rise by one; if somebody else created names meanwhile, ask for all that is missing. */
    const uint32_t known =
        command->type == COMMAND_ZONE         ? directory_zones(online->directory)
        : command->type == COMMAND_INSTRUMENT ? directory_instruments(online->directory)
        : command->type == COMMAND_AUCTION    ? directory_auctions(online->directory)
                                              : directory_participants(online->directory);
    if (answer->created > known) {
        return ln_learn(online->client, online->directory, ONLINE_TIMEOUT_MS);
    }
    return directory_learn(online->directory, &event.head);
}

bool online_follows(const struct command *last, const struct command *next)
{
    return last->lane == next->lane && (next->lane == 0 || next->id == last->id + 1);
}

/* A connection has one lane and rising ids: for numbers that do not follow, a new one. */
static int take_lane(struct online *online, const struct command *first, size_t count)
{
    struct fault_text why = {.text = ""};
    const bool plain = first->lane == 0;
    const uint32_t lane = plain ? online->options.lane : first->lane;
    const uint64_t id = plain ? online->plain_id : first->id;
    int fault = 0;
    if (lane != online->lane || (lane != 0 && id != online->next_id)) {
        fault = connect_lane(online, lane, id, &why);
        if (fault && why.text[0]) fprintf(stderr, "lingnan: %s\n", why.text);
    }
    online->next_id = id + count;
    if (plain) online->plain_id = id + count;
    return fault;
}

struct wanted {
    const struct name *client_id;
    uint64_t order_id;
};

static void find_wanted(void *context, const struct event *row)
{
    struct wanted *wanted = context;
    const struct event_row_open *open = (const struct event_row_open *)(const void *)row;
    if (row->type != EVENT_ROW_OPEN && row->type != EVENT_ROW_OPEN_MORE) return;
    if (memcmp(&open->client_id, wanted->client_id, sizeof open->client_id) == 0)
        wanted->order_id = open->order_id;
}

/* A client id is looked up among the sender's own orders; for somebody else's order, which only an
 * operator may name, the public id is asked for. An order that is not open stays unknown. */
static int name_by_public_id(struct online *online, struct command *command)
{
    struct command_cancel *body = &command->body.cancel;
    struct wanted wanted = {.client_id = &body->client_id, .order_id = ORDER_ID_NONE};
    const struct query query = {.kind = QUERY_ORDERS, .participant = command->subject};
    struct ln_answer answer;
    int fault = ln_query(online->client, &query, find_wanted, &wanted, &answer, ONLINE_TIMEOUT_MS);
    if (!fault) body->order_id = wanted.order_id;
    return fault;
}

static int name_foreign_orders(struct online *online, struct command *commands, size_t count)
{
    int fault = 0;
    for (size_t i = 0; i < count && !fault; i++) {
        bool foreign = commands[i].type == COMMAND_CANCEL && online->me.role == ROLE_OPERATOR &&
                       commands[i].subject != PARTICIPANT_NONE &&
                       commands[i].body.cancel.order_id == ORDER_ID_NONE;
        if (foreign) fault = name_by_public_id(online, &commands[i]);
    }
    return fault;
}

int online_send(struct online *online, struct command *commands, size_t count, size_t *rejected)
{
    static struct wire_answer answers[FRAME_ITEMS_MAX]; /* too large for the stack */
    ASSERT(count >= 1 && count <= FRAME_ITEMS_MAX);
    int fault = name_foreign_orders(online, commands, count);
    if (!fault) fault = take_lane(online, &commands[0], count);
    if (!fault) fault = ln_call(online->client, commands, count, answers, ONLINE_TIMEOUT_MS);
    if (!fault) fault = await_reports(online);
    if (fault) return fault;
    struct wire_report report;
    bool more = next_report(online, &report);
    for (size_t i = 0; i < count && !fault; i++) {
        for (; more && report.sequence < answers[i].sequence; more = next_report(online, &report))
            print_report(online, &report);
        print_answer(online, &commands[i], &answers[i]);
        if (answers[i].reason != REASON_NONE) ++*rejected;
        fault = learn_created(online, &commands[i], &answers[i]);
        if (!fault) fault = look_cleared(online, &commands[i], &answers[i]);
    }
    for (; more; more = next_report(online, &report))
        print_report(online, &report);
    return fault;
}

static void print_row(void *context, const struct event *row)
{
    print_event(context, row);
}

int online_look(struct online *online, const struct query *query, enum reason *out_reason)
{
    struct ln_answer answer;
    char text[SCRIPT_LINE_MAX];
    const int fault =
        ln_query(online->client, query, print_row, online, &answer, ONLINE_TIMEOUT_MS);
    if (fault) return fault;
    *out_reason = answer.reason;
    if (answer.reason != REASON_NONE) {
        const int size =
            snprintf(text, sizeof text, "rejected reason=%s", reason_name(answer.reason));
        online_print(online, text, (size_t)size);
    } else if (query->kind == QUERY_DIGEST) {
        online_print(online, text, script_digest(answer.sequence, answer.hash, text, sizeof text));
    }
    return 0;
}
