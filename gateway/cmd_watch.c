/* cmd_watch.c - `lingnan watch`: the public market data as they come, one line an event.
 *
 * Names of instruments and zones come from the order port if a key is given; without one they are
 * shown as i0, i1 and z0, z1, the ids of the market file's order. A gap in the numbers and a
 * restart of the exchange are told on standard error; the next snapshot makes good for both.
 */
#include "gateway/command_line.h"
#include "gateway/feed_views.h"
#include "gateway/gateway_limits.h"
#include "gateway/line_json.h"
#include "gateway/online.h"
#include <getopt.h>
#include <inttypes.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define SILENCE_MS_MAX 30000 /* the server sends snapshots all the time */
#define EVENT_ROOM 1024
#define TOPIC_BYTES 2
#define MESSAGE_MAX (FEED_EVENTS_MAX * CODEC_EVENT_MAX + WIRE_FEED_HEAD)

_Static_assert(EVENT_ROOM >= sizeof(struct event_trade), "the largest event fits");

static const char watch_help[] =
    "usage: lingnan watch [INSTRUMENT] [--feed URL] [--json] [--count N] [--snapshots]\n"
    "                     [--views]"

    "                     [--connect URL --key FILE]\n"
    "\n"
    "Follows the public market data (gateway/FEED.md) and prints every event in script form.\n"
    "\n"
    "  --feed URL      the feed, ipc:///path or tcp://host:port (or LINGNAN_FEED)\n"
    "  --views         the book as each zone sees it, and indicative prices, instead\n"
    "  --snapshots     print the levels of the regular snapshots too\n"
    "  --count N       end after N lines\n"
    "  --connect, --key  ask the order port for names; otherwise i0, z0, ... are shown\n"
    "\n"
    "exit status: 0, 69 no connection or nothing heard for 30 seconds.\n"
    "\n"
    "examples (names are known to those who log on):\n"
    "  lingnan watch --feed ipc://day1/feed.ipc\n"
    "  lingnan watch CO2 --feed ipc://day1/feed.ipc --connect ipc://day1/order.ipc --key "
    "mill.key\n";

struct watch {
    nng_socket socket;
    struct directory *directory;
    struct script *script;
    struct online online; /* only with a key */
    bool named;
    bool json;
    bool snapshots;
    bool views;
    uint64_t left; /* lines still to print; 0: no end */
    uint64_t numbers[INSTRUMENTS_MAX];
    uint64_t epoch;
};

struct watch_options {
    struct online_options online;
    const char *feed;
    const char *instrument;
    uint64_t count;
    bool snapshots;
    bool views;
    bool help;
};

static bool take_options(int argc, char **argv, struct watch_options *out)
{
    static const struct option options[] = {{"feed", required_argument, NULL, 'f'},
                                            {"connect", required_argument, NULL, 'c'},
                                            {"key", required_argument, NULL, 'k'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"count", required_argument, NULL, 'n'},
                                            {"snapshots", no_argument, NULL, 's'},
                                            {"views", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    *out = (struct watch_options){
        .feed = getenv("LINGNAN_FEED"),
        .online = {.connect = getenv("LINGNAN_CONNECT"), .key = getenv("LINGNAN_KEY")}};
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'f') out->feed = optarg;
        if (option == 'c') out->online.connect = optarg;
        if (option == 'k') out->online.key = optarg;
        if (option == 'j') out->online.json = true;
        if (option == 'n') out->count = strtoull(optarg, NULL, 10);
        if (option == 's') out->snapshots = true;
        if (option == 'v') out->views = true;
        if (option == 'h') out->help = true;
        if (option == '?') return false;
    }
    if (optind < argc) out->instrument = argv[optind++];
    return out->help || (optind == argc && out->feed);
}

/* Teaches the directory i0, i1, ... and z0, z1, ... */
static int name_by_number(struct directory *directory)
{
    int fault = 0;
    for (uint32_t id = 0; id < INSTRUMENTS_MAX + ZONES_MAX && !fault; id++) {
        const bool zone = id >= INSTRUMENTS_MAX;
        struct event_named event = {.head = {.type = EVENT_NAMED, .size = sizeof event},
                                    .id = zone ? id - INSTRUMENTS_MAX : id,
                                    .command = zone ? COMMAND_ZONE : COMMAND_INSTRUMENT,
                                    .zone = ZONE_NONE};
        snprintf(event.name.text, sizeof event.name.text, "%c%" PRIu32, zone ? 'z' : 'i', event.id);
        fault = directory_learn(directory, &event.head);
    }
    return fault;
}

static int learn_names(struct watch *watch, const struct watch_options *options,
                       struct fault_text *why)
{
    watch->named = options->online.connect && options->online.key;
    if (watch->named) {
        const int fault = online_open(&watch->online, &options->online, why);
        watch->directory = watch->online.directory;
        watch->script = watch->online.script;
        return fault;
    }
    watch->directory = directory_create();
    watch->script = watch->directory ? script_create(watch->directory) : NULL;
    if (!watch->script || name_by_number(watch->directory)) {
        return fault_say(why, ERR_NO_MEMORY, "no memory left");
    }
    return 0;
}

