#include "gateway/command_line.h"
#include "proto/fault.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define VERSION "0.1.0"

static void print_rows(FILE *out, const struct subcommand *row)
{
    for (; row && row->name; row++)
        fprintf(out, "  %-12s %s\n", row->name, row->summary);
}

static void print_help(FILE *out, const struct subcommand *further)
{
    fputs("lingnan - the exchange for ecological rights\n\n"
          "Usage: lingnan COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n",
          out);
    print_rows(out, subcommands);
    print_rows(out, further);
    fputs("\nExamples:\n"
          "  lingnan replay market.lns\n"
          "  lingnan serve --data /var/lib/lingnan --market market.lns\n"
          "  lingnan order S1 mill CO2 sell qty=10 price=5000\n\n"
          "`lingnan COMMAND --help` tells more about one command.\n",
          out);
}

static const struct subcommand *find(const struct subcommand *row, const char *name)
{
    for (; row && row->name; row++) {
        if (strcmp(row->name, name) == 0) return row;
    }
    return NULL;
}

int command_line_run(int argc, char **argv, const struct subcommand *further)
{
    if (argc < 2) {
        print_help(stderr, further);
        return EX_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout, further);
        return 0;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        puts("lingnan " VERSION);
        return 0;
    }
    const struct subcommand *row = find(subcommands, name);
    if (!row) row = find(further, name);
    if (!row) {
        fprintf(stderr, "lingnan: no command is called '%s'; see `lingnan --help`\n", name);
        return EX_USAGE;
    }
    char title[64]; /* what argp shows as the program's name */
    snprintf(title, sizeof title, "lingnan %s", row->name);
    argv[1] = title;
    return row->run(argc - 1, argv + 1);
}

int command_line_status(int fault)
{
    switch ((enum fault)fault) {
    case FAULT_NONE:
        return 0;
    case ERR_MALFORMED:
    case ERR_TOO_LONG:
    case ERR_CHECKSUM:
    case ERR_CHAIN:
    case ERR_GAP:
    case ERR_DIGEST:
        return EX_DATAERR;
    case ERR_VERSION:
    case ERR_CONFLICT:
    case ERR_LIMIT:
        return EX_CONFIG;
    case ERR_DISK:
        return EX_IOERR;
    case ERR_DISK_FULL:
    case ERR_EXISTS:
        return EX_CANTCREAT;
    case ERR_IN_USE:
    case ERR_BUSY:
        return EX_TEMPFAIL;
    case ERR_NO_MEMORY:
    case ERR_SYSTEM:
        return EX_OSERR;
    case ERR_NOT_FOUND:
        return EX_NOINPUT;
    case ERR_CONNECT:
    case ERR_CLOSED:
    case ERR_TIMEOUT:
    case ERR_SLOW_READER:
        return EX_UNAVAILABLE;
    case ERR_KEY:
    case ERR_REFUSED:
    case ERR_PERMISSION:
        return EX_NOPERM;
    case ERR_USAGE:
        return EX_USAGE;
    }
    return EX_SOFTWARE;
}
