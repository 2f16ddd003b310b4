/* naive_book.h - the book everybody writes first: std::map of prices, std::list of orders, and an
 * unordered_map from order id to place. The measure of section 6, the check of every faster book,
 * and what the flow generator looks into. One zone, no accounts.
 *
 * Threads:  one at a time. Plain C from outside.
 */
#ifndef BENCH_NAIVE_BOOK_H
#define BENCH_NAIVE_BOOK_H
#include "bench/neutral.h"
#include "bench/tape.h"
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif
struct naive_book;

struct naive_book *naive_book_create(uint32_t instruments); /* NULL: no memory */
void naive_book_destroy(struct naive_book *book);

void naive_book_run(struct naive_book *book, const struct neutral_record *records, size_t count,
                    struct tape *tape);

size_t naive_book_live(const struct naive_book *book);   /* resting orders */
size_t naive_book_levels(const struct naive_book *book); /* distinct prices, sides counted apart */
uint32_t naive_book_best(const struct naive_book *book, uint16_t instrument, uint8_t side); /* 0 */

/* What is left of a resting order and where it stands; false: it is gone. */
bool naive_book_find(const struct naive_book *book, uint64_t order_id, struct neutral_record *out);
#ifdef __cplusplus
}
#endif
#endif
