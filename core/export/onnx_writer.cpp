#include "core/architecture/picture_model.h"
#include "core/base/part_file.h"
#include "core/export/network_targets.h"
#include "core/export/onnx_activations.h"
#include "core/export/onnx_norms.h"
#include "core/export/onnx_weights.h"
#include "core/file/onnx.h"
#include "core/file/operator_graph.h"
#include "core/file/replaced_tensor.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <tuple>

namespace tritloom::onnx {
namespace {

/// Numbers as they are stored, which a transform may have changed since the file was read, in the element
/// type that the network computes with.
void writeNumbers(Document& document, const NamedTensor& tensor, const std::vector<float>& values)
{
    const Shape& shape = tensor.fileShape.empty() ? tensor.stored.type().shape : tensor.fileShape;
    document.addReals(
        tensor.name, {shape.begin(), shape.end()}, values, document.initializer(tensor.name)->data_type());
}

std::uint64_t bytesOf(const ::onnx::TensorProto& numbers)
{
    // Where they lie in typed fields, the message is them and a few bytes.
    return numbers.raw_data().empty() ? numbers.ByteSizeLong() : numbers.raw_data().size();
}

bool isDequantized(Document& document, const std::string& value)
{
    return std::ranges::any_of(document.nodes(), [&](const ::onnx::NodeProto& node) {
        return node.op_type() == "DequantizeLinear" && node.output_size() > 0 && node.output(0) == value;
    });
}

} // namespace

Result<WrittenFile> writeNetwork(const ExportRequest& request, std::string_view what, LayerWriter writer)
{
    if (const auto problems = checkOnnx(request.model, request.formats); !problems.empty())
        return fail(ErrorCode::Unsupported, "{}", problems.front());
    WrittenFile result;
    Document document = TRY(Document::of(request.model, result.notices));
    const auto& tensors = request.model.tensors;
    std::size_t writtenSo = 0, asFloats = 0;
    std::vector<RoundedInput> inputs;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const NamedTensor& tensor = tensors[i];
        if (request.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at tensor {} of {}", i + 1, tensors.size());
        if (document.initializer(tensor.name) == nullptr)
            return fail(ErrorCode::InvalidInput, "the file has no initializer '{}' any more", tensor.name);
        const NumberFormatPtr& format = tensor.stored.type().format;
        if (request.formats[i] == format->id() && format->isFloat() && !tensor.replacement
            && !tensor.packed) {
            writeNumbers(document, tensor, tensor.stored.toFloats());
        } else {
            Tensor layer;
            std::optional<RoundedInput> rounded;
            if (request.layer) {
                const CompressedLayer made = TRY(request.layer(i));
                if (made.isReplacement())
                    std::tie(layer, rounded.emplace()) =
                        TRY(roundedInputOf(*made.replacement(), tensor.name, request.formats[i]));
                else
                    layer = made.tensor();
            } else {
                layer = TRY(request.tensor(i, request.formats[i]));
            }
            if (rounded && document.initializer(tensor.name)->data_type() != ::onnx::TensorProto::FLOAT)
                return fail(
                    ErrorCode::Unsupported,
                    "{}: {} with rounded inputs can be written for networks of f32 only", tensor.name,
                    request.formats[i]);
            const auto codes = integerCodes(layer);
            const WhyNot why =
                codes ? TRY(writer(document, {tensor, *codes})) : WhyNot("it has no codes at even distances");
            if (rounded) {
                const auto eight = codes ? storedAs(*codes, 8) : std::nullopt;
                // Of fewer bits both steps are coarse, and a bias rounded to their product is far off.
                const bool isFine = codes && codes->bits == 8 && rounded->bits == 8;
                if (why.empty() && isFine && eight && eight->isSigned && codes->blocks() == 1)
                    rounded->weightScales = codes->scales;
                inputs.push_back(std::move(*rounded));
            }
            if (why.empty()) {
                ++writtenSo;
            } else {
                writeNumbers(document, tensor, inFileOrder(tensor, layer));
                ++asFloats;
                result.notices.push_back(fmt::format(
                    "{}: {} cannot be {}: {}; the floats it stands for were written", tensor.name,
                    request.formats[i], what, why));
            }
        }
        request.progress(double(i + 1) / double(tensors.size()));
    }
    if (const std::size_t norms = absorbNorms(document); norms > 0)
        result.notices.push_back(fmt::format("{} folded batch norms became biases", norms));
    TRY_VOID(writeRoundedInputs(document, inputs));
    if (!inputs.empty())
        result.notices.push_back(fmt::format(
            "the inputs of {} layers are rounded by QuantizeLinear with the ranges of the calibration",
            inputs.size()));
    // onnxruntime's standard optimisation makes one operator of the two that multiplies in 8 bits (measured:
    // up to 1 %).
    for (const auto& node : document.nodes())
        if (node.op_type() == "MatMul" && node.input_size() > 1 && isDequantized(document, node.input(1))) {
            result.notices.push_back("onnxruntime rounds the inputs of MatMul to 8 bits unless "
                                     "session.qdq_matmulnbits_accuracy_level is 1");
            break;
        }
    for (const auto& [key, value] : request.model.metadata.entries())
        if (const auto* const text = std::get_if<std::string>(&value))
            document.setProperty(key, *text);
    const std::size_t nodes = document.nodes().size();
    std::map<std::string, std::size_t> madeBy; // of weights: how many operators make them of whole numbers
    for (const auto& node : document.nodes()) {
        if (node.input_size() == 0 || node.output_size() == 0)
            continue;
        if (node.op_type() == "DequantizeLinear")
            madeBy[node.output(0)] = 1;
        else if (node.op_type() == "Reshape" && madeBy.contains(node.input(0)))
            madeBy[node.output(0)] = 2;
    }
    ::onnx::ModelProto model = std::move(document).finish();
    for (const auto& initializer : model.graph().initializer())
        if (initializer.data_location() == ::onnx::TensorProto::EXTERNAL)
            return fail(
                ErrorCode::Unsupported, "the whole numbers '{}' lie in another file, which cannot be copied",
                initializer.name());
    std::uint64_t weightBytes = 0;
    for (const auto& initializer : model.graph().initializer())
        weightBytes += bytesOf(initializer);
    result.weightBytes = weightBytes;
    model.set_producer_name("tritloom");
    if (model.ByteSizeLong() > std::size_t(INT32_MAX))
        return fail(ErrorCode::Unsupported, "{}: ONNX files end at 2 GB", request.path.string());
    result.fileBytes = model.ByteSizeLong();
    PartFile file = TRY(PartFile::create(request.path, result.fileBytes));
    if (!model.SerializeToFileDescriptor(file.descriptor()))
        return fail(ErrorCode::Io, "{}: {}", file.path().string(), std::strerror(errno));
    TRY_VOID(file.sync());
    const ModelFile written = TRY(onnx::read(file.path()));
    std::size_t readAsWeights = 0;
    for (const NamedTensor& tensor : written.tensors)
        if (const auto made = madeBy.find(tensor.name); tensor.packed && made != madeBy.end())
            readAsWeights += made->second;
    if (written.operators->nodes.size() + readAsWeights != nodes)
        return fail(ErrorCode::Io, "{}: the file was not written as it is", request.path.string());
    TRY_VOID(file.commit());
    result.readBack = fmt::format("{} operators, as many as were written", nodes);
    result.notices.insert(
        result.notices.begin(),
        fmt::format(
            "{} layers are {}, {} were written as the numbers they stand for", writtenSo, what, asFloats));
    return result;
}

} // namespace tritloom::onnx

namespace tritloom {

std::vector<std::string> checkOnnx(const ModelFile& model, std::span<const std::string>)
{
    if (model.operators != nullptr)
        return {};
    const PictureArchitecture* const architecture = findPictureArchitecture(model.architecture());
    if (architecture == nullptr || (architecture->recognise != nullptr && !architecture->recognise(model)))
        return {"only networks on pictures can be written as ONNX: no operators are known for this model"};
    if (const auto picture = architecture->describe(model); picture && picture->latent)
        return {"a pipeline of several networks is more than an ONNX file holds"};
    return {};
}

} // namespace tritloom
