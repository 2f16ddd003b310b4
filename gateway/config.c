#include "gateway/config.h"
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define AT(field) offsetof(struct config, field)
#define CAPACITY(name, field, most, what)                                                          \
    {                                                                                              \
        name, "N", what, CONFIG_CAPACITY, AT(limits.field), 1, most                                \
    }

/* clang-format off */
const struct config_option config_options[] = {
    {"data", "DIR", "data directory [./lingnan-data]", CONFIG_TEXT, AT(data), 0, 0},
    {"market", "FILE", "set-up lines, journalled at the first start only", CONFIG_TEXT,
     AT(market), 0, 0},
    {"listen", "URL",
     "order port, ipc:// or tcp://, repeatable [ipc in DIR, tcp://127.0.0.1:7700]", CONFIG_LIST,
     AT(listen), 0, 0},
    {"feed", "URL", "market data, repeatable [ipc in DIR, tcp://127.0.0.1:7701]", CONFIG_LIST,
     AT(feed), 0, 0},
    {"threads", "N", "threads that run the stages, 1 to 3 [3]", CONFIG_NUMBER, AT(threads), 1, 3},
    {"segment-size", "BYTES", "size of new journal segments [64 MiB]", CONFIG_NUMBER,
     AT(segment_size), 1 << 20, INT64_C(1) << 34},
    {"ready-fd", "FD", "where the `ready` line goes [1]", CONFIG_NUMBER, AT(ready_fd), 1, 1023},
    {"log-level", "LEVEL", "debug, info, warn or error [info]", CONFIG_TEXT, AT(log_level), 0, 0},
    {"timetable", "SPEC",
     "drive the trading day by the clock: default, or day=08:30,call=09:15,... [nobody does]",
     CONFIG_TEXT, AT(timetable), 0, 0},
    {"clock", "TIME", "simulation: a clock that starts at 2026-06-01T08:00:00 [the wall clock]",
     CONFIG_TEXT, AT(clock), 0, 0},
    {"clock-speed", "N", "simulation: seconds of --clock in a second [1]", CONFIG_NUMBER,
     AT(clock_speed), 1, 100000},
    CAPACITY("zones", zones, ZONES_MAX, "zones the market can hold"),
    CAPACITY("instruments", instruments, INSTRUMENTS_MAX, "instruments"),
    CAPACITY("participants", participants, PARTICIPANTS_MAX, "participants"),
    CAPACITY("orders", orders, ORDERS_MAX, "open orders"),
    CAPACITY("names", names, UINT32_MAX, "client order ids remembered"),
    CAPACITY("levels", levels, UINT32_MAX, "distinct prices held at once, at least this many"),
    CAPACITY("positions", positions, UINT32_MAX, "holdings"),
    CAPACITY("auctions", auctions, AUCTIONS_MAX, "auctions"),
    CAPACITY("bids", bids, BIDS_MAX, "bids"),
    CAPACITY("lanes", lanes, LANES_MAX, "lanes"),
    CAPACITY("lane-window", lane_window, LANE_WINDOW_MAX,
             "ids remembered per lane, a power of two"),
    CAPACITY("rules", rule_set, RULE_SET_NEWEST, "rule set to start with"),
    CAPACITY("work", work, UINT32_MAX, "fills, rows or events of one command or step"),
    CAPACITY("extras", extras, ORDERS_MAX, "open icebergs, stops and minimum orders"),
    CAPACITY("trades", trades, TRADES_MAX, "trades of the day that a bust may still name"),
    CAPACITY("locks", locks, ORDERS_MAX, "lots under a resale lock"),
    CAPACITY("cities", cities, CITIES_MAX, "cities"),
    CAPACITY("rows", rules, ORDERS_MAX,
             "position limits, tranches, agreements, escrows, standing bids: each"),
    {NULL, NULL, NULL, CONFIG_TEXT, 0, 0, 0},
};
/* clang-format on */

void config_init(struct config_builder *builder)
{
    memset(builder, 0, sizeof *builder);
    builder->config.threads = 3;
    builder->config.ready_fd = 1;
}

