#include "app/session/contract_controller.h"
#include "app/session/export_controller.h"
#include "app/session/held_formats.h"

#include "core/export/onnx_storage.h"
#include "core/file/operator_graph.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace tritloom {
namespace {

/// Tensors that take more in a file than their formats do.
struct Wider {
    std::map<std::string, std::size_t> formats; ///< how many tensors are each
    std::size_t tensors = 0;
    std::uint64_t before = 0, after = 0;

    void add(const std::string& format, std::uint64_t bytesBefore, std::uint64_t bytesAfter)
    {
        ++formats[format];
        ++tensors;
        before += bytesBefore;
        after += bytesAfter;
    }
    /// "int3g256", "int3g32 (1), int3g256 (2)"
    [[nodiscard]] std::string names() const
    {
        std::vector<std::string> list;
        for (const auto& [format, count] : formats)
            list.push_back(formats.size() == 1 ? format : fmt::format("{} ({})", format, count));
        return fmt::format("{}", fmt::join(list, ", "));
    }
};

/// Bytes of a number that the network computes with, as an ONNX file of it has them.
std::size_t realBytes(const Model& model, const NamedTensor& tensor)
{
    constexpr int float16 = 10, float64 = 11, bfloat16 = 16;
    const int type = model.file->operators ? model.file->operators->elementTypeOf(tensor.name) : 1;
    return type == float64 ? 8 : type == float16 || type == bfloat16 ? 2 : 4;
}

onnx::Form formOf(const ExportTarget& target, const Model& model, TensorId id)
{
    if (target.id == "onnx")
        return onnx::Form::Int8;
    const bool isProduct = target.id == "onnx-matmulnbits" && onnx::isForMatMulNBits(model, id);
    return isProduct ? onnx::Form::MatMulNBits : onnx::Form::Int4;
}

class Remarks {
public:
    Remarks(const Model& model, const Allocation& allocation, const ExportTarget& target)
        : m_model(model)
        , m_target(target)
    {
        const std::vector<std::string> formats = tensorFormats(model, allocation);
        for (std::size_t i = 0; i < formats.size(); ++i)
            look(TensorId(i), formats[i]);
    }

    [[nodiscard]] std::vector<std::string> sentences() const
    {
        std::vector<std::string> list;
        for (const auto& [wider, as] : {std::pair{&m_inF32, "f32"}, std::pair{&m_inF16, "f16"}})
            if (wider->tensors > 0)
                list.push_back(fmt::format(
                    "{} tensors are {}, which this kind of file cannot hold: they are written as {}, {} "
                    "bytes in place of {}",
                    wider->tensors, wider->names(), as, wider->after, wider->before));
        if (const Wider& wider = m_fittingInt4; wider.tensors > 0)
            list.push_back(fmt::format(
                "{} tensors are {}, which INT4 would hold: they are written as INT8, {} bytes in place of {}",
                wider.tensors, wider.names(), wider.after, wider.before));
        for (const auto& [wider, as] : {std::pair{&m_inInt4, "INT4"}, std::pair{&m_inInt8, "INT8"}})
            if (wider->tensors > 0)
                list.push_back(fmt::format(
                    "{} tensors are {}, which ONNX has no type for: they are written as {}, {} bytes in "
                    "place of {}",
                    wider->tensors, wider->names(), as, wider->after, wider->before));
        if (m_after > m_before)
            list.push_back(fmt::format(
                "all tensors take {} bytes in this file, and {} as their formats pack them", m_after,
                m_before));
        return list;
    }

private:
    void look(TensorId id, const std::string& formatId)
    {
        const NamedTensor& tensor = m_model.tensor(id);
        const std::string stored = storedFormat(tensor)->id();
        const auto layer = m_model.layerOf(id);
        const std::uint64_t before = layer && formatId != stored
            ? bytesOf(m_model.layer(*layer), {formatId, "", {}}, {})
            : storedBytes(tensor);
        m_before += before;
        const auto format = parseNumberFormat(formatId);
        if (!format) {
            m_after += before;
            return;
        }
        const TensorType type{*format, tensor.shape};
        const bool isOnnx = m_target.id.starts_with("onnx");
        if ((*format)->isFloat() && (!isOnnx || (m_model.file->operators && formatId == stored))) {
            m_after += before;
            return;
        }
        const std::size_t real = isOnnx ? realBytes(m_model, tensor) : sizeof(float);
        const onnx::Storage storage = isOnnx ? storageOf(type, real, formOf(m_target, m_model, id))
                                             : onnx::Storage{.bytes = type.elements() * real};
        m_after += storage.bytes;
        if (storage.bits == 0) {
            if (storage.bytes > before)
                (real == 2 ? m_inF16 : m_inF32).add(formatId, before, storage.bytes);
        } else if (storage.isWider()) {
            const bool fitsInt4 = storage.bits == 8 && storage.codeBits <= 4 && onnxBits(*format) == 4;
            (storage.bits <= 4 ? m_inInt4
                 : fitsInt4    ? m_fittingInt4
                               : m_inInt8)
                .add(formatId, before, storage.bytes);
        }
    }

    /// Many layers are alike.
    onnx::Storage storageOf(const TensorType& type, std::size_t real, onnx::Form form)
    {
        const auto [at, isNew] =
            m_known.try_emplace({type.format->id(), type.rows(), type.columns(), real, form});
        if (isNew)
            at->second = onnx::storageOf(type, form, real);
        return at->second;
    }

    const Model& m_model;
    const ExportTarget& m_target;
    Wider m_inF32, m_inF16, m_fittingInt4, m_inInt4, m_inInt8;
    std::uint64_t m_before = 0, m_after = 0; ///< of all tensors
    std::map<std::tuple<std::string, std::size_t, std::size_t, std::size_t, onnx::Form>, onnx::Storage>
        m_known;
};

/// The shortest window of attention among the layers; 0: all see all tokens.
std::size_t attentionWindow(const Model& model)
{
    std::size_t shortest = 0;
    if (model.graph)
        for (const Node& node : model.graph->nodes)
            if (const std::size_t window = node.op.count("window");
                node.op.kind == OpKind::Attention && window > 0)
                shortest = shortest == 0 ? window : std::min(shortest, window);
    return shortest;
}

} // namespace

std::vector<std::string>
exportRemarks(const Model& model, const Allocation& allocation, const ExportTarget& target)
{
    if (const std::size_t window = attentionWindow(model); window > 0 && target.id == "gguf")
        return {fmt::format(
            "attention sees the last {} tokens only, llama.cpp lets it see all in models of this "
            "architecture: what it makes of longer texts is not what is measured here",
            window)};
    const bool isOnnx =
        target.id.starts_with("onnx") && model.picture; // of others its check says that it cannot be
    if (!isOnnx && target.id != "safetensors")
        return {};
    std::vector<std::string> remarks;
    if (target.id == "safetensors" && !model.picture && model.graph)
        remarks.emplace_back("this kind of file has no place for what runs a language model: what is written "
                             "can be looked at, "
                             "not evaluated");
    for (std::string& sentence : Remarks(model, allocation, target).sentences())
        remarks.push_back(std::move(sentence));
    return remarks;
}

} // namespace tritloom
