#include "core/file/huggingface.h"

#include "core/base/mapped_file.h"
#include "core/base/utf8.h"
#include "core/file/file_halves.h"
#include "core/file/huggingface_arithmetic.h"
#include "core/file/huggingface_packed.h"
#include "core/file/huggingface_tokenizer.h"
#include "core/file/safetensors.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace tritloom::huggingface {
namespace {

namespace fs = std::filesystem;
using safetensors::Entry;

constexpr std::string_view indexName = "model.safetensors.index.json";

bool isFile(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(path, error);
}

/// The weights that belong to what the user opened: an index, or one file. Errors: NotFound, Unsupported, Io.
Result<fs::path> findWeights(const fs::path& path)
{
    const std::string name = path.filename().string();
    std::error_code error;
    const bool isFolder = fs::is_directory(path, error);
    const fs::path folder = isFolder ? path : path.parent_path();
    const bool isPart = name.starts_with("model-") && name.find("-of-") != std::string::npos;
    if (isFolder || isPart || name == "config.json" || name == indexName) {
        if (isFile(folder / indexName))
            return folder / indexName;
        if (!isPart && isFile(folder / "model.safetensors"))
            return folder / "model.safetensors";
    }
    if (!isFolder && name != "config.json")
        return path;

    std::vector<fs::path> found;
    bool hasPickle = false;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        if (at->path().extension() == ".safetensors")
            found.push_back(at->path());
        hasPickle |= at->path().extension() == ".bin" || at->path().extension() == ".pth";
    }
    if (error)
        return fail(ErrorCode::Io, "{}: {}", folder.string(), error.message());
    if (found.size() == 1)
        return found.front();
    if (found.empty())
        return fail(
            ErrorCode::NotFound, "{}: there is no safetensors file in this folder{}", folder.string(),
            hasPickle ? " (pickles like pytorch_model.bin are not read, they can run code)" : "");
    return fail(
        ErrorCode::InvalidInput, "{}: there are {} safetensors files and no {} that orders them",
        folder.string(), found.size(), indexName);
}

/// Bytes that hold four 2-bit codes each, which is no number format: only materialise() looks inside.
class CodeBytes final : public NumberFormat {
public:
    std::string id() const override { return "codes"; }
    std::size_t blockElements() const override { return 1; }
    std::size_t blockBytes() const override { return 1; }
    void encode(std::span<const float> values, std::span<std::byte> packed) const override
    {
        packed[0] =
            static_cast<std::byte>(values[0] > 0 && values[0] < 256 ? static_cast<unsigned>(values[0]) : 0u);
    }
    void decode(std::span<const std::byte> packed, std::span<float> values) const override
    {
        values[0] = static_cast<float>(std::to_integer<unsigned>(packed[0]));
    }
};

/// BitNet's packed weights come with a scale of one element that multiplies ("autobitlinear") or divides.
Result<float> ternaryScale(const Entry& entry, const Entry* scale, const Json& config)
{
    if (!scale)
        return fail(
            ErrorCode::InvalidInput, "{}: tensor '{}' holds packed codes, its weight_scale is missing",
            entry.file, entry.name);
    const Tensor tensor = TRY(safetensors::toTensor(*scale));
    if (tensor.type().elements() != 1 || !tensor.type().format->isFloat())
        return fail(ErrorCode::InvalidInput, "{}: tensor '{}' must be one number", scale->file, scale->name);
    const float value = tensor.toFloats()[0];
    const Json* const quantization = jsonMember(config, "quantization_config");
    const bool multiplies =
        quantization && jsonText(*quantization, "linear_class").value_or("bitlinear") == "autobitlinear";
    const float result = multiplies ? value : 1 / value;
    if (!(result > 0) || result > 3e38f)
        return fail(
            ErrorCode::InvalidInput, "{}: tensor '{}' is {}, no scale", scale->file, scale->name, value);
    return result;
}

/// Transformers' ViT and DeiT, and whatever timm writes: it names its "architecture", and the pictures in
/// "pretrained_cfg" or, in files of before 2023, beside it.
bool isOfPictures(const Json& config)
{
    const std::string type = jsonText(config, "model_type").value_or("");
    return type == "vit" || type == "deit" || jsonMember(config, "pretrained_cfg") != nullptr
        || jsonMember(config, "architecture") != nullptr;
}

class Reader {
public:
    Reader(const Json& config, const Architecture* architecture, ModelFile& model)
        : m_config(config)
        , m_architecture(architecture)
        , m_model(model)
    {
    }

