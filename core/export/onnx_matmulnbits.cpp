#include "core/architecture/model.h"
#include "core/export/onnx_storage.h"
#include "core/export/onnx_weights.h"
#include "core/file/operator_graph.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tritloom::onnx {
namespace {

constexpr std::size_t smallestBlock = 16, largestBlock = 256;

/// The size that stores least of those that the codes' own blocks are made of; 0: none.
std::size_t blockSizeFor(const IntegerCodes& codes, int bits)
{
    std::size_t best = 0, bestBytes = 0;
    for (std::size_t size = smallestBlock; size <= largestBlock; size *= 2) {
        if (codes.blocks() > 1 && codes.block % size != 0)
            continue;
        const std::size_t count = (codes.columns + size - 1) / size,
                          bytes = count * (size * std::size_t(bits) / 8 + 4);
        if (best == 0 || bytes <= bestBytes) {
            best = size;
            bestBytes = bytes;
        }
    }
    return best;
}

void put(std::string& bytes, std::size_t begin, std::size_t element, int bits, unsigned value)
{
    const std::size_t bit = element * std::size_t(bits);
    bytes[begin + bit / 8] = char(unsigned(std::uint8_t(bytes[begin + bit / 8])) | value << (bit % 8));
}

/// Whether MatMulNBits computes in that element type.
bool isRealType(int elementType)
{
    return elementType == ::onnx::TensorProto::FLOAT || elementType == ::onnx::TensorProto::FLOAT16;
}

/// How a node reads a layer: as a matrix on the right, only to give it on in another shape, or otherwise.
enum class ReadAs { Product, PassedOn, Other };

ReadAs readAs(std::string_view type, std::size_t input, bool isLeftTransposed)
{
    if (input == 0 && (type == "Identity" || type == "Transpose" || type == "Reshape"))
        return ReadAs::PassedOn;
    const bool isProduct = type == "MatMul" || (type == "Gemm" && !isLeftTransposed);
    return isProduct && input == 1 ? ReadAs::Product : ReadAs::Other;
}

/// Nodes that read the layer, through reshapes of it; false: one of them is no product with it on the right.
bool productsOf(
    Document& document, const std::string& value, std::vector<Document::Node>& products,
    std::vector<Document::Node>& between)
{
    for (const Document::Use& use : document.usesOf(value)) {
        switch (readAs(use.node->op_type(), std::size_t(use.input), integerOf(*use.node, "transA", 0) != 0)) {
        case ReadAs::Product:
            products.push_back(use.node);
            break;
        case ReadAs::PassedOn:
            between.push_back(use.node);
            if (!productsOf(document, use.node->output(0), products, between))
                return false;
            break;
        case ReadAs::Other:
            return false;
        }
    }
    return !document.isOutput(value);
}

/// The same of operators that are not written yet; the number of products, 0 where something else reads it.
std::size_t productsOf(const OperatorGraph& graph, const std::string& value)
{
    std::size_t products = 0;
    for (const OperatorNode& node : graph.nodes)
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            if (node.inputs[i] != value)
                continue;
            const ReadAs reading = readAs(node.type, i, node.integer("transA", 0) != 0);
            const std::size_t found = reading == ReadAs::Product       ? 1
                : reading == ReadAs::PassedOn && !node.outputs.empty() ? productsOf(graph, node.outputs[0])
                                                                       : 0;
            if (found == 0)
                return 0;
            products += found;
        }
    const bool isOutput =
        std::ranges::find(graph.outputs, value, &OperatorValue::name) != graph.outputs.end();
    return isOutput ? 0 : products;
}

/// The same of a network whose operators are made of its graph: they are MatMul and Gemm for a Linear.
bool isMultiplied(const Graph& graph, TensorId tensor)
{
    bool isRead = false;
    for (const Node& node : graph.nodes)
        for (std::size_t i = 0; i < node.weights.size(); ++i)
            if (node.weights[i] == tensor) {
                if (node.op.kind != OpKind::Linear || i != 0)
                    return false;
                isRead = true;
            }
    return isRead;
}

} // namespace

