/* script_page.h - one line of output under construction: " key=value" behind " key=value".
 *
 * Every event and row has a function here; it writes the whole line, or nothing if it has no text
 * form. For script_*.c only.
 */
#ifndef PROTO_SCRIPT_PAGE_H
#define PROTO_SCRIPT_PAGE_H
#include "proto/script_parts.h"

/* The line under construction and where names come from. */
struct script_page {
    struct script_text text;
    const struct script *script;
};

void page_key(struct script_page *page, const char *name);
void page_number(struct script_page *page, const char *name, int64_t value);
void page_positive(struct script_page *page, const char *name, uint64_t value);
void page_word(struct script_page *page, const char *name, const char *text);
void page_named(struct script_page *page, const char *name, const struct name *value);
void page_zone(struct script_page *page, const char *name, uint8_t id);
void page_instrument(struct script_page *page, uint16_t id);
void page_participant(struct script_page *page, const char *name, uint32_t id);
void page_order(struct script_page *page, const char *name, const struct name *id, uint32_t owner);
void page_public_id(struct script_page *page, const char *name, const struct name *id,
                    uint64_t order_id);
void page_start(struct script_page *page, const char *verb);
void page_bound(struct script_page *page, const char *name, int64_t value, int64_t unlimited);
void page_nonzero(struct script_page *page, const char *name, int64_t value);
void page_day(struct script_page *page, const char *name, int32_t day);

#define PRINT_DECLARED(number, NAME, suffix)                                                       \
    void print_##suffix(struct script_page *page, const struct event_##suffix *event);
EVENT_LIST(PRINT_DECLARED)
#undef PRINT_DECLARED

/* The words of enums, and the verb of each command. */
extern const char *const page_verbs[];
#endif