    Result<void> add(const std::vector<Entry>& entries)
    {
        for (const Entry& entry : entries)
            m_entries.emplace(entry.name, &entry);
        m_packed = TRY(findPackedWeights(entries, m_config));
        for (const Entry& entry : entries)
            if (!m_packed.parts.contains(entry.name))
                TRY_VOID(addOne(entry));
        for (const auto& [name, matrix] : m_packed.matrices)
            TRY_VOID(addPacked(name, matrix));
        if (!m_rounded.empty())
            m_model.metadata.set(std::string(roundedInputsKey), std::move(m_rounded));
        if (m_isTernary)
            m_model.notices.push_back("The weights are stored as packed ternary codes");
        if (m_isLatent)
            m_model.notices.push_back(
                "The weights are stored as floats and run as -1, 0 and 1 times one scale a matrix");
        return {};
    }

private:
    Result<void> addOne(const Entry& entry)
    {
        const std::string name = m_architecture ? translateName(entry.name, *m_architecture) : entry.name;
        if (name.empty() || (m_architecture && isScaleOfCodes(entry)))
            return {};
        if (m_architecture && name == "output.weight" && isTied()) {
            m_model.notices.push_back(
                fmt::format("{} is left out, the config ties the head to the embedding", entry.name));
            return {};
        }
        if (!m_names.insert(name).second)
            return fail(
                ErrorCode::InvalidInput, "{}: two tensors mean '{}', the second is '{}'", entry.file,
                printable(name), printable(entry.name));
        NamedTensor tensor{.name = name, .shape = entry.shape, .stored = {}, .fileName = {}};
        if (name != entry.name)
            tensor.fileName = entry.name;
        if (m_architecture && entry.type == "U8" && entry.shape.size() == 2) {
            tensor.layout = Layout::TernaryRows;
            tensor.scale = TRY(ternaryScale(entry, find(scaleName(entry.name)), m_config));
            tensor.shape[0] *= 4;
            static const auto codes = std::make_shared<const CodeBytes>();
            tensor.stored = Tensor({codes, entry.shape}, entry.bytes, entry.owner);
            m_isTernary = true;
            m_rounded.push_back(name);
        } else if (isLatent(entry, name)) {
            auto matrix = std::make_shared<PackedMatrix>(PackedMatrix{
                .order = PackedMatrix::Order::Latent,
                .bits = 2,
                .outputs = entry.shape[0],
                .inputs = entry.shape[1],
                .group = entry.shape[1],
                .codes = TRY(safetensors::toTensor(entry))});
            matrix->format = TRY(packedFormat(*matrix));
            tensor.stored = matrix->codes;
            tensor.layout = Layout::Packed;
            tensor.packed = std::move(matrix);
            m_isLatent = true;
            m_rounded.push_back(name);
        } else {
            tensor.stored = TRY(safetensors::toTensor(entry));
            if (m_architecture && m_architecture->isGpt2 && isConv1d(name)) {
                if (entry.shape.size() != 2)
                    return fail(
                        ErrorCode::InvalidInput, "{}: tensor '{}' has {} dimensions, a matrix is expected",
                        entry.file, entry.name, entry.shape.size());
                tensor.layout = Layout::Transposed;
                tensor.shape = {entry.shape[1], entry.shape[0]};
            }
        }
        m_model.tensors.push_back(std::move(tensor));
        return {};
    }

    Result<void> addPacked(const std::string& fileName, const std::shared_ptr<const PackedMatrix>& matrix)
    {
        const std::string name = m_architecture ? translateName(fileName, *m_architecture) : fileName;
        if (!m_names.insert(name).second)
            return fail(
                ErrorCode::InvalidInput, "two tensors mean '{}', the second is '{}'", printable(name),
                printable(fileName));
        m_model.tensors.push_back(
            {.name = name,
             .shape = {matrix->outputs, matrix->inputs},
             .stored = matrix->codes,
             .layout = Layout::Packed,
             .packed = matrix,
             .fileName = name == fileName ? std::string() : fileName});
        return {};
    }

