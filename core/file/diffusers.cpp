#include "core/file/diffusers.h"

#include "core/base/mapped_file.h"
#include "core/base/utf8.h"
#include "core/file/huggingface_tokenizer.h"
#include "core/file/json.h"
#include "core/file/pytorch.h"
#include "core/file/safetensors.h"

#include <algorithm>

namespace tritloom::diffusers {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view indexName = "model_index.json";

bool isFile(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(path, error);
}
bool isFolder(const fs::path& path)
{
    std::error_code error;
    return fs::is_directory(path, error);
}

/// One part that a pipeline is made of: classes that are known, and how its files are called.
struct PartRow {
    std::string_view name;
    std::vector<std::string_view> classes;
    std::string_view config, weights, pickle; ///< weights "": it has none
};
const std::vector<PartRow>& partRows()
{
    static const std::vector<PartRow> rows{
        {"unet",
         {"UNet2DModel", "UNet2DConditionModel"},
         "config.json",
         "diffusion_pytorch_model",
         "diffusion_pytorch_model.bin"},
        {"vae", {"AutoencoderKL"}, "config.json", "diffusion_pytorch_model", "diffusion_pytorch_model.bin"},
        {"text_encoder", {"CLIPTextModel"}, "config.json", "model", "pytorch_model.bin"},
        {"tokenizer", {"CLIPTokenizer", "CLIPTokenizerFast"}, "", "", ""},
        {"scheduler", {}, "scheduler_config.json", "", ""},
    };
    return rows;
}
const PartRow& partRow(std::string_view name)
{
    return *std::ranges::find(partRows(), name, &PartRow::name);
}

struct PipelineRow {
    std::string_view name;
    std::vector<std::string_view> parts;
    std::string_view network; ///< the class of its unet
};
const std::vector<PipelineRow>& pipelineRows()
{
    static const std::vector<PipelineRow> rows{
        {"StableDiffusionPipeline",
         {"unet", "vae", "text_encoder", "tokenizer", "scheduler"},
         "UNet2DConditionModel"},
        {"DDPMPipeline", {"unet", "scheduler"}, "UNet2DModel"},
        {"DDIMPipeline", {"unet", "scheduler"}, "UNet2DModel"},
    };
    return rows;
}

class Reader {
public:
    explicit Reader(fs::path folder)
        : m_folder(std::move(folder))
    {
        m_model.metadata.set("general.name", fs::absolute(m_folder).lexically_normal().filename().string());
    }

    Result<ModelFile> pipeline()
    {
        const Json index = TRY(readJson(m_folder / indexName));
        const Json* const given = jsonMember(index, "_class_name");
        const std::string name = jsonText(index, "_class_name").value_or("");
        const auto row = std::ranges::find(pipelineRows(), name, &PipelineRow::name);
        if (row == pipelineRows().end())
            return fail(
                ErrorCode::Unsupported,
                "{}: _class_name is {}, StableDiffusionPipeline, DDPMPipeline and DDIMPipeline are known "
                "here",
                indexName, given == nullptr ? "missing" : jsonShown(*given));
        m_isAlone = row->parts.size() == 2;
        for (const std::string_view part : row->parts) {
            const PartRow& files = partRow(part);
            const std::string kind = TRY(classOf(index, files));
            if (part == "unet" && kind != row->network)
                return fail(
                    ErrorCode::InvalidInput, "{}: unet is a {}, which {} does not use: {} is expected",
                    indexName, printable(kind), name, row->network);
            TRY_VOID(add(files, TRY(folderOf(files)), kind));
        }
        if (jsonMember(index, "safety_checker") != nullptr && isFolder(m_folder / "safety_checker"))
            m_model.notices.push_back("The safety checker of the folder is not run");
        return std::move(m_model);
    }

