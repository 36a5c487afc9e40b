#include "app/session/export_controller.h"

namespace tritloom {

std::vector<std::string> ExportController::problems(const Allocation&) const
{
    return {};
}

Result<ExportReport> exportAllocation(
    Engine&, const Allocation&, const std::filesystem::path&, std::stop_token, const std::function<void(double)>&)
{
    return fail(ErrorCode::Unsupported, "the GGUF writer has not landed");
}

} // namespace tritloom
