/* cmd_submit.c - `lingnan submit FILE`: a whole script to a running exchange.
 *
 * Commands travel in batches of up to FRAME_ITEMS_MAX. A batch ends before a look and wherever a
 * later line may name what an earlier line creates.
 */
#include "gateway/command_line.h"
#include "gateway/lines.h"
#include "gateway/online.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define SUBMIT_BAD_LINE 2

static const char submit_help[] =
    "usage: lingnan submit FILE|- [--connect URL] [--key FILE] [--json]\n"
    "\n"
    "Sends a market script (proto/SCRIPT.md) to a running exchange in the name of the key's owner\n"
    "and prints what became of each line. `time` and `capacity` lines are passed over: a running\n"
    "exchange keeps its own clock and its capacities. Lines with lane= and id= are sent under\n"
    "those numbers; with --lane N --id N the others are numbered from there on.\n"
    "\n"
    "exit status: 0 all done, 1 the market refused something, 2 a line cannot be read (what stood\n"
    "before it has been sent), 64 usage, 66 no such file, 69 no connection, 77 the key is not\n"
    "good.\n"
    "\n"
    "examples:\n"
    "  lingnan submit orders.script --key mill.key --connect ipc:///run/lingnan/orders\n"
    "  echo 'book CO2 zone=GBA local=1' | lingnan submit -\n";

struct submit {
    struct online online;
    struct command *batch; /* FRAME_ITEMS_MAX */
    size_t batched;
    size_t rejected;
    char verb[NAME_BYTES + 1]; /* of the last batched line */
};

static bool creates_name(uint8_t type)
{
    return type == COMMAND_ZONE || type == COMMAND_INSTRUMENT || type == COMMAND_PARTICIPANT ||
           type == COMMAND_AUCTION;
}

static int flush(struct submit *submit)
{
    if (submit->batched == 0) return 0;
    const size_t count = submit->batched;
    submit->batched = 0;
    return online_send(&submit->online, submit->batch, count, &submit->rejected);
}

static int add(struct submit *submit, const struct command *command)
{
    const enum reason reason = online_may_send(&submit->online, command);
    if (reason != REASON_NONE) {
        const int fault = flush(submit);
        if (fault) return fault;
        online_print_rejected(&submit->online, command, reason, 0, 0);
        submit->rejected++;
        return 0;
    }
    if (submit->batched && !online_follows(&submit->batch[submit->batched - 1], command)) {
        const int fault = flush(submit);
        if (fault) return fault;
    }
    submit->batch[submit->batched++] = *command;
    return submit->batched == FRAME_ITEMS_MAX ? flush(submit) : 0;
}

/* Names learnt late would make the next line unreadable, so what creates them goes first. */
static int flush_before(struct submit *submit, const char *line)
{
    char verb[NAME_BYTES + 1] = "";
    (void)sscanf(line, " %32[^ #]", verb);
    const bool same = strcmp(verb, submit->verb) == 0;
    strcpy(submit->verb, verb);
    if (submit->batched == 0 || same) return 0;
    return creates_name(submit->batch[submit->batched - 1].type) ? flush(submit) : 0;
}

static int run_item(struct submit *submit, const struct script_item *item)
{
    const struct query digest = {.kind = QUERY_DIGEST};
    enum reason reason = REASON_NONE;
    if (item->kind == SCRIPT_COMMAND) return add(submit, &item->command);
    if (item->kind != SCRIPT_LOOK && item->kind != SCRIPT_DIGEST) return 0;
    int fault = flush(submit);
    if (fault) return fault;
    fault =
        online_look(&submit->online, item->kind == SCRIPT_LOOK ? &item->query : &digest, &reason);
    if (reason != REASON_NONE) submit->rejected++;
    return fault;
}

/* Returns the exit status. */
static int run_lines(struct submit *submit, struct lines *lines)
{
    struct fault_text why = {.text = ""};
    struct script_item item;
    struct script_error error;
    char text[SCRIPT_LINE_MAX];
    int fault = 0;
    int got = 0;
    while (!fault && (got = lines_next(lines, &why)) == 1) {
        fault = flush_before(submit, lines->text);
        if (fault) break;
        fault = script_read(submit->online.script, lines->text, lines->size, &item, &error);
        if (fault == ERR_MALFORMED) {
            const size_t size = script_error_text(&error, text, sizeof text);
            fprintf(stderr, "%.*s\n", (int)size, text);
            fault = flush(submit);
            return fault ? command_line_status(fault) : SUBMIT_BAD_LINE;
        }
        if (!fault) fault = run_item(submit, &item);
    }
    if (!fault) fault = flush(submit);
    if (!fault && got < 0) fault = got;
    if (fault) {
        fprintf(stderr, "lingnan submit: line %zu: %s\n", lines->number,
                why.text[0] ? why.text : fault_message(fault));
        return fault == ERR_TOO_LONG ? SUBMIT_BAD_LINE : command_line_status(fault);
    }
    return submit->rejected ? ONLINE_REJECTED : 0;
}

static int submit_file(const struct online_options *options, const char *path)
{
    struct submit submit = {.batch = calloc(FRAME_ITEMS_MAX, sizeof *submit.batch)};
    struct lines lines;
    struct fault_text why = {.text = ""};
    if (!submit.batch) return EX_OSERR;
    int fault = lines_open(&lines, path, &why);
    if (fault) {
        fprintf(stderr, "lingnan submit: %s\n", why.text);
        free(submit.batch);
        return EX_NOINPUT;
    }
    int status = 0;
    fault = online_open(&submit.online, options, &why);
    if (fault) {
        fprintf(stderr, "lingnan submit: %s: %s\n", fault_name(fault),
                why.text[0] ? why.text : fault_message(fault));
        status = command_line_status(fault);
    } else {
        status = run_lines(&submit, &lines);
        online_close(&submit.online);
    }
    lines_close(&lines);
    free(submit.batch);
    if (fflush(stdout) && status == 0) status = EX_IOERR;
    return status;
}

int cmd_submit(int argc, char **argv)
{
    struct online_options options;
    const bool good = online_take_options(argc, argv, &options);
    if (good && options.help) {
        fputs(submit_help, stdout);
        return EX_OK;
    }
    if (!good || argc - optind != 1) {
        fputs(submit_help, stderr);
        return EX_USAGE;
    }
    return submit_file(&options, argv[optind]);
}