    Result<ModelFile> network(const Json& config)
    {
        m_isAlone = true;
        const std::string kind = jsonText(config, "_class_name").value_or("");
        const PartRow& files = partRow(kind == "AutoencoderKL" ? "vae" : "unet");
        TRY_VOID(add(files, m_folder, kind));
        if (kind != "UNet2DModel")
            return std::move(m_model);
        const PartRow& scheduler = partRow("scheduler");
        for (const fs::path& folder : {m_folder, m_folder.parent_path() / "scheduler"})
            if (isFile(folder / scheduler.config)) {
                TRY_VOID(add(scheduler, folder, ""));
                return std::move(m_model);
            }
        m_model.metadata.set(configKey("scheduler"), std::string(R"({"_class_name": "DDPMScheduler"})"));
        m_model.notices.push_back("No scheduler_config.json is beside it: noise is taken to grow linearly "
                                  "from 0.0001 to 0.02 in 1000 steps");
        return std::move(m_model);
    }

private:
    Result<std::string> classOf(const Json& index, const PartRow& part)
    {
        const Json* const entry = jsonMember(index, part.name);
        if (entry == nullptr)
            return fail(ErrorCode::InvalidInput, "{}: '{}' is missing", indexName, part.name);
        if (!entry->is_array() || entry->size() != 2 || !(*entry)[1].is_string())
            return fail(
                ErrorCode::InvalidInput, "{}: '{}' is {}, a library and a class are expected", indexName,
                part.name, jsonShown(*entry));
        std::string kind = (*entry)[1].get<std::string>();
        if (!part.classes.empty() && std::ranges::find(part.classes, kind) == part.classes.end())
            return fail(
                ErrorCode::Unsupported, "{}: '{}' is a {}, only {} is known here", indexName, part.name,
                printable(kind), fmt::join(part.classes, " or "));
        return kind;
    }

    Result<fs::path> folderOf(const PartRow& part)
    {
        if (isFolder(m_folder / part.name))
            return m_folder / part.name;
        if (m_isAlone && isFile(m_folder / part.config))
            return m_folder;
        return fail(
            ErrorCode::NotFound, "{}: {} names '{}', but there is no folder of this name", m_folder.string(),
            indexName, part.name);
    }

    /// "unet/config.json" as messages call it.
    std::string shown(const fs::path& file) const
    {
        return file.lexically_relative(m_folder).generic_string();
    }

    Result<void> add(const PartRow& part, const fs::path& folder, const std::string& kind)
    {
        if (part.name == "tokenizer")
            return addTokenizer(folder);
        const fs::path file = folder / part.config;
        if (!isFile(file))
            return fail(ErrorCode::NotFound, "{}: there is no {} in it", m_folder.string(), shown(file));
        Json config = TRY(readJson(file));
        if (!config.is_object())
            return fail(ErrorCode::InvalidInput, "{}: this is no JSON object", shown(file));
        const auto own = jsonText(config, "_class_name");
        if (own && !kind.empty() && *own != kind && part.name != "scheduler")
            return fail(
                ErrorCode::InvalidInput, "{}: _class_name is '{}', but {} says {}", shown(file),
                printable(*own), indexName, kind);
        if (!own && part.name != "text_encoder")
            config["_class_name"] = kind;
        m_model.metadata.set(configKey(std::string(part.name)), config.dump());
        m_model.metadata.set(configFileKey(std::string(part.name)), shown(file));
        return part.weights.empty() ? Result<void>() : addWeights(part, folder);
    }

    Result<void> addWeights(const PartRow& part, const fs::path& folder)
    {
        const std::string stem(part.weights);
        for (const std::string variant : {"", ".fp16", ".non_ema"}) {
            const fs::path index = folder / (stem + ".safetensors.index" + variant + ".json"),
                           single = folder / (stem + variant + ".safetensors");
            if (!isFile(index) && !isFile(single))
                continue;
            if (!variant.empty())
                m_model.notices.push_back(fmt::format("{} was taken", shown(isFile(index) ? index : single)));
            const auto entries =
                TRY(isFile(index) ? safetensors::readSharded(index) : safetensors::read(single));
            for (const safetensors::Entry& entry : entries)
                addTensor(part, entry.name, TRY(safetensors::toTensor(entry)));
            return {};
        }
        const fs::path pickle = folder / part.pickle;
        if (!isFile(pickle))
            return fail(
                ErrorCode::NotFound, "{}: there is no {} in it, and no {}", m_folder.string(),
                shown(folder / (stem + ".safetensors")), part.pickle);
        auto file = TRY(MappedFile::open(pickle));
        const auto bytes = file->bytes();
        for (const NamedTensor& tensor : TRY(pytorch::parse(bytes, shown(pickle), std::move(file))))
            addTensor(part, tensor.name, tensor.stored);
        return {};
    }

    void addTensor(const PartRow& part, const std::string& name, Tensor stored)
    {
        NamedTensor tensor{
            .name = fmt::format("{}.{}", part.name, name),
            .stored = std::move(stored),
            .fileName = {},
            .fileShape = {}};
        tensor.shape = tensor.stored.type().shape;
        if (m_isAlone)
            tensor.fileName = name;
        m_model.tensors.push_back(std::move(tensor));
    }

