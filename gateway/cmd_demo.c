/* cmd_demo.c - `lingnan demo`: a first market on real facts, through the real gateway.
 *
 * Starts this program as a server in a directory of its own, plays allocation, past auctions,
 * trading days and an eco-credit sale with real clients, prints what happened, and lets `audit`
 * check the directory. Status 0 only if every self-check held.
 */
#include "engine/assert.h"
#include "gateway/command_line.h"
#include "gateway/demo/demo_cast.h"
#include "gateway/demo/demo_files.h"
#include "persist/audit.h"
#include "persist/digest.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define DEMO_SEED 20231124
#define DEMO_FAILED 1

static const char demo_help[] =
    "usage: lingnan demo [--once] [--data DIR] [--speed N] [--seed N]\n"
    "       lingnan demo --print-market\n"
    "\n"
    "Plays a first market on real facts of Guangdong through a real server with real clients:\n"
    "allocation within the real cap, one real auction per regime, six trading days of two regions\n"
    "around the real monthly prices, eco-credit sales with and without success, a day with\n"
    "calls, congestion and interruption, the ecological fund; then verifies itself.\n"
    "\n"
    "  --once      stop the server at the end and remove the temporary directory\n"
    "  --data DIR  an empty directory to play in (at most 80 bytes long) instead of a temporary "
    "one\n"
    "  --speed N   N trading days a second (default: as fast as it goes)\n"
    "  --seed N    other orders of the example traders (default 20231124)\n"
    "  --print-market\n"
    "              prints a market file with every family, zone and city of Guangdong, and ends\n"
    "\n"
    "exit status: 0 every self-check held, 1 one did not, 71 something could not be started.\n"
    "\n"
    "examples:\n"
    "  lingnan demo --once\n"
    "  lingnan demo --data /tmp/market --speed 1\n"
    "  lingnan demo --print-market > guangdong.script\n"
    "  lingnan serve --data market --market guangdong.script\n";

static int print_market(void)
{
    const struct demo_file *file = demo_files;
    while (file->name && strcmp(file->name, "guangdong.script") != 0)
        file++;
    ASSERT(file->name);
    fwrite(file->bytes, 1, file->size, stdout);
    return fflush(stdout) ? EX_IOERR : EX_OK;
}

static struct demo_voice *open_voice(struct demo *demo, const char *name)
{
    char path[PATH_MAX];
    struct demo_voice *voice = calloc(1, sizeof *voice);
    if (!voice) {
        demo->fault = fault_say(&demo->why, ERR_NO_MEMORY, "no memory left");
        return NULL;
    }
    demo_house_key_path(&demo->house, name, path);
    if (!demo->fault) (void)demo_voice_open(voice, demo->house.connect, path, demo->directory);
    (void)demo_voice_fault(demo, voice);
    return voice;
}

static void close_voice(struct demo_voice *voice)
{
    if (voice) demo_voice_close(voice);
    free(voice);
}

static int begin(struct demo *demo, const char *data)
{
    demo->directory = directory_create();
    demo->fault = demo->directory ? demo_house_open(&demo->house, data, &demo->why)
                                  : fault_say(&demo->why, ERR_NO_MEMORY, "no memory left");
    if (demo->fault || demo_cast_make(demo)) return demo->fault;
    demo->fault = demo_house_start(&demo->house, demo->stay, &demo->why);
    if (demo->fault) return demo->fault;
    printf("the exchange runs: process %d, data %s, orders %s\n", (int)demo->house.server,
           demo->house.data, demo->house.connect);
    demo->regulator = open_voice(demo, "regulator");
    if (!demo->fault) demo->market_operator = open_voice(demo, "operator");
    if (demo->fault) return demo->fault;
    (void)demo_learn(demo->regulator); /* zones and instruments of the market file */
    return demo_voice_fault(demo, demo->regulator);
}

static int play(struct demo *demo, uint64_t *out_sequence, uint8_t out_hash[HASH_BYTES])
{
    if (demo_cast_register(demo)) return demo->fault;
    if (demo_auctions_past(demo)) return demo->fault;
    if (demo_allocation(demo)) return demo->fault;
    if (demo_days(demo)) return demo->fault;
    if (demo_auction_eco(demo)) return demo->fault;
    if (demo_call(demo)) return demo->fault;
    if (demo_auction_failed(demo)) return demo->fault;
    return demo_summary(demo, out_sequence, out_hash);
}

static void leave(struct demo *demo)
{
    for (size_t i = 0; i < demo->count; i++)
        demo_person_leave(&demo->people[i]);
    close_voice(demo->regulator);
    close_voice(demo->market_operator);
    demo->regulator = NULL;
    demo->market_operator = NULL;
}

