#include "gateway/ready.h"

uint32_t ready_next(const uint64_t mask[READY_WORDS], uint32_t from)
{
    for (uint32_t step = 0; step <= READY_WORDS; step++) {
        uint32_t word = (from / 64 + step) % READY_WORDS;
        uint64_t bits = mask[word];
        if (step == 0) bits &= ~UINT64_C(0) << (from % 64);
        if (step == READY_WORDS) bits &= ~(~UINT64_C(0) << (from % 64)); /* came round */
        if (bits) return word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    return CONNECTIONS_MAX;
}