static void clear_list(struct config_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        free(list->items[i]);
    list->count = 0;
}

void config_deinit(struct config_builder *builder)
{
    free(builder->config.data);
    free(builder->config.market);
    free(builder->config.log_level);
    free(builder->config.timetable);
    free(builder->config.clock);
    clear_list(&builder->config.listen);
    clear_list(&builder->config.feed);
    memset(&builder->config, 0, sizeof builder->config);
}

static int set_text(char **field, const char *value, const char *where, const char *name,
                    struct fault_text *why)
{
    if (!*value || strlen(value) >= CONFIG_TEXT_MAX)
        return fault_say(why, ERR_USAGE, "%s: %s must have 1 to %d bytes", where, name,
                         CONFIG_TEXT_MAX - 1);
    char *copy = strdup(value);
    if (!copy) return ERR_NO_MEMORY;
    free(*field);
    *field = copy;
    return 0;
}

static int add_items(struct config_list *list, const char *value, const char *where,
                     const char *name, struct fault_text *why)
{
    while (*value) {
        size_t size = strcspn(value, ",");
        char *item = strndup(value, size);
        if (!item) return ERR_NO_MEMORY;
        bool known = !strncmp(item, "ipc://", 6) || !strncmp(item, "tcp://", 6);
        if (!known || list->count == LISTEN_MAX) {
            int fault = fault_say(why, ERR_USAGE, "%s: %s=%.120s: %s", where, name, item,
                                  known ? "more than 8 addresses"
                                        : "an address begins with ipc:// or tcp://");
            free(item);
            return fault;
        }
        list->items[list->count++] = item;
        value += size;
        if (*value == ',') value++;
    }
    return 0;
}

static int read_number(const struct config_option *option, const char *where, const char *value,
                       int64_t *out, struct fault_text *why)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (errno || end == value || *end || isspace((unsigned char)*value))
        return fault_say(why, ERR_USAGE, "%s: %s=%.60s is not a whole number", where, option->name,
                         value);
    if (number < option->least || number > option->most)
        return fault_say(why, ERR_USAGE, "%s: %s=%lld is outside %lld..%lld", where, option->name,
                         number, (long long)option->least, (long long)option->most);
    *out = number;
    return 0;
}

int config_set(struct config_builder *builder, enum config_source source, const char *where,
               const char *name, const char *value, struct fault_text *why)
{
    size_t index = 0;
    while (config_options[index].name && strcmp(config_options[index].name, name))
        index++;
    const struct config_option *option = &config_options[index];
    if (!option->name)
        return fault_say(why, ERR_USAGE, "%s: no option is called %.60s", where, name);
    if (source < builder->sources[index]) return 0;
    bool stronger = source > builder->sources[index];
    void *field = (uint8_t *)&builder->config + option->offset;
    int64_t number = 0;
    int fault = 0;
    switch (option->kind) {
    case CONFIG_TEXT:
        fault = set_text(field, value, where, name, why);
        break;
    case CONFIG_LIST:
        if (stronger) clear_list(field);
        fault = add_items(field, value, where, name, why);
        break;
    case CONFIG_NUMBER:
        fault = read_number(option, where, value, &number, why);
        if (!fault) memcpy(field, &number, sizeof number);
        break;
    case CONFIG_CAPACITY:
        fault = read_number(option, where, value, &number, why);
        uint32_t narrow = (uint32_t)number;
        if (!fault) memcpy(field, &narrow, sizeof narrow);
        break;
    }
    if (!fault) builder->sources[index] = (uint8_t)source;
    return fault;
}

int config_environment(struct config_builder *builder, struct fault_text *why)
{
    for (const struct config_option *option = config_options; option->name; option++) {
        char name[64] = "LINGNAN_";
        size_t used = strlen(name);
        for (const char *at = option->name; *at && used < sizeof name - 1; at++)
            name[used++] = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
        const char *value = getenv(name);
        if (!value) continue;
        int fault = config_set(builder, CONFIG_ENVIRONMENT, name, option->name, value, why);
        if (fault) return fault;
    }
    return 0;
}

