#include "CKernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
// A process asks for the tile registers' state before it first uses them (Linux, Documentation/arch/x86/xstate.rst).
static int may_use_tiles(void) { return syscall(SYS_arch_prctl, 0x1023 /* ARCH_REQ_XCOMP_PERM */, 18 /* XFEATURE_XTILEDATA */) == 0; }
#else
static int may_use_tiles(void) { return 0; }
#endif

// XCR0: which registers the operating system saves (Intel SDM vol. 1, 13.3).
static uint64_t saved_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

uint32_t orrery_cpu_features(void) {
    uint32_t a, b, c, d, features = 0;
    // Intel's prefetcher falls behind products on weights, AMD's does not and loses by hints (docs/performance-log.md).
    if (__get_cpuid(0, &a, &b, &c, &d) && b == signature_INTEL_ebx) features |= ORRERY_CPU_HINTS;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return features;
    const uint64_t state = saved_state();
    const int fma = (c & bit_FMA) != 0 && (c & bit_F16C) != 0;  // in every processor with AVX2
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return features;
    if ((state & 0x06) == 0x06 && fma && (b & bit_AVX2)) features |= ORRERY_CPU_AVX2;
    const uint32_t avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    if ((state & 0xe6) == 0xe6 && (features & ORRERY_CPU_AVX2) && (b & avx512) == avx512) {
        features |= ORRERY_CPU_AVX512;
        if (c & (1u << 11)) {
            features |= ORRERY_CPU_AVX512_VNNI;
            const uint32_t tiles = 1u << 24 | 1u << 25;  // AMX-TILE, AMX-INT8
            const int has_tiles = (d & tiles) == tiles && (state & 0x60000) == 0x60000 && may_use_tiles();
            if (__get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5))) features |= ORRERY_CPU_AVX512_BF16 | (has_tiles ? ORRERY_CPU_AMX : 0);
        }
    }
    return features;
}
#elif defined(__aarch64__)
#if defined(__APPLE__)
#include <sys/sysctl.h>
static int has(const char *feature) {
    int value = 0;
    size_t size = sizeof value;
    return sysctlbyname(feature, &value, &size, 0, 0) == 0 && value != 0;
}
static int multiplies_bf16(void) { return has("hw.optional.arm.FEAT_BF16"); }
static int multiplies_bytes(void) { return has("hw.optional.arm.FEAT_DotProd"); }
#elif defined(__linux__)
#include <sys/auxv.h>
static int multiplies_bf16(void) { return (getauxval(AT_HWCAP2) & (1ul << 14)) != 0; }  // HWCAP2_BF16
static int multiplies_bytes(void) { return (getauxval(AT_HWCAP) & (1ul << 20)) != 0; }  // HWCAP_ASIMDDP
#else
static int multiplies_bf16(void) { return 0; }
static int multiplies_bytes(void) { return 0; }
#endif

uint32_t orrery_cpu_features(void) {
    const uint32_t bytes = multiplies_bytes() ? ORRERY_CPU_NEON_DOT : 0;
    return ORRERY_CPU_NEON | bytes | (bytes && multiplies_bf16() ? ORRERY_CPU_NEON_BF16 : 0);
}
#else
uint32_t orrery_cpu_features(void) { return 0; }
#endif
