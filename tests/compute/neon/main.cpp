#include "tests/compute/neon/checks.h"

#include <cstdio>

namespace tritloom::checks {
namespace {

int held = 0, failed = 0;

} // namespace

void check(bool holds, const std::string& what)
{
    ++(holds ? held : failed);
    if (!holds && failed <= 20)
        std::fprintf(stderr, "wrong: %s\n", what.c_str());
}

Bits::~Bits()
{
    std::printf("bits %s %016llx\n", m_name, static_cast<unsigned long long>(m_hash));
}

} // namespace tritloom::checks

/// Prints a line of bits for each kernel that must give the same ones everywhere. Fails where a kernel
/// differs from the plain loops.
int main()
{
    using namespace tritloom::checks;
    checkPackedProducts();
    checkFloatKernels();
    checkCoreKernels();
    std::printf("%d checks held, %d failed\n", held, failed);
    return failed == 0 && held > 0 ? 0 : 1;
}
