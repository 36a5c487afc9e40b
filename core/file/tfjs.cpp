#include "core/file/tfjs.h"

#include "core/base/checked.h"
#include "core/file/json.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace tritloom::tfjs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostDimensions = 8;
constexpr std::uint64_t mostElements = std::uint64_t{1} << 40;

/// How numbers lie in a shard.
struct TypeRow {
    std::string_view name, format; ///< format "": values are turned into f32
    std::size_t bytes;
};
constexpr TypeRow types[] = {{"float32", "f32", 4}, {"int32", "i32", 4}, {"uint8", "", 1}, {"bool", "", 1}};
constexpr TypeRow quantizedTypes[] = {{"float16", "f16", 2}, {"uint8", "", 1}, {"uint16", "", 2}};

struct Weight {
    std::string name;
    Shape shape;
    const TypeRow* type = nullptr;
    bool isQuantized = false; ///< value = stored * scale + least
    double scale = 1, least = 0;
    std::uint64_t bytes = 0;
};

Result<Weight> weightOf(const Json& entry, const std::string& file)
{
    Weight weight;
    weight.name = jsonText(entry, "name").value_or("");
    const Json* const shape = jsonMember(entry, "shape");
    const auto type = jsonText(entry, "dtype");
    if (weight.name.empty() || shape == nullptr || !shape->is_array() || !type)
        return fail(ErrorCode::InvalidInput, "{}: a weight without name, shape or dtype", file);
    const std::string where = fmt::format("{}: weight '{}'", file, weight.name);
    if (shape->size() > mostDimensions)
        return fail(ErrorCode::InvalidInput, "{} has {} dimensions", where, shape->size());
    std::uint64_t elements = 1;
    for (const Json& size : *shape) {
        const bool isSize = size.is_number_unsigned() && size.get<std::uint64_t>() > 0;
        const auto product = isSize ? checkedMultiply(elements, size.get<std::uint64_t>()) : std::nullopt;
        if (!product || *product > mostElements)
            return fail(ErrorCode::InvalidInput, "{} has the shape {}", where, shape->dump());
        elements = *product;
        weight.shape.push_back(size.get<std::size_t>());
    }
    if (weight.shape.empty())
        weight.shape = {1};
    const auto rowOf = [](std::span<const TypeRow> rows, std::string_view name) {
        const auto row = std::ranges::find(rows, name, &TypeRow::name);
        return row == rows.end() ? nullptr : &*row;
    };
    weight.type = rowOf(types, *type);
    if (weight.type == nullptr)
        return fail(
            ErrorCode::Unsupported, "{} is stored as {}, which no layer here computes with", where, *type);
    if (const Json* const how = jsonMember(entry, "quantization")) {
        const std::string stored = jsonText(*how, "dtype").value_or("?");
        weight.type = rowOf(quantizedTypes, stored);
        if (weight.type == nullptr)
            return fail(
                ErrorCode::Unsupported, "{} is quantized to {}, only float16, uint8 and uint16 are known",
                where, stored);
        weight.isQuantized = weight.type->format.empty();
        const auto scale = jsonNumber(*how, "scale"), least = jsonNumber(*how, "min");
        if (weight.isQuantized && !(scale && least && std::isfinite(*scale) && std::isfinite(*least)))
            return fail(ErrorCode::InvalidInput, "{} is quantized without a finite scale and min", where);
        weight.scale = scale.value_or(1);
        weight.least = least.value_or(0);
    }
    weight.bytes = elements * weight.type->bytes;
    return weight;
}

