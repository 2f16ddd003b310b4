// naive_coupled.cpp - see naive_coupled.h. Shares nothing with naive_book.cpp but the shape.
#include "bench/naive_coupled.h"
#include <algorithm>
#include <list>
#include <map>
#include <new>
#include <unordered_map>
#include <vector>

namespace
{
struct Resting {
    uint64_t id;
    uint64_t left;
};
using Queue = std::list<Resting>;
using Prices = std::map<uint32_t, Queue>;

struct Zones {
    Prices side[NAIVE_COUPLED_ZONES][2];
};

struct Place {
    Prices *prices;
    Prices::iterator price;
    Queue::iterator at;
};
} // namespace

struct naive_coupled {
    std::vector<Zones> books;
    std::unordered_map<uint64_t, Place> places;

    // The zone whose best order on `side` an order of zone `own` would take; -1: none in reach.
    int candidate(Zones &book, unsigned side, unsigned own, uint32_t limit) const
    {
        int chosen = -1;
        uint32_t chosen_price = 0;
        for (unsigned turn = 0; turn < NAIVE_COUPLED_ZONES; turn++) { // the own zone wins ties
            const unsigned zone = (own + turn) % NAIVE_COUPLED_ZONES;
            const Prices &prices = book.side[zone][side];
            if (prices.empty()) continue;
            const uint32_t price = side == 1 ? prices.begin()->first : prices.rbegin()->first;
            if (side == 1 ? price > limit : price < limit) continue;
            const bool better = side == 1 ? price < chosen_price : price > chosen_price;
            if (chosen >= 0 && !better) continue;
            chosen = static_cast<int>(zone);
            chosen_price = price;
        }
        return chosen;
    }

    uint64_t match(const neutral_record &taker, tape &out)
    {
        Zones &book = books[taker.instrument];
        const unsigned other = taker.side ^ 1u;
        const unsigned own = naive_coupled_zone(taker.account);
        uint64_t left = taker.quantity;
        while (left > 0) {
            const int zone = candidate(book, other, own, taker.price);
            if (zone < 0) break;
            Prices &prices = book.side[zone][other];
            auto price = other == 1 ? prices.begin() : std::prev(prices.end());
            Resting &maker = price->second.front();
            const uint64_t quantity = std::min(left, maker.left);
            tape_trade(&out, maker.id, taker.order_id, price->first, quantity);
            left -= quantity;
            maker.left -= quantity;
            if (maker.left > 0) continue;
            places.erase(maker.id);
            price->second.pop_front();
            if (price->second.empty()) prices.erase(price);
        }
        return left;
    }

    void apply(const neutral_record &record, tape &out)
    {
        if (record.op == NEUTRAL_LIMIT || record.op == NEUTRAL_IOC) {
            const uint64_t left = match(record, out);
            if (left == 0 || record.op == NEUTRAL_IOC) return;
            const unsigned own = naive_coupled_zone(record.account);
            Prices &prices = books[record.instrument].side[own][record.side];
            auto price = prices.try_emplace(record.price).first;
            price->second.push_back(Resting{record.order_id, left});
            places.emplace(record.order_id, Place{&prices, price, std::prev(price->second.end())});
            return;
        }
        auto found = places.find(record.order_id);
        if (found == places.end()) return; // gone: refused
        Place &place = found->second;
        if (record.op == NEUTRAL_REDUCE && record.quantity < place.at->left) {
            place.at->left -= record.quantity;
            return;
        }
        place.price->second.erase(place.at);
        if (place.price->second.empty()) place.prices->erase(place.price);
        places.erase(found);
    }
};

naive_coupled *naive_coupled_create(uint32_t instruments)
{
    try {
        auto *book = new naive_coupled;
        book->books.resize(instruments);
        return book;
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

void naive_coupled_destroy(naive_coupled *book)
{
    delete book;
}

void naive_coupled_run(naive_coupled *book, const neutral_record *records, size_t count, tape *tape)
{
    for (size_t i = 0; i < count; i++) {
        book->apply(records[i], *tape);
    }
}
