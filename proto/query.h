/* query.h - a question to the exchange: the looks of the script, and trades.
 *
 * The numbers travel in QUERY frames. Numbers 1 to 8 and from 16 on, and the fields `zone` to
 * `from` mean exactly what enum look and struct look_query of the engine mean; proto may not
 * include those, so whoever answers copies the fields over.
 */
#ifndef PROTO_QUERY_H
#define PROTO_QUERY_H
#include "engine/types.h"

/* clang-format off */
#define QUERY_LIST(X)                                                                              \
    X(1, BOOK, "book") X(2, ACCOUNT, "account") X(3, ORDERS, "orders") X(4, FUND, "fund")          \
    X(5, BALANCE, "balance") X(6, RECONCILE, "reconcile") X(7, AUCTION, "auctions")                \
    X(8, DIRECTORY, "directory")                                                                   \
    X(9, TRADES, "trades") /* from trade number `from` on, at most rows_max */                     \
    X(10, DIGEST, "digest")                                                                        \
    X(16, INDICATIVE, "indicative") X(17, PRICES, "prices") X(18, HOLDERS, "holders")              \
    X(19, TERMS, "show-terms") X(20, GATES, "gates") X(21, BLOCKS, "blocks") X(22, JOBS, "jobs")
/* clang-format on */
#define QUERY_ENUM(number, name, verb) QUERY_##name = number,
enum query_kind { QUERY_LIST(QUERY_ENUM) QUERY_END };
#undef QUERY_ENUM

struct query {
    uint8_t kind;         /* enum query_kind */
    uint8_t zone;         /* BOOK; BALANCE: from zone */
    uint8_t to_zone;      /* BALANCE */
    uint8_t local;        /* BOOK: 1: with the other zones' orders as this zone sees them */
    uint16_t instrument;  /* BOOK, ACCOUNT, FUND, BALANCE, TRADES; RECONCILE: NONE: all + cash */
    uint32_t participant; /* ACCOUNT, ORDERS; TRADES: NONE: everybody's */
    uint32_t auction;     /* AUCTION: AUCTION_NONE: all */
    uint32_t rows_max;    /* BOOK: levels per side; others: rows; 0: all that fit */
    uint64_t from;        /* ORDERS, DIRECTORY: rows to skip; TRADES: first number */
};
#endif
