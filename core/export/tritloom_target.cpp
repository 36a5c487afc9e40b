#include "core/export/tritloom_target.h"

#include "core/architecture/prepared_file.h"
#include "core/base/key.h"
#include "core/base/part_file.h"
#include "core/base/utf8.h"
#include "core/file/base_files.h"
#include "core/file/replaced_tensor.h"
#include "core/file/tritloom_file.h"
#include "core/file/tritloom_operators.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

namespace tritloom {
namespace {

constexpr std::uint64_t largestHeader = 100'000'000; // of safetensors

/// Data entries as they are written, and the texts that describe them.
class Contents {
public:
    /// base: null where the file is to hold all itself.
    Contents(PartFile& data, const ModelFile& model, const ModelFile* base)
        : m_data(data)
        , m_base(base)
        , m_hasPlaces(tritloomFile::needsVersion2(model))
        , m_isVersion2(m_hasPlaces)
    {
    }

    Result<void> add(const OperatorGraph& operators)
    {
        m_operators =
            TRY(tritloomFile::operatorsJson(operators, [this](const std::string& name, const Tensor& tensor) {
                return entry(name, tensor);
            }));
        return {};
    }

    Result<void> add(const NamedTensor& tensor, const CompressedLayer& layer)
    {
        Json object;
        if (!layer.isReplacement()) {
            object = TRY(entry(tensor.name, m_hasPlaces ? asStored(tensor, layer.tensor()) : layer.tensor()));
        } else {
            const LayerReplacement& replacement = *layer.replacement();
            object = tritloomFile::graphJson(replacement.graph);
            m_isVersion2 = m_isVersion2 || tritloomFile::needsVersion2(replacement.graph);
            Json parts = Json::array();
            for (const LayerReplacement::Part& part : replacement.parts) {
                Json described = TRY(
                    part.isShared && m_base != nullptr ? reference(tensor.name, part.tensor)
                                                       : entry(tensor.name + "#" + part.name, part.tensor));
                described["name"] = part.name;
                described["shared"] = part.isShared;
                parts.push_back(std::move(described));
                m_sharedBytes += part.isShared ? part.tensor.bytes().size() : 0;
            }
            object["parts"] = std::move(parts);
            object["outputs"] = replacement.outputs;
            object["inputs"] = replacement.inputs;
        }
        object["name"] = tensor.name;
        if (m_hasPlaces)
            addPlace(tensor, object);
        m_tensors.push_back(std::move(object));
        return {};
    }

    /// Padded to 8 bytes, its length in front.
    [[nodiscard]] std::string header(const ModelFile& model) const
    {
        std::string text(tritloomFile::beginning);
        text += fmt::format(
            R"(,"version":"{}","rotate_half":"{}")", m_base != nullptr ? 3 : m_isVersion2 ? 2 : 1,
            model.rotateHalf ? 1 : 0);
        if (m_base != nullptr)
            text += ",\"base\":" + Json(baseName(m_base->path)).dump();
        text += ",\"model\":" + Json(tritloomFile::metadataJson(model.metadata).dump()).dump();
        text += ",\"tensors\":" + Json(m_tensors.dump()).dump();
        if (!m_operators.is_null())
            text += ",\"operators\":" + Json(m_operators.dump()).dump();
        text += "}";
        for (const auto& [name, offsets] : m_entries)
            text += fmt::format(
                ",{}:{{\"dtype\":\"U8\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", Json(name).dump(),
                offsets.second - offsets.first, offsets.first, offsets.second);
        text += "}";
        text.resize((text.size() + 7) / 8 * 8, ' ');
        const std::uint64_t length = text.size();
        std::string whole(8, '\0');
        std::memcpy(whole.data(), &length, sizeof length);
        return whole + text;
    }
    [[nodiscard]] const std::vector<Key>& keys() const { return m_keys; } ///< of all tensors' bytes
    [[nodiscard]] std::uint64_t dataBytes() const { return m_end; }
    [[nodiscard]] std::uint64_t sharedBytes() const { return m_sharedBytes; }

private:
    static void addPlace(const NamedTensor& tensor, Json& object)
    {
        if (tensor.role != NamedTensor::Role::ByName)
            object["role"] = tensor.role == NamedTensor::Role::Layer ? "layer" : "other";
        if (!tensor.fileShape.empty())
            object["file_shape"] = tensor.fileShape;
        if (!tensor.fileName.empty())
            object["file_name"] = tensor.fileName;
        if (tensor.layout == Layout::Transposed)
            object["transposed"] = true;
    }

    /// A tensor that lies in the base. Errors: InvalidInput (another one does).
    Result<Json> reference(const std::string& name, const Tensor& tensor)
    {
        const NamedTensor* const found = m_base->find(name);
        const Tensor there = found == nullptr ? Tensor() : TRY(materialise(*found));
        const auto bytes = tensor.bytes(), others = there.bytes();
        if (found == nullptr || there.type().format->id() != tensor.type().format->id()
            || (bytes.data() != others.data() && !std::ranges::equal(bytes, others)))
            return fail(
                ErrorCode::InvalidInput, "'{}': what it is a difference to does not lie in {}", name,
                m_base->path.string());
        m_keys.push_back(keyOf(bytes));
        return Json{
            {"shape", tensor.type().shape},
            {"format", tensor.type().format->id()},
            {"in_base", {{"tensor", name}, {"key", tritloomFile::baseKey(tensor)}}}};
    }

