#ifndef ORRERY_PREFETCH_H
#define ORRERY_PREFETCH_H

/// Asks the processor to bring the cache line of `address` nearer and goes on; whatever the address, nothing is read and nothing fails.
/// Swift has no word for this instruction.
static inline __attribute__((always_inline)) void orrery_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}

#endif
