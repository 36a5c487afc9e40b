// The real unit: every tile instruction of the program is in this file, written by hand. The intrinsics of
// g++ 12 lose the configuration (its bytes are optimised away), and no compiler uses the registers by itself.
#include "compute/cpu/tile/tile_kernels.h"

#if defined(__x86_64__) && defined(__linux__)

#include <cpuid.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace tritloom::cpu {
namespace {

/// %c prints a constant bare: tmm%c0 becomes tmm5. Operands are in the assembler's order: b, a, c.
struct AmxRegisters {
    static void configure(const TileConfig& config)
    {
        asm volatile("ldtilecfg %0" : : "m"(config) : "memory");
    }
    static void release() { asm volatile("tilerelease" : : : "memory"); }

    template <int C>
    static void zero()
    {
        asm volatile("tilezero %%tmm%c0" : : "i"(C));
    }
    template <int T>
    static void load(const void* from, std::size_t stride)
    {
        asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(T) : "memory");
    }
    template <int T>
    static void store(void* to, std::size_t stride)
    {
        asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride), "i"(T) : "memory");
    }
    template <int C, int A, int B>
    static void dotSigned()
    {
        asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(C), "i"(A), "i"(B));
    }
    template <int C, int A, int B>
    static void dotUnsigned() // signed a, unsigned b
    {
        asm volatile("tdpbsud %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(C), "i"(A), "i"(B));
    }
    template <int C, int A, int B>
    static void dotFloats()
    {
        asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(C), "i"(A), "i"(B));
    }
};

constexpr TileUnit amx = tileUnitOf<AmxRegisters>("AMX");

constexpr unsigned tileConfigState = 17, tileDataState = 18; // of XCR0, of the kernel's permissions
constexpr std::uint64_t tileStates = std::uint64_t{3} << tileConfigState;

struct CpuidLeaf {
    unsigned a = 0, b = 0, c = 0, d = 0;
    CpuidLeaf(unsigned leaf, unsigned part) { __cpuid_count(leaf, part, a, b, c, d); }
};

/// Whether the processor says that it has tiles of the sizes we use. A hypervisor may hide any part of it.
bool processorHasTiles()
{
    const unsigned highest = __get_cpuid_max(0, nullptr);
    constexpr unsigned paletteLeaf = 0x1d, multiplyLeaf = 0x1e;
    if (highest < paletteLeaf)
        return false;
    constexpr unsigned bf16 = 1u << 22, tile = 1u << 24, int8 = 1u << 25, all = bf16 | tile | int8;
    if ((CpuidLeaf(7, 0).d & all) != all)
        return false;
    constexpr unsigned osxsave = 1u << 27;
    if ((CpuidLeaf(1, 0).c & osxsave) == 0)
        return false;
    unsigned low = 0, high = 0; // XGETBV faults without OSXSAVE
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & tileStates) != tileStates)
        return false;
    constexpr unsigned registers = 8, registerBytes = tileTokens * tileRowBytes;
    if (CpuidLeaf(0xd, tileDataState).a != registers * registerBytes)
        return false;
    if (CpuidLeaf(paletteLeaf, 0).a < 1)
        return false;
    const CpuidLeaf palette(paletteLeaf, 1);
    if (palette.a != (registerBytes << 16 | registers * registerBytes)
        || palette.b != (registers << 16 | tileRowBytes) || (palette.c & 0xffff) != tileTokens)
        return false;
    if (highest < multiplyLeaf)
        return true;
    // Its absence only says that nobody filled it in.
    const unsigned sizes = CpuidLeaf(multiplyLeaf, 0).b;
    return sizes == 0 || ((sizes & 0xff) >= tileRowBytes / 4 && (sizes >> 8 & 0xffff) >= tileRowBytes);
}

/// Asks the kernel (Linux 5.16 and later) to save the registers of this process. It refuses where a signal
/// stack is too small for them.
bool kernelPermitsTiles()
{
    constexpr int askSupported = 0x1021, askPermitted = 0x1022, request = 0x1023; // ARCH_*_XCOMP_*
    std::uint64_t mask = 0;
    if (syscall(SYS_arch_prctl, askSupported, &mask) != 0 || (mask & tileStates) != tileStates)
        return false;
    if (syscall(SYS_arch_prctl, request, tileDataState) != 0)
        return false;
    mask = 0;
    return syscall(SYS_arch_prctl, askPermitted, &mask) == 0 && (mask & tileStates) == tileStates;
}

