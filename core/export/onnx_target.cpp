#include "core/export/network_targets.h"

#include "core/base/mapped_file.h"
#include "core/file/onnx.h"

#define ONNX_ML 1
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace tritloom {
namespace {

/// Integers of one scale a row: value = scale[row] * code.
struct Quantized {
    std::vector<std::int8_t> codes;
    std::vector<float> scales;
};

/// nullopt where the format has no such codes: levels unevenly spaced, not around 0, or several scales a row.
std::optional<Quantized> quantized(const Tensor& layer)
{
    const NumberFormat& format = *layer.type().format;
    const std::size_t levels = format.levelCount(), columns = layer.type().columns(), rows = layer.type().rows();
    if (levels < 2 || levels > 256 || format.blockElements() < columns || format.levelRun() < columns)
        return std::nullopt;
    Quantized result;
    std::vector<float> values(columns), table(levels);
    for (std::size_t r = 0; r < rows; ++r) {
        layer.decodeRows(r, values);
        format.levels(layer.row(r), 0, table);
        const float scale = table[1] - table[0];
        for (std::size_t i = 0; i < levels; ++i)
            if (scale < 0 || std::abs(table[i] - scale * std::round(scale > 0 ? table[i] / scale : 0)) > 1e-3f * scale)
                return std::nullopt;
        for (const float value : values) {
            const float code = scale > 0 ? std::round(value / scale) : 0;
            if (code < -128 || code > 127)
                return std::nullopt;
            result.codes.push_back(std::int8_t(code));
        }
        result.scales.push_back(scale > 0 ? scale : 1);
    }
    return result;
}

template <typename T>
void setNumbers(::onnx::TensorProto& tensor, const std::vector<T>& values)
{
    tensor.clear_float_data();
    tensor.clear_double_data();
    tensor.clear_int32_data();
    tensor.clear_external_data();
    tensor.set_data_location(::onnx::TensorProto::DEFAULT);
    tensor.set_raw_data(values.data(), values.size() * sizeof(T));
}

std::vector<std::int8_t> turned(const std::vector<std::int8_t>& codes, std::size_t rows, std::size_t columns)
{
    std::vector<std::int8_t> result(codes.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            result[c * rows + r] = codes[r * columns + c];
    return result;
}

/// Names of the file's graph with what will be written instead.
class Rewriter {
public:
    Rewriter(const ExportRequest& request, ::onnx::ModelProto& model)
        : m_request(request)
        , m_graph(*model.mutable_graph())
    {
        for (auto& initializer : *m_graph.mutable_initializer())
            m_initializers[initializer.name()] = &initializer;
    }

    Result<void> run(int version)
    {
        const auto& tensors = m_request.model.tensors;
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            if (m_request.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at tensor {} of {}", i + 1, tensors.size());
            const auto found = m_initializers.find(tensors[i].name);
            if (found == m_initializers.end())
                return fail(ErrorCode::InvalidInput, "the file has no initializer '{}' any more", tensors[i].name);
            ::onnx::TensorProto& to = *found->second;
            if (m_request.formats[i] != tensors[i].stored.type().format->id())
                TRY_VOID(replace(i, to, version));
            else if (to.data_location() == ::onnx::TensorProto::EXTERNAL)
                setNumbers(to, std::vector<std::byte>(tensors[i].stored.bytes().begin(), tensors[i].stored.bytes().end()));
            m_request.progress(double(i + 1) / double(tensors.size()));
        }
        for (const auto& initializer : m_graph.initializer())
            if (initializer.data_location() == ::onnx::TensorProto::EXTERNAL)
                return fail(
                    ErrorCode::Unsupported, "the whole numbers '{}' lie in another file, which cannot be copied",
                    initializer.name());
        addNodes();
        return {};
    }

    std::size_t quantizedCount = 0, floatCount = 0;

private:
    Result<void> replace(std::size_t index, ::onnx::TensorProto& to, int version)
    {
        const NamedTensor& tensor = m_request.model.tensors[index];
        const Tensor layer = TRY(m_request.tensor(index, m_request.formats[index]));
        // A matrix of [inputs, outputs] has its scales along axis 1; a transposed convolution's rows are no axis.
        const bool transposed = tensor.layout == Layout::Transposed;
        const bool hasAxis = !transposed || tensor.fileShape.size() == 2;
        // A reshape on the way would leave the axis behind.
        const Shape& fileShape = tensor.fileShape;
        const bool sameRows = hasAxis && !fileShape.empty()
            && (transposed ? fileShape.back() : fileShape.front()) == layer.type().rows();
        const auto codes = version >= 13 && sameRows ? quantized(layer) : std::nullopt;
        if (!codes) {
            to.set_data_type(::onnx::TensorProto::FLOAT);
            setNumbers(to, inFileOrder(tensor, layer));
            ++floatCount;
            return {};
        }
        const std::string name = to.name();
        to.set_name(name + "_quantized");
        to.set_data_type(::onnx::TensorProto::INT8);
        setNumbers(to, transposed ? turned(codes->codes, layer.type().rows(), layer.type().columns()) : codes->codes);
        m_scales.push_back({name, codes->scales, transposed ? 1 : 0});
        ++quantizedCount;
        return {};
    }

    void addNodes()
    {
        for (const auto& [name, values, axis] : m_scales) {
            ::onnx::TensorProto& scale = *m_graph.add_initializer();
            scale.set_name(name + "_scale");
            scale.set_data_type(::onnx::TensorProto::FLOAT);
            scale.add_dims(std::int64_t(values.size()));
            setNumbers(scale, values);
            ::onnx::NodeProto& node = *m_graph.add_node();
            node.set_op_type("DequantizeLinear");
            node.set_name(name + "_dequantize");
            node.add_input(name + "_quantized");
            node.add_input(name + "_scale");
            node.add_output(name);
            ::onnx::AttributeProto& attribute = *node.add_attribute();
            attribute.set_name("axis");
            attribute.set_type(::onnx::AttributeProto::INT);
            attribute.set_i(axis);
            // Older files list initializers among the inputs; what a node makes is none.
            for (int i = 0; i < m_graph.input_size(); ++i)
                if (m_graph.input(i).name() == name) {
                    m_graph.mutable_input()->DeleteSubrange(i, 1);
                    break;
                }
        }
        // Nodes stand before their readers.
        auto& nodes = *m_graph.mutable_node();
        std::rotate(
            nodes.pointer_begin(), nodes.pointer_end() - std::ptrdiff_t(m_scales.size()), nodes.pointer_end());
    }

    struct Scales {
        std::string name;
        std::vector<float> values;
        std::int64_t axis;
    };
    const ExportRequest& m_request;
    ::onnx::GraphProto& m_graph;
    std::map<std::string, ::onnx::TensorProto*> m_initializers;
    std::vector<Scales> m_scales;
};

} // namespace

std::vector<std::string> checkOnnx(const ModelFile& model, std::span<const std::string>)
{
    if (model.operators == nullptr)
        return {"only a model that came as ONNX can be written as ONNX: its file says what is computed"};
    return {};
}

Result<WrittenFile> exportOnnx(const ExportRequest& request)
{
    if (const auto problems = checkOnnx(request.model, request.formats); !problems.empty())
        return fail(ErrorCode::Unsupported, "{}", problems.front());
    const auto source = TRY(MappedFile::open(request.model.path));
    ::onnx::ModelProto model;
    if (source->bytes().size() > std::size_t(INT32_MAX) || !model.ParseFromArray(source->bytes().data(), int(source->bytes().size())))
        return fail(ErrorCode::InvalidInput, "{}: the file cannot be read again", request.model.path.string());
    Rewriter rewriter(request, model);
    TRY_VOID(rewriter.run(request.model.operators->version));
    model.set_producer_name("tritloom");
    if (model.ByteSizeLong() > std::size_t(INT32_MAX))
        return fail(ErrorCode::Unsupported, "{}: ONNX files end at 2 GB", request.path.string());
    WrittenFile result;
    result.fileBytes = TRY(writeWhole(request.path, [&](std::ostream& file) { return model.SerializeToOstream(&file); }));
    const ModelFile written = TRY(onnx::read(request.path));
    if (written.operators->nodes.size() != request.model.operators->nodes.size() + rewriter.quantizedCount)
        return fail(ErrorCode::Io, "{}: the file was not written as it is", request.path.string());
    result.notices.push_back(fmt::format(
        "{} layers are INT8 behind DequantizeLinear, {} were written as the numbers they stand for",
        rewriter.quantizedCount, rewriter.floatCount));
    return result;
}

} // namespace tritloom
