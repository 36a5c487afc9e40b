#include "core/calibrate/imatrix_file.h"
#include "tests/fuzz/input_file.h"

using namespace tritloom;

/// Any bytes give an importance matrix or an Error; every entry has as many sums as its counts divide.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const InputFile file(data, size);
    if (!file.isComplete())
        return 0;
    const auto matrix = readImatrix(file.path());
    if (!matrix)
        return 0;
    for (const auto& [name, entry] : matrix->entries)
        if (entry.counts.empty() || entry.sums.size() % entry.counts.size() != 0)
            __builtin_trap();
    return 0;
}
