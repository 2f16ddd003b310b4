/* cmd_online.c - every verb of the market script as a subcommand: `lingnan order ...`.
 *
 * The words after the verb are one line of script (proto/SCRIPT.md), sent to a running exchange in
 * the name of the key's owner. Exit status: 0 done, 1 the market said no, else sysexits.
 */
#include "gateway/command_line.h"
#include "gateway/lines.h"
#include "gateway/online.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char *verb_of(const char *title)
{
    const char *space = strrchr(title, ' ');
    return space ? space + 1 : title;
}

static void print_help(FILE *out, const char *verb)
{
    const struct script_verb_help *help = NULL;
    for (size_t i = 0; (help = script_help(i)) && strcmp(help->verb, verb) != 0; i++) {
    }
    fprintf(out, "usage: lingnan %s\n\n%s\n", help ? help->form : verb, help ? help->text : "");
    fputs("\n"
          "  --connect URL   the exchange, ipc:///path or tcp://host:port (or LINGNAN_CONNECT)\n"
          "  --key FILE      your key file (or LINGNAN_KEY); it says who acts\n"
          "  --json          print one JSON object a line\n"
          "  --lane N --id N a command sent again under the same numbers is applied once;\n"
          "                  as words, lane=N id=N, the same. Both or none, from 1\n"
          "\n"
          "The words and keys are those of the market script, see proto/SCRIPT.md.\n"
          "A `trade` line has the script's keys that your side may know, then fee= and left=.\n"
          "`clear` waits for the result; an award is told to the winner. All awards are in\n"
          "`lingnan journal export DIR | lingnan replay -`.\n"
          "exit status: 0 done, 1 refused by the market, 64 an option, word or key that cannot\n"
          "be read, 66 no key file, 69 no connection, 77 the key is not good.\n"
          "\n"
          "example:\n"
          "  export LINGNAN_CONNECT=ipc:///run/lingnan/orders LINGNAN_KEY=mill.key\n"
          "  lingnan order S2 mill CO2 sell qty=1200 price=5000\n",
          out);
}

/* The words behind the options as one line of script. False: too long. */
static bool join(char line[SCRIPT_LINE_MAX + 1], const char *verb, int argc, char **argv)
{
    size_t size = (size_t)snprintf(line, SCRIPT_LINE_MAX + 1, "%s", verb);
    for (int i = optind; i < argc; i++) {
        const int more = snprintf(line + size, SCRIPT_LINE_MAX + 1 - size, " %s", argv[i]);
        if (more < 0 || (size_t)more > SCRIPT_LINE_MAX - size) return false;
        size += (size_t)more;
    }
    return true;
}

static int run_command(struct online *online, struct command *command)
{
    if (command->lane && online->options.lane) {
        fputs("lingnan: give --lane and --id or lane= and id=, not both\n", stderr);
        return EX_USAGE;
    }
    const enum reason reason = online_may_send(online, command);
    if (reason != REASON_NONE) {
        online_print_rejected(online, command, reason, 0, 0);
        return ONLINE_REJECTED;
    }
    size_t rejected = 0;
    const int fault = online_send(online, command, 1, &rejected);
    if (fault) {
        fprintf(stderr, "lingnan: %s; the command may have been applied\n", fault_message(fault));
        return command_line_status(fault);
    }
    return rejected ? ONLINE_REJECTED : 0;
}

static int run_query(struct online *online, const struct query *query)
{
    enum reason reason = REASON_NONE;
    const int fault = online_look(online, query, &reason);
    if (fault) {
        fprintf(stderr, "lingnan: %s\n", fault_message(fault));
        return command_line_status(fault);
    }
    return reason == REASON_NONE ? 0 : ONLINE_REJECTED;
}

static int run_item(struct online *online, struct script_item *item)
{
    const struct query digest = {.kind = QUERY_DIGEST};
    switch (item->kind) {
    case SCRIPT_COMMAND:
        return run_command(online, &item->command);
    case SCRIPT_LOOK:
        return run_query(online, &item->query);
    case SCRIPT_DIGEST:
        return run_query(online, &digest);
    case SCRIPT_CLOCK:
    case SCRIPT_CAPACITY:
    case SCRIPT_STEPS:
    case SCRIPT_NOTHING:
        break;
    }
    fputs("lingnan: this verb is for scripts only; a running exchange keeps its own clock\n",
          stderr);
    return EX_USAGE;
}

static int run_line(const struct online_options *options, const char *line)
{
    struct online online;
    struct fault_text why = {.text = ""};
    int fault = online_open(&online, options, &why);
    if (fault) {
        fprintf(stderr, "lingnan: %s: %s\n", fault_name(fault),
                why.text[0] ? why.text : fault_message(fault));
        return command_line_status(fault);
    }
    struct script_item item;
    struct script_error error;
    int status = EX_OSERR;
    fault = script_read(online.script, line, strlen(line), &item, &error);
    if (fault == ERR_MALFORMED) {
        fprintf(stderr, "lingnan: %s\n  %s\n  %*s^ here\n", error.reason, line,
                (int)error.column - 1, "");
        status = EX_USAGE;
    } else if (fault == 0) {
        status = run_item(&online, &item);
    }
    online_close(&online);
    if (fflush(stdout) && status == 0) status = EX_IOERR;
    return status;
}

int cmd_online(int argc, char **argv)
{
    struct online_options options;
    char line[SCRIPT_LINE_MAX + 1];
    const char *verb = verb_of(argv[0]);
    const bool good = online_take_options(argc, argv, &options);
    if (good && options.help) {
        print_help(stdout, verb);
        return EX_OK;
    }
    if (!good || !join(line, verb, argc, argv)) {
        fprintf(stderr, "see `%s --help`\n", argv[0]);
        return EX_USAGE;
    }
    return run_line(&options, line);
}
