#include "core/method/one_choice.h"

namespace tritloom {

Result<void> mustBeChosen(std::size_t candidates, std::string_view what)
{
    if (candidates <= 1)
        return {};
    return fail(
        ErrorCode::InvalidInput,
        "{} for what each layer becomes, and there are {} formats to choose from: choose first, then give "
        "the recipe and the transform to 'export' or 'evaluate'",
        what, candidates);
}

} // namespace tritloom
