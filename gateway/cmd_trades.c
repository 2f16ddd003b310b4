/* cmd_trades.c - `lingnan trades`: what was traded, from the exchange's own tables, page by page.
 */
#include "gateway/command_line.h"
#include "gateway/online.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define PAGE_ROWS 1000u

static const char trades_help[] =
    "usage: lingnan trades [INSTRUMENT] [from=N] [rows=N] [participant=NAME]\n"
    "                      [--connect URL] [--key FILE] [--json]\n"
    "\n"
    "Prints trades in the order of their numbers, from number `from` on (1), at most `rows` (100;\n"
    "0: all). An enterprise sees its own; regulator, operator and auditor see everybody's.\n"
    "\n"
    "examples:\n"
    "  lingnan trades CO2 rows=20\n"
    "  lingnan trades --json rows=0 participant=mill | jq .pays\n";

struct trades {
    struct online *online;
    uint64_t next; /* number behind the last one shown */
    uint64_t shown;
};

static void show(void *context, const struct event *row)
{
    struct trades *trades = context;
    char text[SCRIPT_LINE_MAX];
    if (row->type == EVENT_TRADE)
        trades->next = ((const struct event_trade *)(const void *)row)->n + 1;
    else if (row->type == EVENT_BLOCK_TRADE)
        trades->next = ((const struct event_block_trade *)(const void *)row)->n + 1;
    else
        return;
    trades->shown++;
    online_print(trades->online, text,
                 script_event(trades->online->script, row, text, sizeof text));
}

static bool number_of(const char *text, uint64_t *out)
{
    char *end;
    *out = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0';
}

/* Reads one word into the query. Returns NULL, or what is wrong. */
static const char *take_word(const struct online *online, const char *word, struct query *query,
                             uint64_t *rows)
{
    struct name name;
    if (strncmp(word, "from=", 5) == 0) {
        return number_of(word + 5, &query->from) ? NULL : "from= wants a number";
    }
    if (strncmp(word, "rows=", 5) == 0) {
        return number_of(word + 5, rows) ? NULL : "rows= wants a number";
    }
    if (strncmp(word, "participant=", 12) == 0) {
        if (!directory_name_of(word + 12, strlen(word + 12), &name)) return "not a name";
        query->participant = directory_participant(online->directory, &name);
        return query->participant == PARTICIPANT_NONE ? "no participant of that name" : NULL;
    }
    if (!directory_name_of(word, strlen(word), &name)) return "not a name";
    query->instrument = directory_instrument(online->directory, &name);
    return query->instrument == INSTRUMENT_NONE ? "no instrument of that name" : NULL;
}

static int show_pages(struct online *online, struct query *query, uint64_t rows)
{
    struct trades trades = {.online = online, .next = query->from};
    struct ln_answer answer;
    for (;;) {
        const uint64_t left = rows ? rows - trades.shown : PAGE_ROWS;
        const uint64_t before = trades.next;
        query->from = trades.next;
        query->rows_max = (uint32_t)(left < PAGE_ROWS ? left : PAGE_ROWS);
        const int fault =
            ln_query(online->client, query, show, &trades, &answer, ONLINE_TIMEOUT_MS);
        if (fault) {
            fprintf(stderr, "lingnan trades: %s\n", fault_message(fault));
            return command_line_status(fault);
        }
        if (answer.reason != REASON_NONE) {
            printf("rejected reason=%s\n", reason_name(answer.reason));
            return ONLINE_REJECTED;
        }
        if (trades.next == before || (rows && trades.shown >= rows)) return EX_OK;
    }
}

static int run(struct online *online, int argc, char **argv)
{
    struct query query = {.kind = QUERY_TRADES,
                          .instrument = INSTRUMENT_NONE,
                          .participant = online->me.participant_id,
                          .auction = AUCTION_NONE,
                          .zone = ZONE_NONE,
                          .to_zone = ZONE_NONE,
                          .from = 1};
    uint64_t rows = 100;
    for (int i = optind; i < argc; i++) {
        const char *wrong = take_word(online, argv[i], &query, &rows);
        if (wrong) {
            fprintf(stderr, "lingnan trades: %s: %s\n", argv[i], wrong);
            return EX_USAGE;
        }
    }
    return show_pages(online, &query, rows);
}

int cmd_trades(int argc, char **argv)
{
    struct online_options options;
    struct online online;
    struct fault_text why = {.text = ""};
    const bool good = online_take_options(argc, argv, &options);
    if (good && options.help) {
        fputs(trades_help, stdout);
        return EX_OK;
    }
    if (!good) {
        fputs(trades_help, stderr);
        return EX_USAGE;
    }
    const int fault = online_open(&online, &options, &why);
    if (fault) {
        fprintf(stderr, "lingnan trades: %s: %s\n", fault_name(fault),
                why.text[0] ? why.text : fault_message(fault));
        return command_line_status(fault);
    }
    int status = run(&online, argc, argv);
    online_close(&online);
    if (fflush(stdout) && status == 0) status = EX_IOERR;
    return status;
}
