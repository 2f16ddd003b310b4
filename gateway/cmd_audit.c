/* cmd_audit.c - `lingnan audit DIR`: everything a data directory claims, checked. */
#include "gateway/command_line.h"
#include "persist/audit.h"
#include "persist/digest.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define AUDIT_FAULT 1

static const char audit_help[] =
    "usage: lingnan audit [--quiet] DIR\n"
    "\n"
    "Verifies every checksum and the hash chain of the journal, replays all commands into a fresh\n"
    "engine, compares event digests, checks that units and money are conserved, and compares the\n"
    "tables of the view with the replay. Changes nothing; may run beside the server.\n"
    "Progress goes to standard error, the result to standard output.\n"
    "\n"
    "exit status: 0 clean, 1 a fault (named with its place), 66 no such directory.\n"
    "\n"
    "example:\n"
    "  lingnan audit /var/lib/lingnan\n";

static void progress(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "audit: %s\n", line);
}

static void print_result(const char *directory, const struct audit_result *result)
{
    char state[2 * HASH_BYTES + 1];
    char events[2 * HASH_BYTES + 1];
    char head[2 * HASH_BYTES + 1];
    digest_hex(state, result->state_digest, HASH_BYTES);
    digest_hex(events, result->events_digest, HASH_BYTES);
    digest_hex(head, result->head, HASH_BYTES);
    printf("journal segments=%" PRIu64 " entries=%" PRIu64 " commands=%" PRIu64 " events=%" PRIu64
           " trades=%" PRIu64 "\n",
           result->segments, result->entries, result->commands, result->events, result->trades);
    printf("digests compared=%" PRIu64 " events=%s head=%s\n", result->digests_compared, events,
           head);
    printf("digest seq=%" PRIu64 " hash=%s\n", result->sequence, state);
    printf("reconciled instruments=%" PRIu64 " difference=0\n", result->instruments);
    if (result->view_compared) {
        printf("view seq=%" PRIu64 " trades=%" PRIu64 " accounts=%" PRIu64 " orders=%" PRIu64 "\n",
               result->view_sequence, result->view_trades, result->view_accounts,
               result->view_orders);
    } else {
        printf("view compared=0 reason=%s\n",
               result->view_present ? "moved-on-meanwhile" : "not-there");
    }
    printf("audit directory=%s result=clean\n", directory);
}

int cmd_audit(int argc, char **argv)
{
    static const struct option options[] = {
        {"quiet", no_argument, NULL, 'q'}, {"help", no_argument, NULL, 'h'}, {0}};
    bool quiet = false;
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(audit_help, stdout);
            return EX_OK;
        }
        if (option != 'q') {
            fputs(audit_help, stderr);
            return EX_USAGE;
        }
        quiet = true;
    }
    if (argc - optind != 1) {
        fputs(audit_help, stderr);
        return EX_USAGE;
    }
    static struct audit_result result;
    const int fault = audit_directory(argv[optind], quiet ? NULL : progress, NULL, &result);
    if (fault == ERR_NOT_FOUND) {
        fprintf(stderr, "lingnan audit: %s\n", result.text.text);
        return EX_NOINPUT;
    }
    if (fault) {
        printf("audit directory=%s result=FAULT name=%s\n", argv[optind], fault_name(fault));
        fprintf(stderr, "lingnan audit: %s: %s\n", fault_name(fault), result.text.text);
        return AUDIT_FAULT;
    }
    print_result(argv[optind], &result);
    return fflush(stdout) ? EX_IOERR : EX_OK;
}
