#include "app/session/engine.h"
#include "app/session/recipe.h"
#include "app/session/transform_controller.h"
#include "tests/fuzz/scratch_folder.h"
#include "tests/support/tiny_model.h"

using namespace tritloom;

/// Any bytes as a recipe: an allocation that can be written and read again, or an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const ScratchFolder scratch("recipe_fuzz");
    static const auto model = TinyModel{.blocks = 1}.make();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)transformsOf(text);
    (void)parseBudget(*model, text);
    if (const auto allocation = parseRecipe(*model, text, "x.json")) {
        const auto again = parseRecipe(*model, recipeText(*model, *allocation, {}), "again");
        if (!again || !(*again == *allocation))
            __builtin_trap();
    }
    const auto path = scratch.path() / "x.json";
    ScratchFolder::write(path, data, size);
    BaseFiles bases;
    (void)recipeEntries(path, bases);
    (void)recipeTransforms(path);
    return 0;
}