    Result<Json> entry(std::string name, const Tensor& tensor)
    {
        Json object{{"shape", tensor.type().shape}, {"format", tensor.type().format->id()}};
        m_keys.push_back(keyOf(tensor.bytes()));
        m_isVersion2 = m_isVersion2 || tensor.type().shape.empty() || tensor.bytes().empty();
        if (tensor.bytes().empty())
            return object;
        while (!m_names.insert(name).second)
            name += "'";
        TRY_VOID(m_data.write(tensor.bytes()));
        object["data"] = name;
        m_entries.emplace_back(std::move(name), std::pair{m_end, m_end + tensor.bytes().size()});
        m_end += tensor.bytes().size();
        return object;
    }

    PartFile& m_data;
    const ModelFile* m_base = nullptr;
    bool m_hasPlaces = false; ///< tensors say what only version 2 does
    bool m_isVersion2 = false; ///< so does that, or what readers of version 1 would take for broken
    Json m_tensors = Json::array(), m_operators;
    std::set<std::string> m_names{"__metadata__"}; ///< that are taken
    std::vector<std::pair<std::string, std::pair<std::uint64_t, std::uint64_t>>> m_entries;
    std::vector<Key> m_keys;
    std::uint64_t m_end = 0, m_sharedBytes = 0;
};

/// What is in a file that was read back, in the order in which it was written.
Result<std::vector<Key>> keysOf(const ModelFile& file)
{
    std::vector<Key> keys;
    if (file.operators)
        TRY(tritloomFile::operatorsJson(*file.operators, [&keys](const std::string&, const Tensor& tensor) {
            keys.push_back(keyOf(tensor.bytes()));
            return Result<Json>(Json::object());
        }));
    for (const NamedTensor& tensor : file.tensors) {
        if (!tensor.replacement)
            keys.push_back(keyOf(tensor.stored.bytes()));
        else
            for (const LayerReplacement::Part& part : tensor.replacement->parts)
                keys.push_back(keyOf(part.tensor.bytes()));
    }
    return keys;
}

/// Whether both compute the same by their operators, if they have some.
bool isSameGraph(const ModelFile& a, const ModelFile& b)
{
    const auto textOf = [](const ModelFile& file) {
        const auto shapes = [](const std::string&, const Tensor& tensor) {
            return Result<Json>(Json{{"shape", tensor.type().shape}});
        };
        return file.operators ? tritloomFile::operatorsJson(*file.operators, shapes).value_or(Json())
                              : Json();
    };
    return textOf(a) == textOf(b);
}

/// What readers refuse of shapes and operator graphs, before hours are spent on layers.
Result<void> checkLimits(const ModelFile& model)
{
    const auto check = [](const std::string& name, const Shape& shape) -> Result<void> {
        if (shape.size() > tritloomFile::mostDimensions)
            return fail(
                ErrorCode::Unsupported, "'{}' has {} dimensions, {} can be kept", printable(name),
                shape.size(), tritloomFile::mostDimensions);
        return {};
    };
    for (const NamedTensor& tensor : model.tensors)
        for (const Shape& shape : {tensor.shape, tensor.fileShape})
            TRY_VOID(check(tensor.name, shape));
    if (!model.operators)
        return {};
    TRY(tritloomFile::operatorsJson(
        *model.operators, [&check](const std::string& name, const Tensor& tensor) -> Result<Json> {
            TRY_VOID(check(name, tensor.type().shape));
            return Json::object();
        }));
    return {};
}

enum class Fault { None, Text, Number };

/// What JSON cannot hold of it.
Fault faultOf(const MetadataValue& value)
{
    return std::visit(
        [](const auto& held) {
            using Held = std::decay_t<decltype(held)>;
            const auto check = [](const auto& one) {
                using One = std::decay_t<decltype(one)>;
                if constexpr (std::is_same_v<One, std::string>)
                    return isUtf8(one) ? Fault::None : Fault::Text;
                else if constexpr (std::is_floating_point_v<One>)
                    return std::isfinite(one) ? Fault::None : Fault::Number;
                else
                    return Fault::None;
            };
            if constexpr (std::is_same_v<Held, std::string> || std::is_arithmetic_v<Held>) {
                return check(held);
            } else {
                if constexpr (!std::is_same_v<Held, std::vector<bool>>)
                    for (const auto& one : held)
                        if (const Fault fault = check(one); fault != Fault::None)
                            return fault;
                return Fault::None;
            }
        },
        value);
}

} // namespace

std::vector<std::string> checkTritloom(const ModelFile& model, std::span<const std::string> formats)
{
    std::vector<std::string> problems;
    std::vector<std::string_view> names;
    for (const NamedTensor& tensor : model.tensors) {
        names.emplace_back(tensor.name);
        if (!isUtf8(tensor.name) || !isUtf8(tensor.fileName))
            problems.push_back(
                fmt::format("the name of a tensor is not UTF-8: '{}'", printable(tensor.name)));
    }
    for (const auto& [key, value] : model.metadata.entries()) {
        const Fault fault = isUtf8(key) ? faultOf(value) : Fault::Text;
        if (fault == Fault::Text)
            problems.push_back(fmt::format("the metadata entry '{}' is not UTF-8", printable(key)));
        else if (fault == Fault::Number)
            problems.push_back(fmt::format("the metadata entry '{}' is NaN or infinite", printable(key)));
    }
    if (model.operators)
        if (const auto check = checkOperators(*model.operators, names); !check)
            problems.push_back(check.error().message);
    if (const auto check = checkLimits(model); !check)
        problems.push_back(check.error().message);
    for (std::size_t i = 0; i < formats.size() && i < model.tensors.size(); ++i)
        if (const auto format = parseNumberFormat(formats[i]); !format)
            problems.push_back(fmt::format("{}: {}", model.tensors[i].name, format.error().message));
    return problems;
}

namespace {

/// base: null where the file is to hold all itself.
Result<WrittenFile> write(const ExportRequest& request, const ModelFile* base)
{
    if (const auto problems = checkTritloom(request.model, request.formats); !problems.empty())
        return fail(ErrorCode::InvalidInput, "{}", problems.front());
    // Sizes are known once methods have run, so the data come first, and the header is put before them.
    PartFile file = TRY(PartFile::create(request.path));
    Contents contents(file, request.model, base);
    if (request.model.operators)
        TRY_VOID(contents.add(*request.model.operators));
    for (std::size_t i = 0; i < request.model.tensors.size(); ++i) {
        if (request.stop.stop_requested())
            return fail(
                ErrorCode::Cancelled, "cancelled at tensor {} of {}", i, request.model.tensors.size());
        const CompressedLayer layer = request.layer
            ? TRY(request.layer(i))
            : CompressedLayer(TRY(request.tensor(i, request.formats[i])));
        TRY_VOID(contents.add(request.model.tensors[i], layer));
        request.progress(0.95 * double(i + 1) / double(request.model.tensors.size()));
    }
    if (base != nullptr && contents.sharedBytes() == 0)
        return fail(
            ErrorCode::InvalidInput,
            "no layer is stored as a difference to {}: choose bitdelta, or the target 'tritloom', which holds all",
            base->path.string());
    const std::string header = contents.header(request.model);
    if (header.size() > largestHeader)
        return fail(
            ErrorCode::Unsupported, "{}: the header would have {} bytes, safetensors allows {}",
            request.path.string(), header.size(), largestHeader);
    TRY_VOID(file.prepend(std::as_bytes(std::span(header))));
    TRY_VOID(file.sync());
    BaseFiles bases(
        base == nullptr ? std::vector<std::filesystem::path>() : std::vector{base->path}, preparedFile);
    const ModelFile found = TRY(tritloomFile::read(file.path(), &bases));
    if (TRY(keysOf(found)) != contents.keys() || !isSameGraph(request.model, found))
        return fail(ErrorCode::Io, "{}: what is read back is not what was written", request.path.string());
    TRY_VOID(file.commit());
    request.progress(1);
    WrittenFile written{
        .fileBytes = header.size() + contents.dataBytes(),
        .readBack = fmt::format("{} tensors have the bytes that were written", found.tensors.size())};
    if (base != nullptr) {
        written.weightBytes = contents.dataBytes();
        written.notices.push_back(fmt::format(
            "{} bytes of {} are not in the file, which opens where that lies beside it or is named",
            contents.sharedBytes(), baseName(base->path)));
    } else if (contents.sharedBytes() > 0) {
        written.notices.push_back(fmt::format(
            "{} bytes of the base model are in the file, so that it opens alone", contents.sharedBytes()));
    }
    return written;
}

} // namespace

Result<WrittenFile> exportTritloom(const ExportRequest& request)
{
    return write(request, nullptr);
}

std::optional<std::string> whyNotBeside(const ModelFile& base, const std::filesystem::path& path)
{
    if (baseName(base.path) != baseName(path))
        return std::nullopt;
    return fmt::format(
        "{}: the model that this one was tuned from has the same name and is looked for by it: choose another name",
        path.string());
}

Result<WrittenFile> exportTritloomDelta(const ExportRequest& request)
{
    if (request.base == nullptr)
        return fail(
            ErrorCode::InvalidInput,
            "this kind of file holds differences to the model that this one was tuned from: name that one (--base)");
    if (const auto why = whyNotBeside(*request.base, request.path))
        return fail(ErrorCode::InvalidInput, "{}", *why);
    return write(request, request.base);
}

} // namespace tritloom
