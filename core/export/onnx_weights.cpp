#include "core/export/onnx_weights.h"

#include "core/tensor/transposed.h"

#include <algorithm>

namespace tritloom::onnx {
namespace {

constexpr int uint4Type = 21, int4Type = 22; // libonnx 1.12 has no names for them

/// [rows, columns] of the layer in the order of the file, where [inputs, outputs] may be the other way round.
template <typename T>
std::vector<T> inOrder(const std::vector<T>& values, std::size_t rows, std::size_t columns, bool isTransposed)
{
    return isTransposed ? transposed(values, rows, columns) : values;
}

std::string bytesOf8(const std::vector<std::int16_t>& values)
{
    std::string bytes;
    for (const std::int16_t value : values)
        bytes.push_back(char(value & 255));
    return bytes;
}

} // namespace

std::string packNibbles(const std::vector<std::int16_t>& values)
{
    std::string bytes((values.size() + 1) / 2, '\0');
    for (std::size_t i = 0; i < values.size(); ++i)
        bytes[i / 2] = char(bytes[i / 2] | (values[i] & 15) << (i % 2 * 4));
    return bytes;
}

Result<WhyNot> writeDequantized(Document& document, const CodedLayer& layer, int narrowestBits)
{
    const IntegerCodes& codes = layer.codes;
    int bits = narrowestBits;
    auto stored = storedAs(codes, bits);
    if (!stored && bits < 8)
        stored = storedAs(codes, bits = 8);
    if (!stored)
        return WhyNot("its zero points are no whole numbers");
    const int real = document.initializer(layer.tensor.name)->data_type(); // what the network computes with
    if (real != ::onnx::TensorProto::FLOAT && real != ::onnx::TensorProto::FLOAT16)
        return WhyNot("its network computes in neither f32 nor f16");
    const bool transposed = layer.tensor.layout == Layout::Transposed, isBlocked = codes.blocks() > 1;
    TRY_VOID(
        document.raiseOperatorSet(isBlocked || bits == 4 || real != ::onnx::TensorProto::FLOAT ? 21 : 13));

    const std::string name = layer.tensor.name;
    const Shape& shape = layer.tensor.fileShape.empty() ? layer.tensor.shape : layer.tensor.fileShape;
    const Document::Dims fileDims(shape.begin(), shape.end());
    const auto rows = std::int64_t(codes.rows), columns = std::int64_t(codes.columns),
               blocks = std::int64_t(codes.blocks());
    const Document::Dims matrix = transposed ? Document::Dims{columns, rows} : Document::Dims{rows, columns};
    // The outputs are a dimension of the file unless a transposed convolution or a reshape spreads them over
    // several.
    const bool isMatrix = fileDims == matrix;
    const bool hasAxis = !isBlocked && !transposed && !fileDims.empty() && fileDims[0] == rows;
    const bool isReshaped = !isMatrix && !hasAxis;
    const std::int64_t axis = transposed != isBlocked ? 1 : 0;

    const std::string quantized = document.unused(name + "_quantized"),
                      scale = document.unused(name + "_scale"), zero = document.unused(name + "_zero_point");
    const int type = bits == 4 ? (stored->isSigned ? int4Type : uint4Type)
                               : (stored->isSigned ? ::onnx::TensorProto::INT8 : ::onnx::TensorProto::UINT8);
    const auto pack = [&](const std::vector<std::int16_t>& values) {
        return bits == 4 ? packNibbles(values) : bytesOf8(values);
    };
    const Document::Dims scaleDims = !isBlocked ? Document::Dims{rows}
        : transposed                            ? Document::Dims{blocks, rows}
                                                : Document::Dims{rows, blocks};
    document.remove(name);
    document.add(
        quantized, type, isReshaped ? matrix : fileDims,
        pack(inOrder(stored->codes, codes.rows, codes.columns, transposed)));
    document.addReals(
        scale, scaleDims, inOrder(codes.scales, codes.rows, codes.blocks(), transposed && isBlocked), real);
    std::vector<std::string> inputs{quantized, scale};
    if (!stored->isSigned) {
        document.add(
            zero, type, scaleDims,
            pack(inOrder(stored->zeros, codes.rows, codes.blocks(), transposed && isBlocked)));
        inputs.push_back(zero);
    }
    std::map<std::string, std::int64_t> attributes{{"axis", axis}};
    if (isBlocked)
        attributes["block_size"] = std::int64_t(codes.block);
    const std::string made = isReshaped ? document.unused(name + "_matrix") : name;
    document.insertFirst("DequantizeLinear", inputs, made, attributes);
    if (isReshaped) {
        const std::string target = document.unused(name + "_shape");
        document.addWhole(target, fileDims);
        document.insertFirst("Reshape", {made, target}, name);
    }
    return WhyNot();
}

} // namespace tritloom::onnx
