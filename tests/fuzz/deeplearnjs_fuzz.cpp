#include "core/file/deeplearnjs.h"
#include "tests/fuzz/manifest_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    tritloom::runManifest(data, size, tritloom::deeplearnjs::parse);
    return 0;
}
