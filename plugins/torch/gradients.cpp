#include "plugins/torch/gradients.h"

#include <dlfcn.h>

#include <filesystem>

namespace tritloom {
namespace {

/// Beside the folder of the plugin that this is linked into, then where it was built.
std::vector<std::string> places()
{
    std::vector<std::string> list;
    Dl_info self{};
    if (dladdr(reinterpret_cast<const void*>(&gradientEngine), &self) != 0 && self.dli_fname != nullptr)
        list.push_back(
            (std::filesystem::path(self.dli_fname).parent_path().parent_path() / TRITLOOM_TORCH_FILE)
                .string());
    list.emplace_back(TRITLOOM_BUILD_TORCH);
    return list;
}

Result<const GradientEngine*> opened()
{
    std::string why;
    for (const std::string& path : places()) {
        void* const library =
            dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); // stays for the life of the program
        if (library == nullptr) {
            why = dlerror();
            continue;
        }
        using Entry = const GradientEngine* (*)();
        if (const auto entry = reinterpret_cast<Entry>(dlsym(library, "tritloomGradientEngine1")))
            return entry();
        why = fmt::format("{} is of another version", path);
    }
    return fail(ErrorCode::Unsupported, "LibTorch, which gives gradients, cannot be opened: {}", why);
}

} // namespace

Result<const GradientEngine*> gradientEngine()
{
    static const Result<const GradientEngine*> engine = opened();
    return engine;
}

} // namespace tritloom
