#include "core/evaluate/not_finite_output.h"

namespace tritloom {

tl::unexpected<Error> outputIsNotFinite()
{
    return fail(
        ErrorCode::InvalidInput,
        "the model's output is not finite: its weights hold NaN or infinite numbers, of which 'stats' names "
        "the layer, or what it computes grows without end");
}

} // namespace tritloom
