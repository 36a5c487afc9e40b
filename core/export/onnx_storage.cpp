#include "core/export/onnx_storage.h"

#include "core/export/onnx_weights.h"
#include "core/method/row_packer.h"

#include <cmath>

namespace tritloom::onnx {
namespace {

constexpr std::uint64_t bytesOfCodes(std::uint64_t count, int bits)
{
    return (count * std::uint64_t(bits) + 7) / 8;
}

} // namespace

Storage storageOf(const TensorType& type, Form form, std::size_t realBytes)
{
    Storage result{.bytes = type.elements() * realBytes};
    const NumberFormatPtr& format = type.format;
    const std::uint64_t rows = type.rows();
    if (!format->isWritable() || format->isFloat() || rows == 0)
        return result;
    const TensorType rowType{format, {1, type.columns()}};
    std::vector<float> row(type.columns());
    for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = float(std::sin(double(i * i) + 1) + 0.1);
    std::vector<std::byte> packed(rowType.bytes());
    encodeRow(*format, row, packed, {});
    const auto codes = integerCodes(Tensor::adopt(rowType, std::move(packed)));
    if (!codes)
        return result;
    result.codeBits = codes->bits;
    if (const auto blocks = form == Form::MatMulNBits ? packedBlocks(*codes) : std::nullopt) {
        result.bits = blocks->bits;
        result.bytes = rows
            * (blocks->codes.size() + blocks->zeros.size()
               + (blocks->scales.size() + blocks->floatZeros.size()) * realBytes);
        return result;
    }
    int bits = form == Form::Int8 ? 8 : 4;
    auto stored = storedAs(*codes, bits);
    if (!stored && bits < 8)
        stored = storedAs(*codes, bits = 8);
    if (!stored)
        return result;
    result.bits = bits;
    result.bytes = bytesOfCodes(type.elements(), bits) + rows * codes->blocks() * realBytes
        + (stored->isSigned ? 0 : bytesOfCodes(rows * codes->blocks(), bits));
    return result;
}

} // namespace tritloom::onnx
