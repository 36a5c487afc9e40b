#include "core/export/tritloom_target.h"

#include "core/base/key.h"
#include "core/base/part_file.h"
#include "core/file/tritloom_file.h"

#include <cstring>

namespace tritloom {
namespace {

/// Data entries as they are written, and the texts that describe them.
class Contents {
public:
    explicit Contents(PartFile& data)
        : m_data(data)
    {
    }

    Result<void> add(const NamedTensor& tensor, const CompressedLayer& layer)
    {
        if (!layer.isReplacement()) {
            Json object = TRY(entry(tensor.name, layer.tensor()));
            object["name"] = tensor.name;
            m_tensors.push_back(std::move(object));
            return {};
        }
        const LayerReplacement& replacement = *layer.replacement();
        Json object = tritloomFile::graphJson(replacement.graph), parts = Json::array();
        for (const LayerReplacement::Part& part : replacement.parts) {
            Json described = TRY(entry(tensor.name + "#" + part.name, part.tensor));
            described["name"] = part.name;
            described["shared"] = part.isShared;
            parts.push_back(std::move(described));
            m_sharedBytes += part.isShared ? part.tensor.bytes().size() : 0;
        }
        object["name"] = tensor.name;
        object["parts"] = std::move(parts);
        object["outputs"] = replacement.outputs;
        object["inputs"] = replacement.inputs;
        m_tensors.push_back(std::move(object));
        return {};
    }

    /// Padded to 8 bytes, its length in front.
    [[nodiscard]] std::string header(const ModelFile& model) const
    {
        std::string text(tritloomFile::beginning);
        text += R"(,"version":"1","rotate_half":")" + std::string(model.rotateHalf ? "1" : "0") + "\"";
        text += ",\"model\":" + Json(tritloomFile::metadataJson(model.metadata).dump()).dump();
        text += ",\"tensors\":" + Json(m_tensors.dump()).dump() + "}";
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
    [[nodiscard]] const std::vector<Key>& keys() const { return m_keys; } ///< of all entries' bytes
    [[nodiscard]] std::uint64_t dataBytes() const { return m_end; }
    [[nodiscard]] std::uint64_t sharedBytes() const { return m_sharedBytes; }

private:
    Result<Json> entry(const std::string& name, const Tensor& tensor)
    {
        TRY_VOID(m_data.write(tensor.bytes()));
        m_keys.push_back(keyOf(tensor.bytes()));
        m_entries.emplace_back(name, std::pair{m_end, m_end + tensor.bytes().size()});
        m_end += tensor.bytes().size();
        return Json{{"shape", tensor.type().shape}, {"format", tensor.type().format->id()}, {"data", name}};
    }

    PartFile& m_data;
    Json m_tensors = Json::array();
    std::vector<std::pair<std::string, std::pair<std::uint64_t, std::uint64_t>>> m_entries;
    std::vector<Key> m_keys;
    std::uint64_t m_end = 0, m_sharedBytes = 0;
};

} // namespace

std::vector<std::string> checkTritloom(const ModelFile& model, std::span<const std::string> formats)
{
    std::vector<std::string> problems;
    if (model.operators != nullptr)
        problems.emplace_back(
            "a Tritloom file keeps no graph of operators: models from ONNX files stay there");
    for (const NamedTensor& tensor : model.tensors)
        if (!tensor.fileShape.empty() && problems.empty())
            problems.emplace_back("a Tritloom file keeps language models so far, not networks on pictures");
    for (std::size_t i = 0; i < formats.size() && i < model.tensors.size(); ++i)
        if (const auto format = parseNumberFormat(formats[i]); !format)
            problems.push_back(fmt::format("{}: {}", model.tensors[i].name, format.error().message));
    return problems;
}

Result<WrittenFile> exportTritloom(const ExportRequest& request)
{
    if (const auto problems = checkTritloom(request.model, request.formats); !problems.empty())
        return fail(ErrorCode::InvalidInput, "{}", problems.front());
    // Sizes are known once methods have run, so the data come first, into a file of their own.
    PartFile data = TRY(PartFile::create(request.path.string() + ".data"));
    Contents contents(data);
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
    const std::string header = contents.header(request.model);
    if (header.size() > 100'000'000)
        return fail(
            ErrorCode::Unsupported, "{}: the header would have {} bytes, safetensors allows 100,000,000",
            request.path.string(), header.size());
    PartFile file = TRY(PartFile::create(request.path, header.size() + data.position()));
    TRY_VOID(file.write(std::as_bytes(std::span(header))));
    TRY_VOID(file.append(data));
    TRY_VOID(file.sync());
    const ModelFile found = TRY(tritloomFile::read(file.path()));
    std::vector<Key> keys;
    for (const NamedTensor& tensor : found.tensors) {
        if (!tensor.replacement)
            keys.push_back(keyOf(tensor.stored.bytes()));
        else
            for (const LayerReplacement::Part& part : tensor.replacement->parts)
                keys.push_back(keyOf(part.tensor.bytes()));
    }
    if (keys != contents.keys())
        return fail(
            ErrorCode::Io, "{}: what is read back is not what was written", request.path.string());
    TRY_VOID(file.commit());
    request.progress(1);
    WrittenFile written{
        .fileBytes = header.size() + contents.dataBytes(),
        .readBack = fmt::format("{} tensors have the bytes that were written", found.tensors.size())};
    if (contents.sharedBytes() > 0)
        written.notices.push_back(fmt::format(
            "{} bytes of the base model are in the file, so that it opens alone", contents.sharedBytes()));
    return written;
}

} // namespace tritloom
