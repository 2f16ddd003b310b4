/* script_time.c - dates and times of the script: Asia/Shanghai, UTC+8 all year, no leap seconds. */
#include "proto/script_parts.h"
#include <string.h>

#define NS INT64_C(1000000000)
#define SHANGHAI_SECONDS (INT64_C(8) * 3600)
#define DAY_SECONDS INT64_C(86400)

/* Days from 1970-01-01 of a date of the Gregorian calendar, counted in years that start in March
 * and eras of 400 years. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    if (month <= 2) year--;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_of(int64_t days, int64_t *out_year, int64_t *out_month, int64_t *out_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *out_day = day_of_year - (153 * shifted + 2) / 5 + 1;
    *out_month = shifted < 10 ? shifted + 3 : shifted - 9;
    *out_year = year_of_era + era * 400 + (*out_month <= 2 ? 1 : 0);
}

/* Exactly `count` digits. */
static bool digits(const char **at, const char *end, int count, int64_t *out)
{
    int64_t value = 0;
    if (end - *at < count) return false;
    for (int index = 0; index < count; index++, (*at)++) {
        if (**at < '0' || **at > '9') return false;
        value = value * 10 + (**at - '0');
    }
    *out = value;
    return true;
}

static bool sign(const char **at, const char *end, char wanted)
{
    if (*at == end || **at != wanted) return false;
    (*at)++;
    return true;
}

static bool date_read(const char **at, const char *end, int64_t *out_days)
{
    int64_t year, month, day, back_year, back_month, back_day;
    if (!digits(at, end, 4, &year) || !sign(at, end, '-') || !digits(at, end, 2, &month) ||
        !sign(at, end, '-') || !digits(at, end, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > 31) return false;
    *out_days = days_of(year, month, day);
    date_of(*out_days, &back_year, &back_month, &back_day);
    return back_day == day && back_month == month && back_year == year; /* no 31 April */
}

bool script_day_read(const char *text, size_t size, int32_t *out_day)
{
    const char *at = text;
    int64_t days;
    if (!date_read(&at, text + size, &days) || at != text + size) return false;
    *out_day = (int32_t)days;
    return true;
}

static void put_digits(struct script_text *text, int64_t value, int count)
{
    char out[20];
    for (int index = count - 1; index >= 0; index--, value /= 10)
        out[index] = (char)('0' + value % 10);
    script_put(text, out, (size_t)count);
}

static void put_date(struct script_text *text, int64_t days)
{
    int64_t year, month, day;
    date_of(days, &year, &month, &day);
    put_digits(text, year, 4);
    script_put(text, "-", 1);
    put_digits(text, month, 2);
    script_put(text, "-", 1);
    put_digits(text, day, 2);
}

size_t script_day_text(int32_t day, char out[SCRIPT_DAY_MAX])
{
    struct script_text text = {out, out + SCRIPT_DAY_MAX, false};
    if (day >= days_of(0, 1, 1) && day <= days_of(9999, 12, 31))
        put_date(&text, day);
    else
        script_put_i64(&text, day); /* no four-digit year: the number itself */
    return (size_t)(text.at - out);
}

static bool relative(const char *at, const char *end, int64_t now_ns, int64_t *out_ns)
{
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", NS}, {"min", 60 * NS}};
    int64_t value = 0;
    const char *start = at;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *at - '0', &value))
            return false;
    if (at == start) return false;
    for (size_t index = 0; index < sizeof units / sizeof units[0]; index++) {
        size_t size = strlen(units[index].unit);
        if ((size_t)(end - at) != size || memcmp(at, units[index].unit, size) != 0) continue;
        return !__builtin_mul_overflow(value, units[index].ns, &value) &&
               !__builtin_add_overflow(now_ns, value, out_ns);
    }
    return false;
}

bool script_clock_read(const char *text, size_t size, int64_t now_ns, int64_t *out_ns)
{
    const char *at = text, *end = text + size;
    int64_t days, hours, minutes, seconds, ns = 0, total;
    if (sign(&at, end, '+')) return relative(at, end, now_ns, out_ns);
    if (!date_read(&at, end, &days) || !sign(&at, end, 'T') || !digits(&at, end, 2, &hours) ||
        !sign(&at, end, ':') || !digits(&at, end, 2, &minutes) || !sign(&at, end, ':') ||
        !digits(&at, end, 2, &seconds))
        return false;
    if (hours > 23 || minutes > 59 || seconds > 59) return false;
    if (at < end) {
        int count = (int)(end - at) - 1;
        if (!sign(&at, end, '.') || count < 1 || count > 9 || !digits(&at, end, count, &ns))
            return false;
        for (; count < 9; count++)
            ns *= 10;
    }
    total = days * DAY_SECONDS + hours * 3600 + minutes * 60 + seconds - SHANGHAI_SECONDS;
    if (at != end || total < 0) return false; /* before 1970-01-01T08:00:00 */
    return !__builtin_mul_overflow(total, NS, &total) && !__builtin_add_overflow(total, ns, out_ns);
}

void script_put_clock(struct script_text *text, int64_t time_ns)
{
    int64_t seconds = time_ns / NS, ns = time_ns % NS;
    if (ns < 0) {
        ns += NS;
        seconds--;
    }
    seconds += SHANGHAI_SECONDS;
    int64_t days = seconds / DAY_SECONDS, rest = seconds % DAY_SECONDS;
    if (rest < 0) {
        rest += DAY_SECONDS;
        days--;
    }
    put_date(text, days);
    script_put(text, "T", 1);
    put_digits(text, rest / 3600, 2);
    script_put(text, ":", 1);
    put_digits(text, rest / 60 % 60, 2);
    script_put(text, ":", 1);
    put_digits(text, rest % 60, 2);
    if (ns == 0) return;
    int count = 9;
    for (; ns % 10 == 0; count--)
        ns /= 10;
    script_put(text, ".", 1);
    put_digits(text, ns, count);
}