    /// "<|endoftext|>" or {"content": "<|endoftext|>"}.
    static std::optional<std::string> tokenText(const Json& json, std::string_view key)
    {
        const Json* const value = jsonMember(json, key);
        return value != nullptr && value->is_object() ? jsonText(*value, "content") : jsonText(json, key);
    }

    Result<void> addTokenizer(const fs::path& folder)
    {
        for (const char* const name : {"vocab.json", "merges.txt"})
            if (!isFile(folder / name))
                return fail(
                    ErrorCode::NotFound, "{}: there is no {} in it", m_folder.string(), shown(folder / name));
        const auto merges = TRY(MappedFile::open(folder / "merges.txt"));
        huggingface::Vocabulary vocabulary = TRY(huggingface::readVocabAndMerges(
            TRY(readJson(folder / "vocab.json")),
            {reinterpret_cast<const char*>(merges->bytes().data()), merges->bytes().size()},
            shown(folder / "vocab.json")));
        Json about = Json::object();
        std::string asked; // by which files
        for (const char* const name : {"tokenizer_config.json", "special_tokens_map.json"})
            if (isFile(folder / name)) {
                const Json more = TRY(readJson(folder / name));
                if (!more.is_object())
                    return fail(ErrorCode::InvalidInput, "{}: this is no JSON object", shown(folder / name));
                about.update(more);
                asked += fmt::format("{}{}", asked.empty() ? " of " : " and ", shown(folder / name));
            }
        constexpr struct {
            const char *name, *key, *otherwise;
        } specials[] = {
            {"bos_token", "tokenizer.ggml.bos_token_id", "<|startoftext|>"},
            {"eos_token", "tokenizer.ggml.eos_token_id", "<|endoftext|>"},
            {"unk_token", "tokenizer.ggml.unknown_token_id", "<|endoftext|>"},
            {"pad_token", "tokenizer.ggml.padding_token_id", "<|endoftext|>"}};
        std::vector<std::pair<std::string, std::uint32_t>> ids;
        for (const auto& special : specials) {
            const std::string text = tokenText(about, special.name).value_or(special.otherwise);
            const auto at = std::ranges::find(vocabulary.tokens, text);
            if (at == vocabulary.tokens.end())
                return fail(
                    ErrorCode::InvalidInput, "{}: the {} '{}'{} is not in it", shown(folder / "vocab.json"),
                    special.name, printable(text), asked);
            const auto id = std::uint32_t(at - vocabulary.tokens.begin());
            ids.emplace_back(special.key, id);
            if (text.starts_with("<|"))
                vocabulary.kinds[id] = huggingface::Control;
        }
        vocabulary.pre = "clip";
        vocabulary.write(m_model.metadata);
        m_model.metadata.set("tokenizer.ggml.model", std::string("clip"));
        for (auto& [key, id] : ids)
            m_model.metadata.set(key, id);
        return {};
    }

    fs::path m_folder;
    ModelFile m_model;
    bool m_isAlone = false; ///< one network: names of tensors are the file's own when it is written
};

/// The config of a folder with one network of the library. nullopt: it is none.
std::optional<Json> networkConfig(const fs::path& folder)
{
    constexpr std::size_t most = std::size_t{1} << 20;
    if (!isFile(folder / "config.json"))
        return std::nullopt;
    auto config = readJson(folder / "config.json", most);
    if (!config || !config->is_object())
        return std::nullopt;
    const auto kind = jsonText(*config, "_class_name");
    for (const std::string_view part : {"unet", "vae"})
        if (kind && std::ranges::find(partRow(part).classes, *kind) != partRow(part).classes.end())
            return std::move(*config);
    return std::nullopt;
}

fs::path folderOf(const fs::path& path)
{
    return isFolder(path) ? path : path.parent_path();
}

} // namespace

std::string configKey(const std::string& part)
{
    return "diffusers." + part;
}

std::string configFileKey(const std::string& part)
{
    return "diffusers." + part + ".file";
}

bool sniff(const fs::path& path, std::span<const std::byte>)
{
    if (!isFolder(path) && path.filename() != indexName && path.filename() != "config.json")
        return false;
    return isFile(folderOf(path) / indexName) || networkConfig(folderOf(path)).has_value();
}

Result<ModelFile> read(const fs::path& path)
{
    Reader reader(folderOf(path));
    if (isFile(folderOf(path) / indexName))
        return reader.pipeline();
    return reader.network(networkConfig(folderOf(path)).value());
}

} // namespace tritloom::diffusers
