/* The subcommands of this room, in the order of `lingnan --help`. */
#include "gateway/command_line.h"

const struct subcommand subcommands[] = {
    {"serve", "run the exchange on a data directory", cmd_serve},
    {"key", "make, register and show the keys clients log on with", cmd_key},
    {NULL, NULL, NULL},
};
