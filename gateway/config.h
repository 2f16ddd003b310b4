/* config.h - what `lingnan serve` is told: flags > LINGNAN_* > lingnan.ini > default.
 *
 * One table (config.c) names every option once; flags, environment, file and help follow from it:
 * --segment-size is LINGNAN_SEGMENT_SIZE and `segment-size` in the ini file.
 * Capacities are market constants: journalled at the first start, and a later start that asks for
 * another value is refused by name. All else is a process option and may differ per run.
 *
 * Owns:     copies of all texts.
 * Threads:  main thread.
 */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H
#include "gateway/gateway_limits.h"
#include "proto/fault.h"

#define CONFIG_TEXT_MAX 4096

struct config_list { /* a repeatable option; in environment and file separated by commas */
    char *items[LISTEN_MAX];
    uint32_t count;
};

struct config {
    char *data;   /* directory */
    char *market; /* script of set-up lines; NULL: none */
    struct config_list listen;
    struct config_list feed;
    uint64_t segment_size;       /* bytes; 0: default */
    uint64_t threads;            /* 1..3 */
    int64_t ready_fd;            /* where the `ready` line goes; 1: standard output */
    char *log_level;             /* debug, info, warn, error */
    char *timetable;             /* see schedule.h; NULL: the operator drives the day */
    char *clock;                 /* where a simulated clock starts; NULL: the wall clock */
    int64_t clock_ns;            /* the same, read */
    uint64_t clock_speed;        /* simulated seconds per second; 0: the wall clock */
    struct engine_limits limits; /* zero: not asked for */
};

enum config_kind { CONFIG_TEXT, CONFIG_LIST, CONFIG_NUMBER, CONFIG_CAPACITY };

struct config_option {
    const char *name; /* "segment-size" */
    const char *argument;
    const char *help;
    enum config_kind kind;
    size_t offset; /* in struct config */
    int64_t least; /* CONFIG_NUMBER, CONFIG_CAPACITY */
    int64_t most;
};

/* The table; a row with name NULL behind the last. */
extern const struct config_option config_options[];

/* Where a value comes from, for messages and precedence: a stronger source wins. */
enum config_source { CONFIG_DEFAULT, CONFIG_FILE, CONFIG_ENVIRONMENT, CONFIG_FLAG };

struct config_builder {
    struct config config;
    uint8_t sources[64]; /* enum config_source of each option */
};

void config_init(struct config_builder *builder);
void config_deinit(struct config_builder *builder);

/* Sets one option. A weaker source than before changes nothing; a list from a stronger source
 * replaces the weaker one and grows within the same. `where` is for the message. Returns 0 or
 * ERR_USAGE: no such option, not a number, out of bounds, too many. */
int config_set(struct config_builder *builder, enum config_source source, const char *where,
               const char *name, const char *value, struct fault_text *why);

/* Reads LINGNAN_* of the environment. */
int config_environment(struct config_builder *builder, struct fault_text *why);

/* Reads an ini file (sections are only for the eye). A missing file is a fault only if `must`.
 * Returns 0, ERR_USAGE with file and line, ERR_NOT_FOUND, ERR_DISK. */
int config_file(struct config_builder *builder, const char *path, bool must,
                struct fault_text *why);

/* Fills in what nobody said (data directory, addresses, threads). Returns 0, ERR_NO_MEMORY, or
 * ERR_TOO_LONG when an address of the data directory exceeds what a socket path may have. */
int config_finish(struct config_builder *builder, struct fault_text *why);
#endif
