/* lingnan - the one program: `lingnan COMMAND ...`. */
#include "gateway/command_line.h"

int main(int argc, char **argv)
{
    return command_line_run(argc, argv, (const struct subcommand[]){{0}});
}
