// The only file that knows ONNX's messages.
#include "core/file/onnx.h"

#include "core/base/checked.h"
#include "core/base/mapped_file.h"
#include "core/base/utf8.h"
#include "core/file/onnx_packed.h"
#include "core/file/protobuf_fields.h"

#define ONNX_ML 1
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace tritloom::onnx {
namespace {

namespace fs = std::filesystem;
namespace proto = ::onnx;

constexpr std::size_t mostConstantElements = 1u << 24;

/// Element types by ONNX's number; format "" where values are turned into f32.
struct TypeRow {
    int id;
    std::string_view name, format;
    std::size_t bytes; ///< 0: two elements a byte
    bool integer;
};
constexpr TypeRow types[] = {
    {1, "float", "f32", 4, false}, {2, "uint8", "", 1, true},       {3, "int8", "", 1, true},
    {4, "uint16", "", 2, true},    {5, "int16", "", 2, true},       {6, "int32", "", 4, true},
    {7, "int64", "", 8, true},     {9, "bool", "", 1, true},        {10, "float16", "f16", 2, false},
    {11, "double", "f64", 8, false}, {12, "uint32", "", 4, true},   {13, "uint64", "", 8, true},
    {16, "bfloat16", "bf16", 2, false}, {21, "uint4", "", 0, true}, {22, "int4", "", 0, true}};

const TypeRow* findType(int id)
{
    const auto* const at = std::ranges::find(types, id, &TypeRow::id);
    return at == std::end(types) ? nullptr : at;
}

/// A message whose large part stays where it is: the tensor without raw_data, and where that lies.
struct Initializer {
    proto::TensorProto proto;
    std::span<const std::byte> raw;
    bool hasRaw = false;
};

void append(std::string& to, std::span<const std::byte> bytes)
{
    to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool parseInitializer(std::span<const std::byte> bytes, Initializer& to)
{
    std::string rest;
    return forEachField(bytes, [&](const ProtobufField& field) {
               to.hasRaw = to.hasRaw || (field.isBytes && field.number == proto::TensorProto::kRawDataFieldNumber);
               if (field.isBytes && field.number == proto::TensorProto::kRawDataFieldNumber)
                   to.raw = field.bytes;
               else
                   append(rest, field.whole);
           })
        && to.proto.ParseFromString(rest);
}

/// Everything but the numbers of initializers goes through protobuf's own parser.
bool parseModel(std::span<const std::byte> bytes, proto::ModelProto& model, std::vector<Initializer>& initializers)
{
    std::string rest, graph;
    bool inside = true;
    const bool read = forEachField(bytes, [&](const ProtobufField& field) {
        if (!field.isBytes || field.number != proto::ModelProto::kGraphFieldNumber) {
            append(rest, field.whole);
            return;
        }
        inside &= forEachField(field.bytes, [&](const ProtobufField& inner) {
            if (inner.isBytes && inner.number == proto::GraphProto::kInitializerFieldNumber)
                inside &= parseInitializer(inner.bytes, initializers.emplace_back());
            else
                append(graph, inner.whole);
        });
    });
    return read && inside && model.ParseFromString(rest) && model.mutable_graph()->ParseFromString(graph);
}

class Reader {
public:
    Reader(std::string name, std::shared_ptr<const void> owner, fs::path folder)
        : m_name(std::move(name))
        , m_owner(std::move(owner))
        , m_folder(std::move(folder))
    {
    }

    Result<ModelFile> read(std::span<const std::byte> bytes)
    {
        proto::ModelProto model;
        std::vector<Initializer> initializers;
        if (!parseModel(bytes, model, initializers) || model.ir_version() == 0)
            return fail(ErrorCode::InvalidInput, "{}: this is no complete ONNX model", m_name);
        auto graph = std::make_shared<OperatorGraph>();
        graph->irVersion = int(model.ir_version());
        graph->producer = model.producer_name();
        for (const auto& set : model.opset_import())
            if (set.domain().empty() || set.domain() == "ai.onnx")
                graph->version = std::max(graph->version, int(set.version()));
        if (graph->version < oldestOperatorSet || graph->version > newestOperatorSet)
            return fail(
                ErrorCode::Unsupported, "{}: operator set {}, versions {} to {} are read", m_name, graph->version,
                oldestOperatorSet, newestOperatorSet);
        for (const auto& node : model.graph().node())
            graph->nodes.push_back(TRY(nodeOf(node, graph->nodes.size())));
        ModelFile file;
        std::map<std::string_view, const Initializer*> known;
        const std::set<std::string, std::less<>> packable = quantizedInputs(*graph);
        WholeInitializers whole;
        for (const Initializer& initializer : initializers) {
            const std::string& name = initializer.proto.name();
            if (!known.emplace(name, &initializer).second)
                return fail(ErrorCode::InvalidInput, "{}: two initializers are called '{}'", m_name, printable(name));
            if (!packable.contains(name) || !TRY(addWhole(initializer, whole)))
                TRY_VOID(addInitializer(initializer, file, *graph));
        }
        if (!model.graph().sparse_initializer().empty())
            return fail(ErrorCode::Unsupported, "{}: sparse initializers are not read", m_name);
        for (const auto& input : model.graph().input())
            if (!known.contains(input.name()))
                graph->inputs.push_back(valueOf(input));
        for (const auto& output : model.graph().output())
            graph->outputs.push_back(valueOf(output));
        std::vector<std::string_view> stored(known.size()); // no std::views, which clang 14 does not take
        std::transform(known.begin(), known.end(), stored.begin(), [](const auto& entry) { return entry.first; });
        TRY_VOID(checkMadeOnce(*graph, stored, m_name));
        packWeights(*graph, file.tensors, whole);
        for (const auto& [name, numbers] : whole) // what no layer was made of
            TRY_VOID(addInitializer(*known.at(name), file, *graph));
        file.metadata.set("general.architecture", std::string("onnx"));
        file.metadata.set("general.name", model.graph().name());
        for (const auto& property : model.metadata_props())
            file.metadata.set(
                property.key().starts_with("tritloom.original.") ? property.key() : "onnx." + property.key(),
                property.value());
        assignLayers(*graph, file.tensors);
        file.operators = std::move(graph);
        return file;
    }

private:
    /// Whether it is whole numbers of 4 or 8 bits that can stay where they lie.
    Result<bool> addWhole(const Initializer& initializer, WholeInitializers& whole)
    {
        WholeNumbers numbers{
            initializer.proto.data_type(), TRY(shapeOf(initializer.proto)), initializer.raw, m_owner};
        const bool isThere = initializer.proto.data_location() != proto::TensorProto::EXTERNAL && numbers.areWhole();
        if (isThere)
            whole.emplace(initializer.proto.name(), std::move(numbers));
        return isThere;
    }

    Result<void> addInitializer(const Initializer& initializer, ModelFile& file, OperatorGraph& graph)
    {
        const TypeRow* const type = findType(initializer.proto.data_type());
        const std::string& name = initializer.proto.name();
        if (type == nullptr)
            return fail(
                ErrorCode::Unsupported, "{}: initializer '{}' is of element type {}, which is not read", m_name,
                printable(name), initializer.proto.data_type());
        if (!type->integer)
            graph.elementTypes[name] = type->id;
        Shape shape = TRY(shapeOf(initializer.proto));
        const bool isExternal = initializer.proto.data_location() == proto::TensorProto::EXTERNAL;
        std::span<const std::byte> raw = initializer.raw;
        std::shared_ptr<const void> owner = m_owner;
        if (isExternal)
            std::tie(raw, owner) = TRY(externalData(initializer.proto));
        if (type->integer || (!initializer.hasRaw && !isExternal)) {
            Tensor values = TRY(valuesOf(initializer.proto, *type, shape, raw, initializer.hasRaw || isExternal));
            if (type->integer)
                graph.constants[name] = {std::move(values), type->id};
            else
                file.tensors.push_back({.name = name, .shape = shape, .stored = std::move(values), .fileName = {}});
            return {};
        }
        const TensorType stored{parseNumberFormat(type->format).value(), shape};
        if (raw.size() != stored.bytes())
            return fail(
                ErrorCode::InvalidInput, "{}: initializer '{}' has {} bytes, its shape asks for {}", m_name,
                printable(name), raw.size(), stored.bytes());
        file.tensors.push_back(
            {.name = name, .shape = shape, .stored = Tensor(stored, raw, std::move(owner)), .fileName = {}});
        return {};
    }

    Result<Shape> shapeOf(const proto::TensorProto& tensor) const
    {
        Shape shape;
        for (const std::int64_t size : tensor.dims()) {
            if (size < 0)
                return fail(
                    ErrorCode::InvalidInput, "{}: '{}' has a dimension of {}", m_name, printable(tensor.name()), size);
            shape.push_back(std::size_t(size));
        }
        const auto elements = checkedProduct(shape);
        if (!elements || *elements > std::uint64_t{1} << 40)
            return fail(
                ErrorCode::InvalidInput, "{}: '{}' has the shape [{}], which is too large", m_name,
                printable(tensor.name()), fmt::join(shape, ", "));
        return shape;
    }

    /// The numbers of a small tensor, from whichever field holds them, as f32.
    Result<Tensor> valuesOf(
        const proto::TensorProto& tensor, const TypeRow& type, const Shape& shape, std::span<const std::byte> raw,
        bool isRaw) const
    {
        const std::size_t count = TensorType{nullptr, shape}.elements();
        std::vector<float> values;
        const auto assign = [&](const auto& field) { values.assign(field.begin(), field.end()); };
        const auto cast = [&]<typename T>(T) {
            if (raw.size() != count * sizeof(T))
                return;
            for (std::size_t i = 0; i < count; ++i) {
                T value;
                std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
                values.push_back(float(value));
            }
        };
        if (count > mostConstantElements && type.integer)
            return fail(ErrorCode::Unsupported, "{}: '{}' has {} whole numbers", m_name, printable(tensor.name()), count);
        if (isRaw && !type.format.empty() && raw.size() == count * type.bytes)
            return Tensor(TensorType{parseNumberFormat(type.format).value(), shape}, raw, m_owner);
        if (isRaw) {
            switch (type.id) {
            case 2: case 9: cast(std::uint8_t{}); break;
            case 3: cast(std::int8_t{}); break;
            case 4: cast(std::uint16_t{}); break;
            case 5: cast(std::int16_t{}); break;
            case 6: cast(std::int32_t{}); break;
            case 7: cast(std::int64_t{}); break;
            case 12: cast(std::uint32_t{}); break;
            case 13: cast(std::uint64_t{}); break;
            case 21: case 22: // the first of two in the low half; 22 is signed
                for (std::size_t i = 0; raw.size() == (count + 1) / 2 && i < count; ++i) {
                    const int code = std::to_integer<int>(raw[i / 2] >> (i % 2 * 4)) & 15;
                    values.push_back(float(type.id == 22 && code > 7 ? code - 16 : code));
                }
                break;
            default: break;
            }
        } else if (type.id == 1) {
            assign(tensor.float_data());
        } else if (type.id == 7) {
            assign(tensor.int64_data());
        } else if (type.id == 11) {
            assign(tensor.double_data());
        } else if (type.id == 12 || type.id == 13) {
            assign(tensor.uint64_data());
        } else if (type.id == 10 || type.id == 16) {
            // 16-bit floats stand as bit patterns among the int32 values.
            std::vector<std::byte> halves;
            for (const std::int32_t bits : tensor.int32_data()) {
                halves.push_back(std::byte(bits & 255));
                halves.push_back(std::byte(bits >> 8 & 255));
            }
            if (halves.size() == count * 2)
                return Tensor::adopt({parseNumberFormat(type.format).value(), shape}, std::move(halves));
        } else {
            assign(tensor.int32_data());
        }
        if (values.size() != count)
            return fail(
                ErrorCode::InvalidInput, "{}: '{}' has {} numbers, its shape [{}] asks for {}", m_name,
                printable(tensor.name()), values.size(), fmt::join(shape, ", "), count);
        return Tensor::adoptFloats(shape, std::move(values));
    }

    Result<std::pair<std::span<const std::byte>, std::shared_ptr<const void>>>
    externalData(const proto::TensorProto& tensor)
    {
        std::string location;
        std::uint64_t offset = 0;
        std::optional<std::uint64_t> length;
        for (const auto& entry : tensor.external_data()) {
            if (entry.key() == "location")
                location = entry.value();
            else if (entry.key() == "offset")
                offset = std::strtoull(entry.value().c_str(), nullptr, 10);
            else if (entry.key() == "length")
                length = std::strtoull(entry.value().c_str(), nullptr, 10);
        }
        const fs::path relative = fs::path(location).lexically_normal();
        if (location.empty() || relative.is_absolute() || *relative.begin() == "..")
            return fail(
                ErrorCode::InvalidInput, "{}: initializer '{}' lies in '{}', which is not beside the model", m_name,
                printable(tensor.name()), printable(location));
        auto& file = m_external[location];
        if (file == nullptr)
            file = TRY(MappedFile::open(m_folder / relative));
        const auto bytes = file->bytes();
        if (offset > bytes.size() || (length && *length > bytes.size() - offset))
            return fail(
                ErrorCode::InvalidInput, "{}: initializer '{}' lies at {} of '{}', which has {} bytes", m_name,
                printable(tensor.name()), offset, printable(location), bytes.size());
        return std::pair{
            bytes.subspan(offset, length.value_or(bytes.size() - offset)), std::shared_ptr<const void>(file)};
    }

    static OperatorValue valueOf(const proto::ValueInfoProto& info)
    {
        OperatorValue value{.name = info.name()};
        const auto& tensor = info.type().tensor_type();
        value.elementType = tensor.elem_type();
        value.hasShape = tensor.has_shape();
        for (const auto& size : tensor.shape().dim()) {
            value.shape.push_back(
                size.has_dim_value() && size.dim_value() > 0 ? std::optional(size.dim_value()) : std::nullopt);
            value.dimensionNames.push_back(size.dim_param());
        }
        return value;
    }

    Result<OperatorNode> nodeOf(const proto::NodeProto& node, std::size_t position) const
    {
        OperatorNode result{.domain = node.domain() == "ai.onnx" ? std::string() : node.domain(), .type = node.op_type()};
        result.name = node.name().empty() ? fmt::format("{}_{}", node.op_type(), position) : node.name();
        result.inputs.assign(node.input().begin(), node.input().end());
        result.outputs.assign(node.output().begin(), node.output().end());
        for (const auto& attribute : node.attribute()) {
            OperatorAttribute& to = result.attributes[attribute.name()];
            switch (attribute.type()) {
            case proto::AttributeProto::INT: to = std::int64_t(attribute.i()); break;
            case proto::AttributeProto::FLOAT: to = double(attribute.f()); break;
            case proto::AttributeProto::STRING: to = attribute.s(); break;
            case proto::AttributeProto::INTS:
                to = std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end());
                break;
            case proto::AttributeProto::FLOATS:
                to = std::vector<double>(attribute.floats().begin(), attribute.floats().end());
                break;
            case proto::AttributeProto::STRINGS:
                to = std::vector<std::string>(attribute.strings().begin(), attribute.strings().end());
                break;
            case proto::AttributeProto::TENSOR: {
                const TypeRow* const type = findType(attribute.t().data_type());
                if (type == nullptr)
                    return fail(
                        ErrorCode::Unsupported, "{}: node '{}' has a constant of element type {}, which is not read",
                        m_name, result.name, attribute.t().data_type());
                const auto raw = std::as_bytes(std::span(attribute.t().raw_data()));
                const Tensor values = TRY(valuesOf(
                    attribute.t(), *type, TRY(shapeOf(attribute.t())), raw, attribute.t().has_raw_data()));
                // The message goes; its numbers stay.
                to = OperatorConstant{Tensor::adoptFloats(values.type().shape, values.toFloats()), type->id};
                break;
            }
            default: result.refused = attribute.name(); break;
            }
        }
        return result;
    }

    std::string m_name;
    std::shared_ptr<const void> m_owner;
    fs::path m_folder;
    std::map<std::string, std::shared_ptr<const MappedFile>> m_external;
};

} // namespace

bool sniff(const fs::path& path, std::span<const std::byte> head)
{
    if (head.size() < 3)
        return false;
    // ir_version comes first with every writer: field 1, a small varint, then another field of ModelProto.
    constexpr std::uint8_t following[] = {0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72};
    const auto at = [&](std::size_t i) { return std::to_integer<std::uint8_t>(head[i]); };
    return path.extension() == ".onnx"
        || (at(0) == 0x08 && at(1) >= 3 && at(1) < 32 && std::ranges::find(following, at(2)) != std::end(following));
}

Result<ModelFile> parse(
    std::span<const std::byte> bytes, const std::string& name, std::shared_ptr<const void> owner,
    const fs::path& folder)
{
    return Reader(name, std::move(owner), folder).read(bytes);
}

Result<ModelFile> read(const fs::path& path)
{
    auto file = TRY(MappedFile::open(path));
    const auto bytes = file->bytes();
    return parse(bytes, path.filename().string(), std::move(file), path.parent_path());
}

} // namespace tritloom::onnx
