#include "core/store/project_store.h"
#include "tests/fuzz/scratch_folder.h"
#include "tests/support/tiny_model.h"

using namespace tritloom;

/// Any bytes as a project file: it can be used, or there is an Error and it stays as it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const ScratchFolder scratch("project_fuzz");
    static const auto model = TinyModel{.blocks = 1}.make();
    const auto path = scratch.path() / "x.tritproj";
    for (const char* const companion : {"", "-wal", "-shm", "-journal"})
        std::filesystem::remove(path.string() + companion);
    ScratchFolder::write(path, data, size);
    const auto store = ProjectStore::open(path);
    if (!store) {
        std::ifstream file(path, std::ios::binary);
        const std::string after{std::istreambuf_iterator<char>(file), {}};
        if (after != std::string_view(reinterpret_cast<const char*>(data), size))
            __builtin_trap();
        return 0;
    }
    (void)(*store)->load(*model, "current");
    (void)(*store)->edits();
    (void)(*store)->model();
    (void)(*store)->setting("method");
    (void)(*store)->find(keyOf("a"));
    (void)(*store)->addEdit("an edit", 1);
    (void)(*store)->save(*model, "current", model->original(), {});
    return 0;
}
