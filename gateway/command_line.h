/* command_line.h - the subcommands of `lingnan` as one table.
 *
 * To add one: write gateway/cmd_<name>.c with `int cmd_<name>(int argc, char **argv)`, declare it
 * at the end of this page and add its row to subcommands.c. Help and completion read the table.
 * A subcommand gets its own arguments (argv[0] is "lingnan <name>", fit for argp) and returns the
 * exit status: 0 or a number of sysexits.h (EX_USAGE 64, EX_DATAERR 65, EX_NOINPUT 66,
 * EX_UNAVAILABLE 69, EX_SOFTWARE 70, EX_OSERR 71, EX_CANTCREAT 73, EX_IOERR 74, EX_TEMPFAIL 75,
 * EX_NOPERM 77, EX_CONFIG 78); `replay` returns 2 for an unreadable script (script.md).
 * Threads:  main thread.
 */
#ifndef GATEWAY_COMMAND_LINE_H
#define GATEWAY_COMMAND_LINE_H
#include <stddef.h>

struct subcommand {
    const char *name;    /* one word */
    const char *summary; /* one line for `lingnan --help` */
    int (*run)(int argc, char **argv);
};

/* The table of this room, a row with name NULL behind the last (subcommands.c). */
extern const struct subcommand subcommands[];

/* Runs `lingnan NAME ...`: finds NAME in the table or among `further` rows, which end the same way
 * (the program adds what lives outside this room). Prints help for --help, the version for
 * --version, and a hint with EX_USAGE for anything unknown. Returns the exit status. */
int command_line_run(int argc, char **argv, const struct subcommand *further);

/* The sysexits status that says the same as an ERR_* of proto/fault.h. */
int command_line_status(int fault);

int cmd_serve(int argc, char **argv);
int cmd_key(int argc, char **argv);

int cmd_replay(int argc, char **argv);
int cmd_schedule(int argc, char **argv);
int cmd_online(int argc, char **argv); /* every verb of the script; argv[0] says which */
int cmd_submit(int argc, char **argv);
int cmd_trades(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_journal(int argc, char **argv);
int cmd_demo(int argc, char **argv);
#endif