static int subscribe(struct watch *watch, const struct watch_options *options,
                     struct fault_text *why)
{
    uint8_t topic[TOPIC_BYTES];
    size_t size = 0;
    if (options->instrument) {
        struct name name;
        uint16_t id = INSTRUMENT_NONE;
        if (directory_name_of(options->instrument, strlen(options->instrument), &name)) {
            id = directory_instrument(watch->directory, &name);
        }
        if (id == INSTRUMENT_NONE) {
            return fault_say(why, ERR_NOT_FOUND, "no instrument is called %s", options->instrument);
        }
        if (options->views) id |= FEED_VIEW_BIT;
        topic[0] = (uint8_t)(id & 0xff);
        topic[1] = (uint8_t)(id >> 8);
        size = TOPIC_BYTES;
    }
    int failed = nng_sub0_open(&watch->socket);
    if (!failed) {
        failed = nng_socket_set(watch->socket, NNG_OPT_SUB_SUBSCRIBE, size ? topic : NULL, size);
    }
    if (!failed) failed = nng_socket_set_int(watch->socket, NNG_OPT_RECVBUF, 8192);
    if (!failed) {
        failed = nng_socket_set_size(watch->socket, NNG_OPT_RECVMAXSZ, MESSAGE_MAX);
    }
    if (!failed) failed = nng_socket_set_ms(watch->socket, NNG_OPT_RECVTIMEO, SILENCE_MS_MAX);
    if (!failed) failed = nng_dial(watch->socket, options->feed, NULL, 0);
    if (failed) {
        return fault_say(why, ERR_CONNECT, "%s: %s", options->feed, nng_strerror(failed));
    }
    return 0;
}

/* Tells gaps and restarts. False: a message that was seen before (a snapshot repeats a number). */
static void check_number(struct watch *watch, const struct wire_feed *feed)
{
    uint64_t *last = &watch->numbers[feed->instrument];
    if (feed->epoch != watch->epoch) {
        if (watch->epoch) fputs("lingnan watch: the exchange was started again\n", stderr);
        watch->epoch = feed->epoch;
        memset(watch->numbers, 0, sizeof watch->numbers);
    }
    if (!feed->snapshot && *last && feed->number > *last + 1) {
        fprintf(stderr, "lingnan watch: messages %" PRIu64 " to %" PRIu64 " of %.32s were lost\n",
                *last + 1, feed->number - 1,
                directory_instrument_name(watch->directory, feed->instrument)->text);
    }
    *last = feed->number;
}

/* Returns false when the last wanted line has been printed. */
static bool print_event(struct watch *watch, const struct event *event)
{
    char text[SCRIPT_LINE_MAX];
    const size_t size = script_event(watch->script, event, text, sizeof text);
    if (size == 0) return true;
    if (watch->json) {
        line_json_print(stdout, text, size);
    } else {
        printf("%.*s\n", (int)size, text);
    }
    return watch->left == 0 || --watch->left > 0;
}

/* Returns 0 to go on, 1 when enough was printed, or ERR_MALFORMED. */
static int print_message(struct watch *watch, const uint8_t *bytes, size_t size)
{
    _Alignas(8) uint8_t room[EVENT_ROOM];
    struct wire_feed feed;
    struct wire_reader events;
    if (wire_feed_get(bytes, size, &feed, &events)) return ERR_MALFORMED;
    const bool view = feed.instrument & FEED_VIEW_BIT;
    feed.instrument &= (uint16_t)~FEED_VIEW_BIT;
    if (feed.instrument >= INSTRUMENTS_MAX) return ERR_MALFORMED;
    if (view != watch->views) return 0;
    check_number(watch, &feed);
    const struct name *known = directory_instrument_name(watch->directory, feed.instrument);
    if (watch->named && strcmp(known->text, "-") == 0) {
        (void)ln_learn(watch->online.client, watch->directory, ONLINE_TIMEOUT_MS);
    }
    if (feed.snapshot && !watch->snapshots) return 0;
    while (!wire_reader_done(&events)) {
        struct event_buffer event = {.bytes = room, .capacity = sizeof room};
        if (wire_row_get(&events, &event)) return ERR_MALFORMED;
        if (!print_event(watch, event_next(&event, NULL))) return 1;
    }
    fflush(stdout);
    return 0;
}

static int follow(struct watch *watch, struct fault_text *why)
{
    for (;;) {
        nng_msg *message;
        const int failed = nng_recvmsg(watch->socket, &message, 0);
        if (failed) return fault_say(why, ERR_TIMEOUT, "nothing heard: %s", nng_strerror(failed));
        const int done = print_message(watch, nng_msg_body(message), nng_msg_len(message));
        nng_msg_free(message);
        if (done < 0) return fault_say(why, done, "a message of the feed cannot be read");
        if (done) return 0;
    }
}

int cmd_watch(int argc, char **argv)
{
    static struct watch watch; /* too large for the stack */
    struct watch_options options;
    struct fault_text why = {.text = ""};
    const bool good = take_options(argc, argv, &options);
    if (good && options.help) {
        fputs(watch_help, stdout);
        return EX_OK;
    }
    if (!good) {
        fputs(watch_help, stderr);
        return EX_USAGE;
    }
    watch = (struct watch){.json = options.online.json,
                           .snapshots = options.snapshots,
                           .views = options.views,
                           .left = options.count};
    int fault = learn_names(&watch, &options, &why);
    if (!fault) fault = subscribe(&watch, &options, &why);
    if (!fault) fault = follow(&watch, &why);
    if (watch.socket.id) nng_close(watch.socket);
    if (watch.named) {
        online_close(&watch.online);
    } else {
        script_destroy(watch.script);
        directory_destroy(watch.directory);
    }
    if (fault) fprintf(stderr, "lingnan watch: %s: %s\n", fault_name(fault), why.text);
    return command_line_status(fault);
}
