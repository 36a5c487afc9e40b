#include "core/file/tfjs.h"
#include "tests/fuzz/manifest_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    tritloom::runManifest(data, size, tritloom::tfjs::parse);
    return 0;
}
