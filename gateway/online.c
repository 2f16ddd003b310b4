#include "gateway/online.h"
#include "engine/assert.h"
#include "gateway/line_json.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
            out->lane = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 'i':
            out->first_id = strtoull(optarg, NULL, 10);
            break;
        default:
            return false;
        }
    }
    if (!out->connect) fprintf(stderr, "%s: give --connect URL or LINGNAN_CONNECT\n", argv[0]);
    if (!out->key) fprintf(stderr, "%s: give --key FILE or LINGNAN_KEY\n", argv[0]);
    return out->connect && out->key;
}

int online_open(struct online *online, const struct online_options *options, struct fault_text *why)
{
    const struct ln_options open = {.url = options->connect,
                                    .key_path = options->key,
                                    .lane = options->lane,
                                    .first_id = options->first_id};
    *online = (struct online){.json = options->json};
    online->directory = directory_create();
    online->script = online->directory ? script_create(online->directory) : NULL;
    int fault = online->script ? 0 : fault_say(why, ERR_NO_MEMORY, "no memory left");
    if (!fault) fault = ln_open(&open, &online->client, why);
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
    if (command->subject != PARTICIPANT_NONE) return REASON_NOT_ALLOWED;
    return command->type == COMMAND_ORDER || command->type == COMMAND_BID
               ? REASON_UNKNOWN_PARTICIPANT
               : REASON_UNKNOWN_ORDER;
}

void online_print(const struct online *online, const char *text, size_t size)
{
    if (size == 0) return;
    if (online->json) {
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

static void print_answer(struct online *online, const struct command *command,
                         const struct wire_answer *answer)
{
    const uint32_t flags = answer->flags & ANSWER_FLAG_REPEAT ? EVENT_FLAG_REPEAT : 0;
    if (answer->reason != REASON_NONE) {
        online_print_rejected(online, command, (enum reason)answer->reason, answer->sequence,
                              flags);
        return;
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

/* "S2", or "-" and the public id for an order without a client id. */
static void order_name(const struct wire_report *report, char out[NAME_BYTES + 1])
{
    const size_t size = directory_name_size(&report->client_id);
    memcpy(out, report->client_id.text, size);
    out[size] = '\0';
    if (size == 0) strcpy(out, "-");
}

static void print_report(struct online *online, const struct wire_report *report)
{
    static const char *const cancel_words[] = {
#define CANCEL_WORD(number, name, word) [number] = word,
        CANCEL_REASON_LIST(CANCEL_WORD)
#undef CANCEL_WORD
    };
    const struct directory *names = online->directory;
    const struct name *instrument = directory_instrument_name(names, report->instrument);
    const struct name *zone = directory_zone_name(names, report->zone);
    const struct name *other = directory_zone_name(names, report->other_zone);
    const bool sell = report->side == '2';
    char order[NAME_BYTES + 1];
    char text[SCRIPT_LINE_MAX];
    int size = 0;
    order_name(report, order);
    switch ((enum exec_type)report->exec) {
    case EXEC_NEW:
    case EXEC_REJECTED: /* the answer has said it */
        return;
    case EXEC_TRADE:
        if (report->trade == 0) {
            size = snprintf(text, sizeof text,
                            "auction-fill instrument=%.32s order=%s zone=%.32s price=%" PRId64
                            " qty=%" PRId64 " fee=%" PRId64 " left=%" PRId64,
                            instrument->text, order, zone->text, report->last_price,
                            report->last_qty, report->fee, report->left);
            break;
        }
        size = snprintf(
            text, sizeof text,
            "trade n=%" PRIu64 " instrument=%.32s order=%s side=%s from=%.32s to=%.32s"
            " qty=%" PRId64 " price=%" PRId64 " money=%" PRId64 " fee=%" PRId64 " left=%" PRId64,
            report->trade, instrument->text, order, sell ? "sell" : "buy",
            sell ? zone->text : other->text, sell ? other->text : zone->text, report->last_qty,
            report->last_price, report->money, report->fee, report->left);
        break;
    case EXEC_CANCELED:
    case EXEC_EXPIRED:
        size = snprintf(text, sizeof text, "cancelled order=%s left=%" PRId64 " reason=%s", order,
                        report->last_qty,
                        report->cancel < sizeof cancel_words / sizeof cancel_words[0]
                            ? cancel_words[report->cancel]
                            : "-");
        break;
    case EXEC_REPLACED:
        size = snprintf(text, sizeof text, "replaced order=%s left=%" PRId64 " price=%" PRId64,
                        order, report->left, report->price);
        break;
    }
    if (strcmp(order, "-") == 0 && size > 0) {
        size +=
            snprintf(text + size, sizeof text - (size_t)size, " oid=%" PRIu64, report->order_id);
    }
    if (size > 0) online_print(online, text, (size_t)size);
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

int online_send(struct online *online, const struct command *commands, size_t count,
                size_t *rejected)
{
    static struct wire_answer answers[FRAME_ITEMS_MAX]; /* too large for the stack */
    ASSERT(count >= 1 && count <= FRAME_ITEMS_MAX);
    int fault = ln_call(online->client, commands, count, answers, ONLINE_TIMEOUT_MS);
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
