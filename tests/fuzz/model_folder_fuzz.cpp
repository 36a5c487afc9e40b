#include "tests/fuzz/scratch_folder.h"
#include "tests/support/small_files.h"

using namespace tritloom;

/// The first byte chooses one of the kinds of files that are read beside or as a model, the rest is that
/// file. With any bytes in it the model opens or there is an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const ScratchFolder scratch("model_folder_fuzz");
    static const auto kinds = [] {
        auto made = smallFiles::kinds();
        for (std::size_t i = 0; i < made.size(); ++i) {
            std::filesystem::create_directories(scratch.path() / std::to_string(i));
            made[i].make(scratch.path() / std::to_string(i));
        }
        return made;
    }();
    if (size == 0)
        return 0;
    const std::size_t index = data[0] % kinds.size();
    const auto folder = scratch.path() / std::to_string(index);
    ScratchFolder::write(folder / kinds[index].file, data + 1, size - 1);
    (void)kinds[index].open(kinds[index].opened(folder));
    return 0;
}