static void verify(struct demo *demo, uint64_t sequence, const uint8_t hash[HASH_BYTES])
{
    static struct audit_result result;
    char hex[2 * HASH_BYTES + 1];
    printf("\nAUDIT  of %s\n", demo->house.data);
    const int fault = audit_directory(demo->house.data, NULL, NULL, &result);
    digest_hex(hex, result.state_digest, HASH_BYTES);
    if (fault) printf("  %s: %s\n", fault_name(fault), result.text.text);
    printf("  %" PRIu64 " commands in %" PRIu64 " entries replayed, %" PRIu64 " events, %" PRIu64
           " digests compared\n"
           "  digest seq=%" PRIu64 " hash=%s\n",
           result.commands, result.entries, result.events, result.digests_compared, result.sequence,
           hex);
    demo_check(demo, fault == 0, "chain, checksums, replay, conservation and view are clean");
    demo_check(demo,
               result.sequence == sequence && memcmp(result.state_digest, hash, HASH_BYTES) == 0,
               "the replay ends in the state the running exchange showed");
}

static void say_goodbye(const struct demo *demo)
{
    const struct demo_house *house = &demo->house;
    printf("\nThe server goes on (process %d; `kill %d` ends it cleanly). Talk to it:\n\n"
           "  export LINGNAN_CONNECT=%s LINGNAN_KEY=%s/keys/regulator.key\n"
           "  lingnan reconcile\n"
           "  lingnan trades rows=10\n"
           "  lingnan phase GDEA-23 continuous --key %s/keys/operator.key\n"
           "  lingnan order S1 cement-yunfu-1 GDEA-23 sell qty=100 price=6700 "
           "--key %s/keys/cement-yunfu-1.key\n"
           "  lingnan book GDEA-23 zone=GBA local=1\n"
           "  lingnan watch --feed %s\n"
           "  lingnan audit %s\n",
           (int)house->server, (int)house->server, house->connect, house->root, house->root,
           house->root, house->feed, house->data);
}

static int finish(struct demo *demo)
{
    struct fault_text why = {.text = ""};
    if (demo->fault) {
        fprintf(stderr, "lingnan demo: %s: %s\n", fault_name(demo->fault), demo->why.text);
    }
    printf("\n%zu self-checks, %zu failed\n", demo->checks, demo->failed);
    if (demo->fault || demo->failed || !demo->stay) {
        const bool good = demo_house_stop(&demo->house, &why) == 0;
        if (!good) fprintf(stderr, "lingnan demo: %s\n", why.text);
        if (demo->fault || demo->failed || !good) {
            if (demo->house.root[0])
                fprintf(stderr, "everything is left in %s\n", demo->house.root);
            return demo->fault ? command_line_status(demo->fault) : DEMO_FAILED;
        }
        demo_house_clear(&demo->house);
        return EX_OK;
    }
    say_goodbye(demo);
    return EX_OK;
}

static int run(struct demo *demo, const char *data)
{
    uint64_t sequence = 0;
    uint8_t hash[HASH_BYTES] = {0};
    struct fault_text why = {.text = ""};
    puts("LINGNAN - a first market on real facts of Guangdong. Examples are called examples.");
    if (!begin(demo, data)) (void)play(demo, &sequence, hash);
    leave(demo);
    if (!demo->fault && !demo->stay) {
        const int fault = demo_house_stop(&demo->house, &why);
        demo_check(demo, fault == 0, "the server ended cleanly%s%s", fault ? ": " : "", why.text);
    }
    if (!demo->fault) verify(demo, sequence, hash);
    const int status = finish(demo);
    directory_destroy(demo->directory);
    return fflush(stdout) && status == 0 ? EX_IOERR : status;
}

static bool positive(const char *text, uint64_t *out)
{
    char *end;
    *out = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && *out > 0 && *out <= 1000000000;
}

int cmd_demo(int argc, char **argv)
{
    static const struct option options[] = {{"once", no_argument, NULL, 'o'},
                                            {"data", required_argument, NULL, 'd'},
                                            {"speed", required_argument, NULL, 's'},
                                            {"seed", required_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"print-market", no_argument, NULL, 'p'},
                                            {0}};
    static struct demo demo; /* too large for the stack */
    const char *data = NULL;
    uint64_t speed = 0;
    int option;
    demo = (struct demo){.seed = DEMO_SEED, .stay = true};
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        bool good = true;
        switch (option) {
        case 'o':
            demo.stay = false;
            break;
        case 'd':
            data = optarg;
            break;
        case 's':
            good = positive(optarg, &speed);
            break;
        case 'r':
            good = positive(optarg, &demo.seed);
            break;
        case 'h':
            fputs(demo_help, stdout);
            return EX_OK;
        case 'p':
            return print_market();
        default:
            good = false;
            break;
        }
        if (!good) {
            fputs(demo_help, stderr);
            return EX_USAGE;
        }
    }
    if (optind != argc) {
        fputs(demo_help, stderr);
        return EX_USAGE;
    }
    demo.pause_ms = speed ? (int64_t)(1000 / speed) : 0;
    return run(&demo, data);
}
