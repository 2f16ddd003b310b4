#include "gateway/report_line.h"
#include "engine/assert.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct text {
    char *bytes; /* REPORT_LINE_MAX */
    size_t used;
};

static void say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int size =
        vsnprintf(text->bytes + text->used, REPORT_LINE_MAX - text->used, format, arguments);
    va_end(arguments);
    ASSERT(size >= 0 && (size_t)size < REPORT_LINE_MAX - text->used);
    text->used += (size_t)size;
}

static bool is_nameless(const struct wire_report *report)
{
    return report->client_id.text[0] == '\0';
}

static void say_order(struct text *text, const char *key, const struct wire_report *report)
{
    const char *id = is_nameless(report) ? "-" : report->client_id.text;
    say(text, " %s=%.*s", key, NAME_BYTES, id);
}

static void say_public_id(struct text *text, const char *key, const struct wire_report *report)
{
    if (is_nameless(report)) say(text, " %s=%" PRIu64, key, report->order_id);
}

static void say_name(struct text *text, const char *key, const struct name *name)
{
    say(text, " %s=%.*s", key, NAME_BYTES, name->text);
}

static void put_trade(struct text *text, const struct directory *names,
                      const struct wire_report *report)
{
    const bool buys = report->side == '1';
    const bool made = report->liquidity == 1;
    say(text, "trade n=%" PRIu64, report->trade);
    say_name(text, "instrument", directory_instrument_name(names, report->instrument));
    say_order(text, made ? "maker" : "taker", report);
    say_order(text, buys ? "buyer" : "seller", report);
    say_name(text, "from", directory_zone_name(names, buys ? report->other_zone : report->zone));
    say_name(text, "to", directory_zone_name(names, buys ? report->zone : report->other_zone));
    say(text, " %s=%" PRId64, buys ? "received" : "delivered", report->last_qty);
    say(text, " %s=%" PRId64, buys ? "buyer_price" : "seller_price", report->last_price);
    say(text, " %s=%" PRId64, buys ? "pays" : "gets", report->money);
    say(text, " fee=%" PRId64 " left=%" PRId64, report->fee, report->left);
    say_public_id(text, made ? "maker_oid" : "taker_oid", report);
}

static void put_call_fill(struct text *text, const struct directory *names,
                          const struct wire_report *report)
{
    say(text, "auction-fill");
    say_name(text, "instrument", directory_instrument_name(names, report->instrument));
    say_order(text, "order", report);
    say_name(text, "zone", directory_zone_name(names, report->zone));
    say(text, " price=%" PRId64 " qty=%" PRId64, report->last_price, report->last_qty);
    say(text, " fee=%" PRId64 " left=%" PRId64, report->fee, report->left);
    say_public_id(text, "oid", report);
}

static void put_cancelled(struct text *text, const struct wire_report *report)
{
    static const char *const words[] = {
#define CANCEL_WORD(number, name, word) [number] = word,
        CANCEL_REASON_LIST(CANCEL_WORD)
#undef CANCEL_WORD
    };
    const bool known = report->cancel < sizeof words / sizeof words[0];
    say(text, "cancelled");
    say_order(text, "order", report);
    say(text, " left=%" PRId64 " reason=%s", report->last_qty, known ? words[report->cancel] : "-");
    say_public_id(text, "oid", report);
}

static void put_replaced(struct text *text, const struct wire_report *report)
{
    say(text, "replaced");
    say_order(text, "order", report);
    say(text, " left=%" PRId64 " price=%" PRId64, report->left, report->price);
    say(text, " kept_priority=%d", report->kept_priority);
    say_public_id(text, "oid", report);
}

/* The own half of an agreement or of what is taken back, behind its name. */
static void say_half(struct text *text, const struct directory *names,
                     const struct wire_report *report)
{
    const bool buys = report->side == '1';
    say_name(text, buys ? "buyer" : "seller",
             directory_participant_name(names, report->participant));
    say_name(text, "from", directory_zone_name(names, buys ? report->other_zone : report->zone));
    say_name(text, "to", directory_zone_name(names, buys ? report->zone : report->other_zone));
    say(text, " %s=%" PRId64, buys ? "received" : "delivered", report->last_qty);
    if (report->exec == EXEC_TRADE)
        say(text, " %s=%" PRId64, buys ? "buyer_price" : "seller_price", report->last_price);
    say(text, " %s=%" PRId64, buys ? "pays" : "gets", report->money);
}

static void put_block_trade(struct text *text, const struct directory *names,
                            const struct wire_report *report)
{
    say(text, "block-trade n=%" PRIu64, report->trade);
    say_name(text, "instrument", directory_instrument_name(names, report->instrument));
    say_order(text, "block", report);
    say_half(text, names, report);
    say(text, " fee=%" PRId64, report->fee);
}

/* Busts and refused permits; the latter tell no figures. */
static void put_taken_back(struct text *text, const struct directory *names,
                           const struct wire_report *report)
{
    if (report->zone == ZONE_NONE) {
        say(text, "permit n=%" PRIu64 " state=REFUSED", report->trade);
        return;
    }
    say(text, "busted n=%" PRIu64, report->trade);
    say_name(text, "instrument", directory_instrument_name(names, report->instrument));
    say_half(text, names, report);
    say_order(text, "cause", report);
    say(text, " fee=%" PRId64, report->fee);
}

static void put_award(struct text *text, const struct directory *names,
                      const struct wire_report *report)
{
    say(text, "award");
    say_order(text, "auction", report);
    say_name(text, "participant", directory_participant_name(names, report->participant));
    say(text, " qty=%" PRId64 " price=%" PRId64, report->last_qty, report->last_price);
    if (report->exec == EXEC_PENDING) say(text, " state=AWARDED");
    if (report->exec == EXEC_CANCELED) say(text, " state=DEFAULTED");
}

static void put_triggered(struct text *text, const struct wire_report *report)
{
    say(text, "triggered");
    say_order(text, "order", report);
    say_public_id(text, "oid", report);
}

/* An award: of no order, and its auction says of which instrument. */
static bool is_award(const struct wire_report *report)
{
    return report->order_id == ORDER_ID_NONE && report->trade == 0 &&
           report->instrument == INSTRUMENT_NONE && report->exec != EXEC_REJECTED;
}

size_t report_line(const struct directory *names, const struct wire_report *report,
                   char out[REPORT_LINE_MAX])
{
    struct text text = {.bytes = out};
    if (is_award(report)) {
        put_award(&text, names, report);
        return text.used;
    }
    switch ((enum exec_type)report->exec) {
    case EXEC_NEW:
    case EXEC_REJECTED: /* the answer has said it */
    case EXEC_PENDING:
        break;
    case EXEC_TRADE:
        if (report->trade == 0)
            put_call_fill(&text, names, report);
        else if (report->order_id == ORDER_ID_NONE)
            put_block_trade(&text, names, report);
        else
            put_trade(&text, names, report);
        break;
    case EXEC_CANCELED:
    case EXEC_EXPIRED:
        put_cancelled(&text, report);
        break;
    case EXEC_REPLACED:
        put_replaced(&text, report);
        break;
    case EXEC_TRADE_CANCEL:
        put_taken_back(&text, names, report);
        break;
    case EXEC_TRIGGERED:
        put_triggered(&text, report);
        break;
    }
    return text.used;
}
