#include "core/export/export_target.h"
#include "core/export/gguf_target.h"

#include <algorithm>

namespace tritloom {

// The only list of export targets.
std::span<const ExportTarget> exportTargets()
{
    static constexpr ExportTarget targets[] = {
        {"gguf", "GGUF (llama.cpp)", "*.gguf", checkGguf, exportGguf},
    };
    return targets;
}

Result<Tensor> encodedTensor(const NamedTensor& tensor, std::string_view formatId)
{
    const Tensor plain = TRY(materialise(tensor));
    if (plain.type().format->id() == formatId)
        return plain;
    const NumberFormatPtr format = TRY(parseNumberFormat(formatId));
    const TensorType type{format, plain.type().shape};
    std::vector<std::byte> bytes(type.bytes());
    const std::size_t columns = type.columns(), block = format->blockElements();
    std::vector<float> row(columns), padded(block);
    for (std::size_t r = 0; r < type.rows(); ++r) {
        plain.decodeRows(r, row);
        std::span<std::byte> out = std::span(bytes).subspan(r * type.rowBytes(), type.rowBytes());
        for (std::size_t c = 0; c < columns; c += block) {
            const std::size_t count = std::min(block, columns - c);
            std::fill(
                std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(c), count, padded.begin()),
                padded.end(), 0.f);
            format->encode(padded, out.first(format->blockBytes()));
            out = out.subspan(format->blockBytes());
        }
    }
    return Tensor::adopt(type, std::move(bytes));
}

} // namespace tritloom
