/* script_page.c - keys and values of a line of output. */
#include "proto/script_page.h"

const char *const page_verbs[] = {
#define VERB_OF(number, name, member, verb) [number] = verb,
    COMMAND_LIST(VERB_OF)
#undef VERB_OF
};

void page_key(struct script_page *page, const char *name)
{
    script_put(&page->text, " ", 1);
    script_put_text(&page->text, name);
    script_put(&page->text, "=", 1);
}

void page_number(struct script_page *page, const char *name, int64_t value)
{
    page_key(page, name);
    script_put_i64(&page->text, value);
}

void page_positive(struct script_page *page, const char *name, uint64_t value)
{
    page_key(page, name);
    script_put_u64(&page->text, value);
}

void page_word(struct script_page *page, const char *name, const char *text)
{
    page_key(page, name);
    script_put_text(&page->text, text);
}

void page_named(struct script_page *page, const char *name, const struct name *value)
{
    page_key(page, name);
    script_put_name(&page->text, value);
}

void page_zone(struct script_page *page, const char *name, uint8_t id)
{
    page_named(page, name, directory_zone_name(page->script->directory, id));
}

void page_instrument(struct script_page *page, uint16_t id)
{
    page_named(page, "instrument", directory_instrument_name(page->script->directory, id));
}

void page_participant(struct script_page *page, const char *name, uint32_t id)
{
    page_named(page, name, directory_participant_name(page->script->directory, id));
}

void page_order(struct script_page *page, const char *name, const struct name *id, uint32_t owner)
{
    page_key(page, name);
    script_put_order(&page->text, page->script, id, owner);
}

/* At the end of a line whose order has no client id. */
void page_public_id(struct script_page *page, const char *name, const struct name *id,
                    uint64_t order_id)
{
    if (id->text[0] == '\0' && order_id != ORDER_ID_NONE) page_positive(page, name, order_id);
}

void page_start(struct script_page *page, const char *verb)
{
    script_put_text(&page->text, verb);
}

void page_bound(struct script_page *page, const char *name, int64_t value, int64_t unlimited)
{
    if (value == unlimited)
        page_word(page, name, "-");
    else
        page_number(page, name, value);
}

void page_nonzero(struct script_page *page, const char *name, int64_t value)
{
    if (value) page_number(page, name, value);
}

void page_day(struct script_page *page, const char *name, int32_t day)
{
    page_key(page, name);
    script_put_day(&page->text, day);
}
