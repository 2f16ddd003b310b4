/* lingnan - the one program: `lingnan COMMAND ...`.
 *
 * The bench room is joined here and nowhere else: the program links it, the gateway library does
 * not know it.
 */
#include "gateway/command_line.h"

int bench_main(int argc, char **argv);

int main(int argc, char **argv)
{
    static const struct subcommand further[] = {
        {"bench", "measure this machine", bench_main},
        {0},
    };
    return command_line_run(argc, argv, further);
}
