// naive_book.cpp - see naive_book.h. Deliberately plain: no reserve, no pool, no tricks.
#include "bench/naive_book.h"
#include <algorithm>
#include <list>
#include <map>
#include <new>
#include <unordered_map>
#include <vector>

namespace
{
struct Order {
    uint64_t id;
    uint64_t left;
};
using Level = std::list<Order>;
using Levels = std::map<uint32_t, Level>;

struct Place {
    uint16_t instrument;
    uint8_t side;
    uint32_t price;
    Level::iterator at;
};

struct Sides {
    Levels side[2]; // 0: bids, best last; 1: asks, best first
};

Levels::iterator best_of(Levels &levels, unsigned side)
{
    return side == 0 ? std::prev(levels.end()) : levels.begin();
}
} // namespace

struct naive_book {
    std::vector<Sides> books;
    std::unordered_map<uint64_t, Place> places;

    void remove(std::unordered_map<uint64_t, Place>::iterator found)
    {
        const Place &place = found->second;
        Levels &levels = books[place.instrument].side[place.side];
        auto level = levels.find(place.price);
        level->second.erase(place.at);
        if (level->second.empty()) levels.erase(level);
        places.erase(found);
    }

    uint64_t match(const neutral_record &taker, tape &out)
    {
        const unsigned other = taker.side ^ 1u;
        Levels &levels = books[taker.instrument].side[other];
        uint64_t left = taker.quantity;
        while (left > 0 && !levels.empty()) {
            auto best = best_of(levels, other);
            if (other == 1 ? best->first > taker.price : best->first < taker.price) break;
            Level &level = best->second;
            while (left > 0 && !level.empty()) {
                Order &maker = level.front();
                const uint64_t quantity = std::min(left, maker.left);
                tape_trade(&out, maker.id, taker.order_id, best->first, quantity);
                left -= quantity;
                maker.left -= quantity;
                if (maker.left > 0) continue;
                places.erase(maker.id);
                level.pop_front();
            }
            if (level.empty()) levels.erase(best);
        }
        return left;
    }

    void apply(const neutral_record &record, tape &out)
    {
        if (record.op == NEUTRAL_LIMIT || record.op == NEUTRAL_IOC) {
            const uint64_t left = match(record, out);
            if (left == 0 || record.op == NEUTRAL_IOC) return;
            Level &level = books[record.instrument].side[record.side][record.price];
            level.push_back(Order{record.order_id, left});
            places.emplace(record.order_id, Place{record.instrument, record.side, record.price,
                                                  std::prev(level.end())});
            return;
        }
        auto found = places.find(record.order_id);
        if (found == places.end()) return; // gone: refused
        Order &order = *found->second.at;
        if (record.op == NEUTRAL_REDUCE && record.quantity < order.left) {
            order.left -= record.quantity;
        } else {
            remove(found);
        }
    }
};

naive_book *naive_book_create(uint32_t instruments)
{
    try {
        auto *book = new naive_book;
        book->books.resize(instruments);
        return book;
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

void naive_book_destroy(naive_book *book)
{
    delete book;
}

void naive_book_run(naive_book *book, const neutral_record *records, size_t count, tape *tape)
{
    for (size_t i = 0; i < count; i++) {
        book->apply(records[i], *tape);
    }
}

size_t naive_book_live(const naive_book *book)
{
    return book->places.size();
}

size_t naive_book_levels(const naive_book *book)
{
    size_t levels = 0;
    for (const Sides &sides : book->books) {
        levels += sides.side[0].size() + sides.side[1].size();
    }
    return levels;
}

uint32_t naive_book_best(const naive_book *book, uint16_t instrument, uint8_t side)
{
    const Levels &levels = book->books[instrument].side[side];
    if (levels.empty()) return 0;
    return side == 0 ? levels.rbegin()->first : levels.begin()->first;
}

bool naive_book_find(const naive_book *book, uint64_t order_id, neutral_record *out)
{
    auto found = book->places.find(order_id);
    if (found == book->places.end()) return false;
    const Place &place = found->second;
    *out = neutral_record{};
    out->order_id = order_id;
    out->quantity = place.at->left;
    out->price = place.price;
    out->instrument = place.instrument;
    out->side = place.side;
    return true;
}