struct file_context {
    struct config_builder *builder;
    const char *path;
    struct fault_text *why;
    int fault;
};

static int on_pair(void *context, const char *section, const char *name, const char *value)
{
    struct file_context *file = context;
    (void)section;
    if (!file->fault)
        file->fault = config_set(file->builder, CONFIG_FILE, file->path, name, value, file->why);
    return file->fault == 0;
}

int config_file(struct config_builder *builder, const char *path, bool must, struct fault_text *why)
{
    struct file_context file = {.builder = builder, .path = path, .why = why};
    int line = ini_parse(path, on_pair, &file);
    if (file.fault && why) {
        struct fault_text inner = *why;
        return fault_say(why, file.fault, "line %d: %.200s", line, inner.text);
    }
    if (file.fault) return file.fault;
    if (line > 0) return fault_say(why, ERR_USAGE, "%.160s line %d: not `key = value`", path, line);
    if (line == -1 && must) return fault_say(why, ERR_NOT_FOUND, "%.160s cannot be read", path);
    if (line == -2) return fault_say(why, ERR_NO_MEMORY, "no memory to read %.160s", path);
    return 0;
}

static int default_addresses(struct config_list *list, const char *data, const char *socket,
                             const char *tcp, struct fault_text *why)
{
    char url[PATH_MAX + 32];
    struct sockaddr_un address;
    if (list->count) return 0;
    int size = snprintf(url, sizeof url, "ipc://%s/%s,%s", data, socket, tcp);
    if (size < 0 || (size_t)size >= sizeof url ||
        strlen(data) + strlen(socket) + 2 > sizeof address.sun_path)
        return fault_say(why, ERR_TOO_LONG,
                         "the path of %s in the data directory is longer than %zu; give --listen "
                         "and --feed",
                         socket, sizeof address.sun_path - 1);
    return add_items(list, url, "default", socket, why);
}

/* NNG opens ipc paths later and from anywhere, so the directory is made absolute. */
static int absolute(char **path, struct fault_text *why)
{
    char here[PATH_MAX];
    if (**path == '/') return 0;
    if (!getcwd(here, sizeof here)) return fault_say(why, ERR_SYSTEM, "no working directory");
    char *whole;
    const char *rest = strncmp(*path, "./", 2) ? *path : *path + 2;
    if (asprintf(&whole, "%s/%s", here, rest) < 0) return ERR_NO_MEMORY;
    free(*path);
    *path = whole;
    return 0;
}

/* Shanghai time, as scripts write it. */
static int read_clock(struct config *config, struct fault_text *why)
{
    struct tm time = {0};
    if (config->clock_speed && !config->clock)
        return fault_say(why, ERR_USAGE, "clock-speed needs clock");
    if (!config->clock) return 0;
    const char *end = strptime(config->clock, "%Y-%m-%dT%H:%M:%S", &time);
    if (!end || *end)
        return fault_say(why, ERR_USAGE, "clock=%.60s is not a time like 2026-06-01T08:00:00",
                         config->clock);
    config->clock_ns = ((int64_t)timegm(&time) - 8 * 3600) * 1000000000;
    if (!config->clock_speed) config->clock_speed = 1;
    return 0;
}

int config_finish(struct config_builder *builder, struct fault_text *why)
{
    struct config *config = &builder->config;
    if (!config->data) config->data = strdup("lingnan-data");
    if (!config->log_level) config->log_level = strdup("info");
    if (!config->data || !config->log_level) return ERR_NO_MEMORY;
    int fault = read_clock(config, why);
    if (!fault) fault = absolute(&config->data, why);
    if (!fault)
        fault = default_addresses(&config->listen, config->data, "order.ipc",
                                  "tcp://127.0.0.1:7700", why);
    if (!fault)
        fault =
            default_addresses(&config->feed, config->data, "feed.ipc", "tcp://127.0.0.1:7701", why);
    return fault;
}
