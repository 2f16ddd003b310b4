/* online.h - one person's connection to a running exchange, for the verbs of the command line.
 *
 * Owns:     the client connection, a directory of names brought up to date at opening, a script
 *           reader bound to the session's role and participant.
 * Prints:   to standard output, in script form or (json) one JSON object a line.
 * Threads:  one.
 */
#ifndef GATEWAY_ONLINE_H
#define GATEWAY_ONLINE_H
#include "proto/lingnan.h"
#include "proto/script.h"

#define ONLINE_TIMEOUT_MS 30000u
#define ONLINE_REJECTED 1 /* exit status: the market said no */

struct online_options {
    const char *connect; /* ipc:///path or tcp://host:port */
    const char *key;     /* path of the key file */
    uint32_t lane;       /* 0: a random one */
    uint64_t first_id;   /* of the lane; 0 without one */
    bool json;
    bool help;
};

struct online {
    struct ln_client *client;
    struct directory *directory;
    struct script *script;
    struct wire_welcome me;
    struct online_options options; /* texts borrowed */
    uint32_t lane;                 /* of this connection; 0: a random one */
    uint64_t next_id;              /* in that lane */
    uint64_t plain_id;             /* next id of options.lane, for commands without a lane */
};

/* Takes --connect, --key, --json, --lane, --id and --help out of argv (also LINGNAN_CONNECT and
 * LINGNAN_KEY); what is left starts at argv[optind]. Returns false after telling standard error
 * what is wrong. */
bool online_take_options(int argc, char **argv, struct online_options *out);

/* Connects, logs on and learns all names. On failure everything is closed again. */
int online_open(struct online *online, const struct online_options *options,
                struct fault_text *why);
void online_close(struct online *online);

/* NONE, or why this session may not even send the command: participants act for themselves only,
 * because no message names who acts. */
enum reason online_may_send(const struct online *online, const struct command *command);

/* Whether `next` may stand behind `last` in one online_send: both without a lane, or the next id of
 * the same lane. */
bool online_follows(const struct command *last, const struct command *next);

/* Sends 1..FRAME_ITEMS_MAX commands under the lane and ids they carry (none: those of the options,
 * or a random lane), waits for their answers and for the reports that came with
 * them, prints all in order of the journal, learns the names they created. Counts what the market
 * refused in *rejected. */
int online_send(struct online *online, struct command *commands, size_t count, size_t *rejected);

/* Asks and prints the rows. *out_reason is the exchange's no, already printed. */
int online_look(struct online *online, const struct query *query, enum reason *out_reason);

/* Prints one line of script form, as it is or as JSON. */
void online_print(const struct online *online, const char *text, size_t size);

/* Prints the rejection of a command that was not sent or refused. */
void online_print_rejected(struct online *online, const struct command *command, enum reason reason,
                           uint64_t sequence, uint32_t flags);
#endif