struct alignas(64) ProbeTiles {
    std::int8_t tokens[tileTokens][tileRowBytes];
    std::uint8_t codes[tileRowBytes / 4][tileRowBytes];
    std::int32_t sums[tileTokens][tileTokens];
    std::uint16_t floatTokens[tileTokens][tileRowBytes / 2], weights[tileTokens][tileRowBytes / 2];
    float floatSums[tileTokens][tileTokens];
};

/// 16, 32, 64 or 128 as bf16, from the lowest two bits.
std::uint16_t powerAsBrain(std::size_t bits)
{
    return std::uint16_t(0x4180 + (bits & 3) * 0x80);
}

/// Multiplies two tiles of numbers that follow a rule, with each kind of product. Calls nothing but the unit.
bool unitMultipliesRightly(ProbeTiles& tiles)
{
    for (std::size_t t = 0; t < tileTokens; ++t)
        for (std::size_t c = 0; c < tileRowBytes; ++c) {
            tiles.tokens[t][c] = std::int8_t(t * 37 + c * 11);
            tiles.codes[t][c] = std::uint8_t(t * 73 + c * 29);
            tiles.floatTokens[t][c / 2] = powerAsBrain(t + c / 2);
            tiles.weights[t][c / 2] = powerAsBrain(3 * t + c / 4);
        }
    const TileConfig config = tileConfig(tileColumns);
    AmxRegisters::configure(config);
    AmxRegisters::zero<0>();
    AmxRegisters::zero<1>();
    AmxRegisters::zero<2>();
    AmxRegisters::load<5>(tiles.tokens, tileRowBytes);
    AmxRegisters::load<6>(tiles.codes, tileRowBytes);
    AmxRegisters::dotSigned<0, 5, 6>();
    AmxRegisters::dotUnsigned<1, 5, 6>();
    AmxRegisters::load<4>(tiles.floatTokens, tileRowBytes);
    AmxRegisters::load<7>(tiles.weights, tileRowBytes);
    AmxRegisters::dotFloats<2, 4, 7>();
    bool right = true;
    for (const bool isSigned : {true, false}) {
        if (isSigned)
            AmxRegisters::store<0>(tiles.sums, tileRowBytes);
        else
            AmxRegisters::store<1>(tiles.sums, tileRowBytes);
        for (std::size_t t = 0; t < tileTokens; ++t)
            for (std::size_t r = 0; r < tileTokens; ++r) {
                int sum = 0;
                for (std::size_t c = 0; c < tileColumns; ++c) {
                    const std::uint8_t code = tiles.codes[c / 4][4 * r + c % 4];
                    sum += tiles.tokens[t][c] * (isSigned ? int(std::int8_t(code)) : int(code));
                }
                right = right && sum == tiles.sums[t][r];
            }
    }
    AmxRegisters::store<2>(tiles.floatSums, tileRowBytes);
    for (std::size_t t = 0; t < tileTokens; ++t)
        for (std::size_t r = 0; r < tileTokens; ++r) {
            std::size_t sum = 0; // a product of powers: the exponents add
            for (std::size_t c = 0; c < tileColumns / 2; ++c)
                sum += std::size_t{256} << (((t + c) & 3) + ((3 * (c / 2) + r) & 3));
            right = right && float(sum) == tiles.floatSums[t][r];
        }
    AmxRegisters::release();
    return right;
}

/// Tries the instructions in a process of its own, so that a machine that promises what it does not keep
/// costs us the unit, not the program.
bool unitWorks()
{
    static ProbeTiles tiles; // not on the stack of whoever asks first
    const pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        // No handler of the program sees the fault, no core is written, and a hang ends.
        for (const int number : {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGALRM})
            signal(number, SIG_DFL);
        const rlimit none{0, 0};
        setrlimit(RLIMIT_CORE, &none);
        alarm(10);
        _exit(unitMultipliesRightly(tiles) ? 0 : 1);
    }
    int status = 0;
    pid_t ended;
    do
        ended = waitpid(child, &status, 0);
    while (ended < 0 && errno == EINTR);
    return ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

std::string_view amxAbsence()
{
    static const std::string_view reason = !processorHasTiles() ? "this processor, as we see it, has no AMX"
        : !kernelPermitsTiles()                                 ? "the kernel does not permit AMX"
        : !unitWorks()                                          ? "AMX is promised, but does not work"
                                                                : "";
    return reason;
}

const TileUnit* amxUnit()
{
    return amxAbsence().empty() ? &amx : nullptr;
}

} // namespace tritloom::cpu

#else

namespace tritloom::cpu {

std::string_view amxAbsence()
{
    return "AMX is for x86-64 and Linux";
}

const TileUnit* amxUnit()
{
    return nullptr;
}

} // namespace tritloom::cpu

#endif
