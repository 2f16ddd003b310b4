/* script_parts.h - what the files of the script share: the tables, values, and the memory of names.
 *
 * A verb is a row of slots: the words it takes in order, then its keys. The same slots read a line
 * into a struct script_item and print one from it. For script*.c only.
 */
#ifndef PROTO_SCRIPT_PARTS_H
#define PROTO_SCRIPT_PARTS_H
#include "proto/script.h"

#define SCRIPT_SLOTS_MAX 20 /* of one verb, and words of one line */

enum slot_kind {
    SLOT_I64,
    SLOT_U64,
    SLOT_U32,
    SLOT_U16,
    SLOT_FLAG,        /* u8, 0 or 1 */
    SLOT_DAY,         /* i32, a date */
    SLOT_CLOCK,       /* i64, a time */
    SLOT_WORD,        /* u8, one of `words` */
    SLOT_SET,         /* u8, a mask of 1 << the number of each of `words` */
    SLOT_RATIO,       /* two i64, `offset` / `offset` + 8 */
    SLOT_NEW_NAME,    /* a name to be given */
    SLOT_NAME,        /* a name, "-" is the empty one */
    SLOT_ZONE,        /* u8; an unknown name is an error of the script */
    SLOT_INSTRUMENT,  /* u16 */
    SLOT_PARTICIPANT, /* u32 */
    SLOT_AUCTION,     /* u32 */
    SLOT_SELLER,      /* u32, a participant or the issuer */
    SLOT_SUBJECT,     /* command.subject */
    SLOT_ACTOR,       /* command.role and command.actor */
    SLOT_ORDER,       /* client id at `offset`, and command.subject when it is qualified or found */
    SLOT_MAKER,       /* client id at `offset`, and the maker of a click */
    SLOT_LEGS,        /* instruments of a strip, in u16 of STRIP_LEGS_MAX */
    SLOT_SEED         /* SEED_BYTES in hex; `fallback` is the enum seed_kind it says */
};

enum slot_use {
    USE_WORD,          /* in this place, without a key */
    USE_OPTIONAL_WORD, /* the same, may be left out at the end */
    USE_KEY,           /* key=value, may be left out: then `fallback` */
    USE_NEEDED_KEY
};

struct slot {
    const char *key;
    const char *const *words;
    int64_t fallback;
    size_t offset; /* in struct script_item */
    uint8_t word_count;
    uint8_t kind; /* enum slot_kind */
    uint8_t use;  /* enum slot_use */
    bool all;     /* leaving it out, or "-", gives `fallback`: all; an unknown name must not */
};

struct script_verb {
    struct script_verb_help help;
    const struct slot *slots;
    uint8_t slot_count;
    uint8_t kind;   /* enum script_kind */
    uint8_t number; /* enum command_type or enum query_kind */
};

extern const struct script_verb script_verbs[];
extern const size_t script_verb_count;
/* as=, lane=, id=: of every verb; subject=: of verbs whose words name no subject. */
extern const struct slot script_common[];
extern const size_t script_common_count;
bool script_names_subject(const struct script_verb *verb);

/* What an unknown name becomes where NONE would mean "all": an id nobody has. */
#define PARTICIPANT_UNKNOWN (PARTICIPANT_NONE - 16u) /* an auction too */
#define INSTRUMENT_UNKNOWN (INSTRUMENT_NONE - 16u)

struct order_key {
    struct name client_id;
    uint32_t participant;
};
struct order_row;

struct script {
    struct directory *directory;
    struct order_row *forms; /* how each order's line wrote its name */
    struct order_row *last;  /* for each client id: the participant that used it last */
    int64_t now_ns;
    size_t line;
    uint32_t actor;
    uint8_t role;
    /* The last line that named an order, as it was written: a rejection says the same. */
    struct {
        struct order_key key;
        uint8_t type;
        uint8_t size; /* of text; 0: none */
        char text[2 * NAME_BYTES + 1];
    } named;
};

/* The memory of order names (script.c). */
bool script_is_bare(const struct script *script, const struct name *id, uint32_t participant);
/* Notes how a line wrote an order's name; `accepted`: for good, else only if nothing is known. */
int script_note_form(struct script *script, const struct name *id, uint32_t participant, bool bare,
                     bool accepted);
/* The client id a command gives to a new order (an order or a click); NULL if it gives none. */
const struct name *script_new_order(const struct command *command);
uint32_t script_last_user(const struct script *script, const struct name *id);

/* A line being read. */
struct script_reader {
    struct script *script;
    struct script_item *item;
    struct script_error *error;
    bool qualified; /* the order's name said whose it is */
    bool seeded;    /* commit= or reveal= was there */
};
/* Fills the error; returns ERR_MALFORMED. */
int script_fail(struct script_reader *reader, size_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct script_word {
    const char *key; /* NULL: a plain word */
    const char *value;
    size_t key_size;
    size_t value_size;
    size_t column; /* of the word; of its value after the '=' see value_column */
    size_t value_column;
};

/* Puts one value in its place, or the default where there is none. */
int script_value_read(struct script_reader *reader, const struct slot *slot,
                      const struct script_word *word);
void script_value_default(const struct slot *slot, struct script_item *item);

/* A bounded text under construction; `full` once something did not fit. */
struct script_text {
    char *at;
    char *end;
    bool full;
};
void script_put(struct script_text *text, const char *bytes, size_t size);
void script_put_text(struct script_text *text, const char *terminated);
void script_put_name(struct script_text *text, const struct name *name); /* "-" if empty */
void script_put_i64(struct script_text *text, int64_t value);
void script_put_u64(struct script_text *text, uint64_t value);
void script_put_hex(struct script_text *text, const uint8_t *bytes, size_t size);
void script_put_day(struct script_text *text, int32_t day);
void script_put_set(struct script_text *text, uint8_t mask, const char *const *words,
                    uint8_t count);
void script_put_order(struct script_text *text, const struct script *script, const struct name *id,
                      uint32_t participant);

/* Is it "operator.2": a role, a point, a user's number? */
bool script_user_read(const char *text, size_t size, uint8_t *out_role, uint32_t *out_user);
extern const char *const script_role_words[];

/* Prints a slot's value; nothing for a key at its default (then it returns without a trace). */
void script_value_put(struct script_text *text, const struct script *script,
                      const struct slot *slot, const struct script_item *item);

/* Times (script_time.c). */
bool script_clock_read(const char *text, size_t size, int64_t now_ns, int64_t *out_ns);
void script_put_clock(struct script_text *text, int64_t time_ns);
#endif
