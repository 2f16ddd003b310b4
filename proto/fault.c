/* fault.c - the words that go with the numbers of fault.h. */
#include "proto/fault.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

static const struct {
    int number;
    const char *name;
    const char *message;
} faults[] = {
#define FAULT_ROW(number, name, text) {number, "ERR_" #name, text},
    FAULT_LIST(FAULT_ROW)
#undef FAULT_ROW
};

const char *fault_name(int fault)
{
    for (size_t index = 0; index < sizeof(faults) / sizeof(faults[0]); index++)
        if (faults[index].number == fault) return faults[index].name;
    return "ERR_UNKNOWN";
}

const char *fault_message(int fault)
{
    for (size_t index = 0; index < sizeof(faults) / sizeof(faults[0]); index++)
        if (faults[index].number == fault) return faults[index].message;
    return "an error without a name";
}

int fault_say(struct fault_text *why, int fault, const char *format, ...)
{
    if (!why) return fault;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    return fault;
}