std::optional<PackedBlocks> packedBlocks(const IntegerCodes& codes)
{
    PackedBlocks result{.bits = codes.bits <= 2 ? 2 : codes.bits <= 4 ? 4 : 8};
    const int middle = 1 << (result.bits - 1), most = 2 * middle - 1;
    result.blockSize = blockSizeFor(codes, result.bits);
    if (result.blockSize == 0)
        return std::nullopt;
    result.blocks = (codes.columns + result.blockSize - 1) / result.blockSize;
    const auto stored = storedAs(codes, result.bits);
    if (!stored && result.bits == 8)
        return std::nullopt; // onnxruntime takes zero points that are floats with fewer bits only
    const std::size_t blockBytes = result.blockSize * std::size_t(result.bits) / 8,
                      zeroBytes = (result.blocks * std::size_t(result.bits) + 7) / 8;
    const bool hasZeros = stored && !stored->isSigned;
    result.codes.resize(codes.rows * result.blocks * blockBytes);
    result.zeros.resize(hasZeros ? codes.rows * zeroBytes : 0);
    for (std::size_t r = 0; r < codes.rows; ++r)
        for (std::size_t b = 0; b < result.blocks; ++b) {
            const std::size_t from = r * codes.blocks() + b * result.blockSize / codes.block;
            result.scales.push_back(codes.scales[from]);
            const int zero = hasZeros ? stored->zeros[from] : middle;
            if (hasZeros)
                put(result.zeros, r * zeroBytes, b, result.bits, unsigned(zero));
            else if (!stored)
                result.floatZeros.push_back(codes.zeros[from]);
            for (std::size_t i = 0; i < result.blockSize; ++i) {
                const std::size_t c = b * result.blockSize + i;
                int code = zero; // behind the row
                if (c < codes.columns)
                    code = stored ? stored->codes[r * codes.columns + c] + (hasZeros ? 0 : middle)
                                  : codes.codes[r * codes.columns + c];
                put(result.codes, (r * result.blocks + b) * blockBytes, i, result.bits,
                    unsigned(std::clamp(code, 0, most)));
            }
        }
    return result;
}

bool isForMatMulNBits(const Model& model, TensorId tensor)
{
    const auto& operators = model.file->operators;
    if (!operators)
        return model.graph && isMultiplied(*model.graph, tensor);
    const std::string& name = model.tensor(tensor).name;
    return isRealType(operators->elementTypeOf(name)) && productsOf(*operators, name) > 0;
}

Result<WhyNot> writeMatMulNBits(Document& document, const CodedLayer& layer)
{
    std::vector<Document::Node> products, between;
    if (!productsOf(document, layer.tensor.name, products, between) || products.empty())
        return WhyNot("MatMulNBits is for products with a matrix only");
    const int real = document.initializer(layer.tensor.name)->data_type();
    if (!isRealType(real))
        return WhyNot("its network computes in neither f32 nor f16");
    const auto packed = packedBlocks(layer.codes);
    if (!packed)
        return WhyNot(fmt::format("MatMulNBits has no blocks of {}", layer.codes.block));
    document.needDomain("com.microsoft", 1);
    document.remove(layer.tensor.name);
    for (const Document::Node node : between)
        document.erase(node);
    const auto outputs = std::int64_t(layer.codes.rows), inputs = std::int64_t(layer.codes.columns);
    const auto blocks = std::int64_t(packed->blocks);
    const std::string codes = document.unused(layer.tensor.name + "_codes"),
                      zero = document.unused(layer.tensor.name + "_zero_points");
    document.add(
        codes, ::onnx::TensorProto::UINT8,
        {outputs, blocks, std::int64_t(packed->blockSize) * packed->bits / 8}, packed->codes);
    if (!packed->floatZeros.empty())
        document.addReals(zero, {outputs, blocks}, packed->floatZeros, real);
    else if (!packed->zeros.empty())
        document.add(
            zero, ::onnx::TensorProto::UINT8, {outputs, std::int64_t(packed->zeros.size()) / outputs},
            packed->zeros);
    std::map<double, std::string> scalesFor; // by what products multiply with besides
    for (const Document::Node node : products) {
        const bool isGemm = node->op_type() == "Gemm";
        const double alpha = isGemm ? numberOf(*node, "alpha", 1) : 1,
                     beta = isGemm ? numberOf(*node, "beta", 1) : 1;
        const std::string a = node->input(0),
                          added = isGemm && node->input_size() > 2 && beta != 0 ? node->input(2) : "",
                          y = node->output(0);
        std::string& scale = scalesFor[alpha];
        if (scale.empty()) {
            scale = document.unused(layer.tensor.name + "_scales");
            std::vector<float> scales = packed->scales;
            for (float& value : scales)
                value *= float(alpha);
            document.addReals(scale, {outputs, blocks}, scales, real);
        }
        const std::string product = added.empty() ? y : document.unused(y + "_product");
        const auto made = document.insert(
            node, "MatMulNBits", {a, codes, scale}, product,
            {{"K", inputs},
             {"N", outputs},
             {"bits", packed->bits},
             {"block_size", std::int64_t(packed->blockSize)}});
        made->set_domain("com.microsoft");
        if (!packed->floatZeros.empty() || !packed->zeros.empty())
            made->add_input(zero);
        if (!added.empty()) {
            std::string summand = added;
            if (beta != 1) {
                const std::string factor = document.unused(y + "_beta");
                document.addReals(factor, {}, {float(beta)}, real);
                summand = document.unused(y + "_scaled");
                document.insert(node, "Mul", {added, factor}, summand);
            }
            document.insert(node, "Add", {product, summand}, y);
        }
        document.erase(node);
    }
    return WhyNot();
}

} // namespace tritloom::onnx
