#include "core/export/bitnet_target.h"

#include "core/base/half.h"
#include "core/export/huggingface_folder.h"
#include "core/export/problems.h"

#include <cmath>

namespace tritloom {
namespace {

using huggingface::bytesOf;

bool packs(const ModelFile& model, std::span<const std::string> formats, std::size_t index)
{
    const NamedTensor& tensor = model.tensors[index];
    const std::string& format = formats[index];
    const bool ternary = format.starts_with("ternaryg") || format == "tq1_0" || format == "tq2_0"
        || tensor.layout == Layout::TernaryRows
        || (tensor.packed && tensor.packed->order == PackedMatrix::Order::Latent);
    return ternary && huggingface::isLinear(model, tensor) && tensor.shape[0] % 4 == 0;
}

} // namespace

Result<std::vector<std::vector<std::byte>>> packTernary(const Tensor& weights)
{
    const std::size_t rows = weights.type().rows(), columns = weights.type().columns(), quarter = rows / 4;
    std::vector<std::byte> codes(quarter * columns);
    std::vector<float> values(columns);
    float scale = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        weights.decodeRows(r, values);
        for (std::size_t c = 0; c < columns; ++c) {
            const float magnitude = std::fabs(values[c]);
            if (magnitude != 0 && scale == 0)
                scale = magnitude;
            if (magnitude != 0 && magnitude != scale)
                return fail(
                    ErrorCode::InvalidInput,
                    "its blocks have the scales {} and {}, BitNet has one a matrix: take the method "
                    "'ternary' with "
                    "absmean=1",
                    scale, magnitude);
            const unsigned code = values[c] > 0 ? 2 : values[c] < 0 ? 0 : 1;
            codes[r % quarter * columns + c] |= std::byte(code << 2 * (r / quarter));
        }
    }
    // Formats store their scale as a half, so nothing is lost; a matrix of zeros may have any.
    const std::uint16_t half = floatToHalf(scale == 0 ? 1 : scale);
    if (scale != 0 && halfToFloat(half) != scale)
        return fail(ErrorCode::InvalidInput, "its scale of {} is no 16-bit number", scale);
    return std::vector<std::vector<std::byte>>{
        std::move(codes), bytesOf(std::span<const std::uint16_t>(&half, 1))};
}

std::vector<std::string> checkBitnet(const ModelFile& model, std::span<const std::string> formats)
{
    std::vector<std::string> problems = huggingface::checkFolder(
        model, formats, "BitNet", [&](std::size_t i) { return packs(model, formats, i); });
    for (std::size_t i = 0; i < formats.size() && i < model.tensors.size(); ++i) {
        const NamedTensor& tensor = model.tensors[i];
        if (tensor.layout == Layout::Transposed && packs(model, formats, i))
            problems.push_back(
                fmt::format("{}: BitNet replaces Linear layers, this is a Conv1D", tensor.name));
        else if (
            huggingface::isLinear(model, tensor) && tensor.shape[0] % 4 != 0
            && formats[i].starts_with("ternary"))
            problems.push_back(
                fmt::format("{}: {} outputs are not divisible by 4", tensor.name, tensor.shape[0]));
    }
    return problems;
}

Result<WrittenFile> exportBitnet(const ExportRequest& request)
{
    if (const auto problems = checkBitnet(request.model, request.formats); !problems.empty())
        return fail(ErrorCode::InvalidInput, "{}", oneSentence(problems));
    huggingface::Folder folder{.layers = {}, .quantization = {}};
    Json others = Json::array();
    for (std::size_t i = 0; i < request.formats.size(); ++i) {
        const NamedTensor& tensor = request.model.tensors[i];
        if (!huggingface::isLinear(request.model, tensor))
            continue;
        const std::string module = huggingface::moduleOf(tensor);
        if (!packs(request.model, request.formats, i)) {
            others.push_back(module);
            continue;
        }
        folder.layers.emplace(
            i,
            huggingface::PackedLayer{
                {{module + ".weight", "U8", {tensor.shape[0] / 4, tensor.shape[1]}},
                 {module + ".weight_scale", "F16", {1}}},
                packTernary});
    }
    // "autobitlinear" multiplies by the scale; "bitlinear" would divide.
    folder.quantization = {
        {"quant_method", "bitnet"},
        {"linear_class", "autobitlinear"},
        {"quantization_mode", "offline"},
        {"modules_to_not_convert", std::move(others)}};
    WrittenFile written = TRY(huggingface::writeFolder(request, folder));
    written.notices.emplace_back("runtimes round the inputs of these layers to 8 bits");
    return written;
}

} // namespace tritloom
