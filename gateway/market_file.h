/* market_file.h - the market definition: set-up lines of the script, journalled at first start.
 *
 * The whole file is tried on an engine of its own before anything is written, so a bad line leaves
 * no trace: unreadable text and a market's "no" are both named with line and column. `time` lines
 * are allowed and without effect: commands are stamped when they are journalled.
 *
 * Owns:     the commands, on the heap.
 * Bound:    MARKET_COMMANDS_MAX commands.
 */
#ifndef GATEWAY_MARKET_FILE_H
#define GATEWAY_MARKET_FILE_H
#include "engine/engine.h"
#include "proto/fault.h"

#define MARKET_COMMANDS_MAX (1u << 20)

struct market_file {
    struct command *commands; /* role, actor, subject, lane, id, type and body as written */
    bool *leaves_work;        /* beside it: must steps follow before the next command? */
    size_t count;
    struct engine_limits limits; /* complete: from the options and the file's `capacity` line */
};

/* `asked` are the capacities of the options (zero: not asked for). Returns 0, ERR_NOT_FOUND,
 * ERR_DISK, ERR_MALFORMED (line, column, reason), ERR_CONFLICT (a capacity said twice,
 * differently), ERR_LIMIT, ERR_NO_MEMORY. */
int market_file_read(const char *path, const struct engine_limits *asked, struct market_file *out,
                     struct fault_text *why);
void market_file_free(struct market_file *market);

/* Joins capacities field by field into `into`: zero gives way. Returns 0 or ERR_CONFLICT naming the
 * field; `whose` says where `from` comes from. */
int market_file_join(struct engine_limits *into, const struct engine_limits *from,
                     const char *whose, struct fault_text *why);
#endif