    bool isTied() const
    {
        return jsonBoolean(m_config, "tie_word_embeddings").value_or(m_architecture->isGpt2);
    }
    /// Whether these floats are rounded to -1, 0 and 1 as the network runs: BitNet before it is packed, as
    /// Transformers says it, and as the first reproduction's own code does.
    bool isLatent(const Entry& entry, std::string_view name) const
    {
        if (m_architecture == nullptr || entry.shape.size() != 2 || entry.shape[0] * entry.shape[1] == 0
            || !name.starts_with("blk.") || !name.ends_with(".weight"))
            return false;
        const Json* const quantization = jsonMember(m_config, "quantization_config");
        if (quantization == nullptr)
            return m_architecture->name == "bitnet" && jsonInteger(m_config, "weight_bits") == 1;
        if (jsonText(*quantization, "quant_method") != "bitnet"
            || jsonText(*quantization, "quantization_mode") != "online")
            return false;
        const Json* const kept = jsonMember(*quantization, "modules_to_not_convert");
        return kept == nullptr || !kept->is_array() || std::ranges::none_of(*kept, [&](const Json& part) {
                   return part.is_string() && entry.name.find(part.get<std::string>()) != std::string::npos;
               });
    }
    static std::string scaleName(std::string_view weight) { return fmt::format("{}_scale", weight); }
    bool isScaleOfCodes(const Entry& entry) const
    {
        constexpr std::string_view end = "_scale";
        if (!entry.name.ends_with(".weight_scale"))
            return false;
        const Entry* const weight = find(entry.name.substr(0, entry.name.size() - end.size()));
        return weight && weight->type == "U8";
    }
    const Entry* find(const std::string& name) const
    {
        const auto at = m_entries.find(name);
        return at == m_entries.end() ? nullptr : at->second;
    }

    const Json& m_config;
    const Architecture* m_architecture;
    ModelFile& m_model;
    std::unordered_map<std::string, const Entry*> m_entries;
    PackedWeights m_packed;
    std::unordered_set<std::string> m_names;
    bool m_isTernary = false, m_isLatent = false;
    std::vector<std::string> m_rounded; ///< names of tensors whose inputs Transformers rounds
};

/// GGUF writers order by layer; safetensors files are ordered by name, "layers.10" before "layers.2".
void sortByLayer(std::vector<NamedTensor>& tensors)
{
    const auto rank = [](const NamedTensor& tensor) -> long {
        if (tensor.name.starts_with("blk."))
            return std::strtol(tensor.name.c_str() + 4, nullptr, 10);
        return tensor.name.starts_with("output") ? 10'000'000 : -1;
    };
    std::ranges::stable_sort(tensors, {}, rank);
}

} // namespace

bool sniff(const fs::path& path, std::span<const std::byte> head)
{
    std::error_code error;
    const std::string name = path.filename().string();
    if (fs::is_directory(path, error)) {
        if (isFile(path / "config.json") || isFile(path / indexName))
            return true;
        for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
            if (at->path().extension() == ".safetensors")
                return true;
        return false;
    }
    if (name == "config.json" || name == indexName)
        return !head.empty() && (head[0] == std::byte{'{'} || head[0] <= std::byte{' '});
    const auto size = fs::file_size(path, error);
    return (!error && safetensors::looksLike(head, size)) || name.ends_with(".safetensors");
}

Result<ModelFile> read(const fs::path& path)
{
    const fs::path weights = TRY(findWeights(path));
    const fs::path folder = weights.parent_path();
    Json config = Json::object();
    if (isFile(folder / "config.json"))
        config = TRY(readJson(folder / "config.json"));
    if (!config.is_object())
        return fail(ErrorCode::InvalidInput, "config.json: this is no JSON object");

    ModelFile model;
    const Architecture* const architecture = findArchitecture(config);
    if (architecture) {
        model.metadata.set("general.architecture", std::string(architecture->name));
        model.rotateHalf = architecture->rotateHalf;
    } else if (isOfPictures(config)) {
        model.metadata.set(std::string(configKey), config.dump());
        if (const fs::path given = folder / "preprocessor_config.json"; isFile(given))
            model.metadata.set(std::string(preprocessorKey), TRY(readJson(given)).dump());
    } else if (const auto type = jsonText(config, "model_type")) {
        model.metadata.set("general.architecture", *type);
        model.notices.push_back(fmt::format(
            "The architecture '{}' is not translated, names are the file's own", printable(*type)));
    }
    if (architecture || !config.empty())
        model.metadata.set("general.name", fs::absolute(folder).lexically_normal().filename().string());
    if (architecture)
        TRY_VOID(translateConfig(config, *architecture, model));

    std::vector<Entry> entries;
    const std::vector<FileHalf> halves =
        config.empty() ? halvesOf(weights) : std::vector<FileHalf>{{weights, ""}};
    for (const FileHalf& half : halves)
        for (Entry& entry : TRY(
                 half.path.extension() == ".json" ? safetensors::readSharded(half.path)
                                                  : safetensors::read(half.path))) {
            entry.name = half.prefix + entry.name;
            entries.push_back(std::move(entry));
        }
    if (halves.size() > 1)
        model.notices.push_back(halvesNotice(weights, halves));
    TRY_VOID(Reader(config, architecture, model).add(entries));
    if (architecture) {
        sortByLayer(model.tensors);
        checkPromises(config, *architecture, model);
    }
    TRY_VOID(readTokenizer(folder, config, model));
    return model;
}

} // namespace tritloom::huggingface