Tensor tensorOf(const Weight& weight, std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
{
    if (!weight.type->format.empty())
        return Tensor(
            {parseNumberFormat(weight.type->format).value(), weight.shape}, bytes, std::move(owner));
    std::vector<float> values;
    values.reserve(bytes.size() / weight.type->bytes);
    for (std::size_t i = 0; i < bytes.size(); i += weight.type->bytes) {
        unsigned code = std::to_integer<unsigned>(bytes[i]);
        if (weight.type->bytes == 2)
            code |= std::to_integer<unsigned>(bytes[i + 1]) << 8;
        values.push_back(float(double(code) * weight.scale + weight.least));
    }
    return Tensor::adoptFloats(weight.shape, std::move(values));
}

class Reader {
public:
    Reader(const std::string& name, const NamedParts& parts)
        : m_name(name)
        , m_parts(parts)
    {
    }

    /// One group of the manifest: shards one after the other are a stream of bytes, weights one after the
    /// other its content.
    Result<void> readGroup(const Json& group)
    {
        const Json *const paths = jsonMember(group, "paths"), *const weights = jsonMember(group, "weights");
        if (paths == nullptr || !paths->is_array() || weights == nullptr || !weights->is_array())
            return fail(
                ErrorCode::InvalidInput, "{}: a group of its manifest lacks paths or weights", m_name);
        std::vector<NamedPart> shards;
        std::uint64_t there = 0;
        for (const Json& path : *paths) {
            if (!path.is_string())
                return fail(ErrorCode::InvalidInput, "{}: the name of a shard is no text", m_name);
            const auto name = path.get<std::string>();
            if (!m_shards.insert(fs::path(name).lexically_normal().string()).second)
                return fail(ErrorCode::InvalidInput, "{}: the shard '{}' is named twice", m_name, name);
            shards.push_back(TRY(m_parts(name)));
            there += shards.back().bytes.size();
        }
        std::uint64_t offset = 0;
        for (const Json& entry : *weights) {
            const Weight weight = TRY(weightOf(entry, m_name));
            if (!m_names.insert(weight.name).second)
                return fail(ErrorCode::InvalidInput, "{}: two weights are called '{}'", m_name, weight.name);
            if (weight.bytes > there - offset)
                return fail(
                    ErrorCode::InvalidInput,
                    "{}: weight '{}' needs bytes {} to {} of its shards ({}), which have {}", m_name,
                    weight.name, offset, offset + weight.bytes, paths->dump(), there);
            const NamedPart part = partAt(shards, offset, weight.bytes);
            m_quantized += weight.isQuantized ? 1 : 0;
            m_model.tensors.push_back(
                {.name = weight.name,
                 .shape = weight.shape,
                 .stored = tensorOf(weight, part.bytes, part.owner),
                 .fileName = {},
                 .fileShape = {}});
            offset += weight.bytes;
        }
        if (offset != there)
            return fail(
                ErrorCode::InvalidInput, "{}: the shards {} have {} bytes, their weights are {}", m_name,
                paths->dump(), there, offset);
        return {};
    }

    ModelFile finish() &&
    {
        if (m_quantized > 0)
            m_model.notices.push_back(
                fmt::format("{} quantized weights were decoded to 32-bit floats", m_quantized));
        return std::move(m_model);
    }
    [[nodiscard]] ModelFile& model() { return m_model; }

private:
    /// Bytes of the stream: where they lie, or a copy of those that several shards hold.
    static NamedPart partAt(const std::vector<NamedPart>& shards, std::uint64_t offset, std::uint64_t bytes)
    {
        std::vector<std::byte> joined;
        for (const NamedPart& shard : shards) {
            if (offset >= shard.bytes.size()) {
                offset -= shard.bytes.size();
                continue;
            }
            const auto here = std::min<std::uint64_t>(bytes - joined.size(), shard.bytes.size() - offset);
            const auto part = shard.bytes.subspan(offset, here);
            if (here == bytes)
                return {part, shard.owner};
            joined.insert(joined.end(), part.begin(), part.end());
            offset = 0;
            if (joined.size() == bytes)
                break;
        }
        auto owner = std::make_shared<const std::vector<std::byte>>(std::move(joined));
        return {*owner, owner};
    }

    const std::string& m_name;
    const NamedParts& m_parts;
    ModelFile m_model;
    std::set<std::string> m_shards, m_names;
    std::size_t m_quantized = 0;
};

bool looksLike(std::string_view begin)
{
    const std::size_t first = begin.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || (begin[first] != '{' && begin[first] != '['))
        return false;
    const auto has = [&](std::string_view key) { return begin.find(key) != std::string_view::npos; };
    if (begin[first] == '[') // a manifest of the older converter, alone
        return has("\"paths\"") && has("\"weights\"");
    return has("\"modelTopology\"") || has("\"weightsManifest\"");
}

Result<ModelFile> modelOf(const Json& root, const std::string& name, const NamedParts& parts)
{
    const Json* const groups = root.is_array() ? &root : jsonMember(root, "weightsManifest");
    if (groups == nullptr || !groups->is_array() || groups->empty())
        return fail(
            ErrorCode::InvalidInput, "{}: it has no weightsManifest, so there are no weights to read", name);
    Reader reader(name, parts);
    for (const Json& group : *groups)
        TRY_VOID(reader.readGroup(group));
    if (reader.model().tensors.empty())
        return fail(ErrorCode::InvalidInput, "{}: its manifest names no weight", name);
    Metadata& metadata = reader.model().metadata;
    if (const Json* const topology = jsonMember(root, "modelTopology"))
        metadata.set("tfjs.topology", topology->dump());
    for (const char* key : {"format", "generatedBy", "convertedBy"})
        if (const auto text = jsonText(root, key))
            metadata.set(fmt::format("general.tfjs.{}", key), *text);
    return std::move(reader).finish();
}

} // namespace

bool sniff(const fs::path& path, std::span<const std::byte> head)
{
    if (!head.empty())
        return looksLike({reinterpret_cast<const char*>(head.data()), head.size()});
    return looksLike(beginOf(path / "model.json")) || looksLike(beginOf(path / "weights_manifest.json"));
}

Result<ModelFile> parse(std::string_view json, const std::string& name, const NamedParts& parts)
{
    return modelOf(TRY(parseJson(json, name)), name, parts);
}

Result<ModelFile> read(const fs::path& path)
{
    std::error_code none;
    fs::path file = path;
    if (fs::is_directory(path, none))
        file = fs::is_regular_file(path / "model.json", none) ? path / "model.json"
                                                              : path / "weights_manifest.json";
    const std::string name = file.filename().string();
    ModelFile model = TRY(modelOf(TRY(readJson(file)), name, partsOf(file.parent_path())));
    const fs::path folder = fs::absolute(file).parent_path();
    model.metadata.set("general.name", folder.filename().string());
    return model;
}

} // namespace tritloom::tfjs
