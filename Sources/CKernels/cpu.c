#include "CKernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

// XCR0: which registers the operating system saves (Intel SDM vol. 1, 13.3).
static uint64_t saved_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

uint32_t orrery_cpu_features(void) {
    uint32_t a, b, c, d, features = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
    const uint64_t state = saved_state();
    const int fma = (c & bit_FMA) != 0 && (c & bit_F16C) != 0;  // in every processor with AVX2
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    if ((state & 0x06) == 0x06 && fma && (b & bit_AVX2)) features |= ORRERY_CPU_AVX2;
    const uint32_t avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    if ((state & 0xe6) == 0xe6 && (features & ORRERY_CPU_AVX2) && (b & avx512) == avx512) {
        features |= ORRERY_CPU_AVX512;
        if (c & (1u << 11)) {
            features |= ORRERY_CPU_AVX512_VNNI;
            if (__get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5))) features |= ORRERY_CPU_AVX512_BF16;
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
