#include "core/export/huggingface_folder.h"

#include "core/base/key.h"
#include "core/base/part_file.h"
#include "core/file/huggingface.h"
#include "core/file/replaced_tensor.h"
#include "core/file/safetensors.h"
#include "core/method/row_packer.h"

#include <algorithm>

namespace tritloom::huggingface {
namespace {

namespace fs = std::filesystem;

fs::path folderOf(const ModelFile& model)
{
    std::error_code error;
    return fs::is_directory(model.path, error) ? model.path : fs::absolute(model.path, error).parent_path();
}

std::string fileNameOf(const NamedTensor& tensor)
{
    return tensor.fileName.empty() ? tensor.name : tensor.fileName;
}

/// Llama 3's frequency divisors are made from config.json, which says them again.
bool isMade(const NamedTensor& tensor)
{
    return tensor.name == "rope_freqs.weight" && tensor.fileName.empty();
}

bool isPlain(std::string_view format)
{
    return !safetensors::typeName(format).empty();
}

/// Files that hold weights, or say where they lie, or what they are: the folder gets its own.
bool comesAlong(const fs::path& file)
{
    static constexpr std::string_view weights[] = {".safetensors", ".bin", ".pt",      ".pth", ".gguf",
                                                   ".onnx",        ".h5",  ".msgpack", ".ot",  ".tritloom-part"};
    const std::string name = file.filename().string();
    return std::ranges::find(weights, file.extension().string()) == std::end(weights)
        && !name.ends_with(".index.json") && name != "config.json" && name != "quantize_config.json";
}

/// model.safetensors with its header first and the parts at their places, in any order.
class PartsFile {
public:
    [[nodiscard]] static Result<PartsFile> create(const fs::path& path, const std::vector<Part>& parts)
    {
        PartsFile file(TRY(PartFile::create(path)));
        Json header = Json::object();
        header["__metadata__"] = {{"format", "pt"}};
        // By alignment, so that every part lies at a multiple of its element.
        std::vector<const Part*> order;
        for (const Part& part : parts)
            order.push_back(&part);
        std::ranges::stable_sort(order, [](const Part* a, const Part* b) {
            const auto x = safetensors::typeBytes(a->type), y = safetensors::typeBytes(b->type);
            return x != y ? x > y : a->name < b->name;
        });
        std::uint64_t end = 0;
        for (const Part* const part : order) {
            std::uint64_t bytes = safetensors::typeBytes(part->type);
            for (const std::size_t size : part->shape)
                bytes *= size;
            header[part->name] = {
                {"dtype", part->type}, {"shape", part->shape}, {"data_offsets", {end, end + bytes}}};
            if (!file.m_places.emplace(part->name, std::pair{end, bytes}).second)
                return fail(ErrorCode::InvalidInput, "two tensors would be called '{}'", part->name);
            end += bytes;
        }
        std::string text = header.dump();
        text.resize((text.size() + 7) / 8 * 8, ' ');
        const std::uint64_t length = text.size();
        file.m_data = sizeof length + length;
        file.m_bytes = file.m_data + end;
        TRY_VOID(file.m_file.write(std::as_bytes(std::span(&length, 1))));
        TRY_VOID(file.m_file.write(std::as_bytes(std::span(text))));
        return file;
    }

    [[nodiscard]] Result<void> write(const std::string& name, std::span<const std::byte> bytes)
    {
        const auto [begin, size] = m_places.at(name);
        if (size != bytes.size())
            return fail(
                ErrorCode::InvalidInput, "'{}' has {} bytes, {} were announced", name, bytes.size(), size);
        return m_file.writeAt(m_data + begin, bytes);
    }
    [[nodiscard]] Result<void> finish() { return m_file.commit(); }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    explicit PartsFile(PartFile file)
        : m_file(std::move(file))
    {
    }

    PartFile m_file;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> m_places;
    std::uint64_t m_data = 0, m_bytes = 0;
};

Result<void> writeJson(const fs::path& path, const Json& json)
{
    const std::string text = json.dump(2) + "\n";
    PartFile file = TRY(PartFile::create(path));
    TRY_VOID(file.write(std::as_bytes(std::span(text))));
    return file.commit();
}

/// What a plain tensor is in the file: its own bytes where nothing changes, in the file's order elsewhere.
Result<Tensor> plainTensor(const ExportRequest& request, std::size_t index)
{
    const NamedTensor& tensor = request.model.tensors[index];
    const std::string& format = request.formats[index];
    const bool asStored =
        !tensor.packed && tensor.layout != Layout::TernaryRows && format == tensor.stored.type().format->id();
    if (asStored)
        return tensor.stored;
    const Tensor made = TRY(request.tensor(index, format));
    if (tensor.layout != Layout::Transposed)
        return made;
    return encodedAs(format, tensor.stored.type().shape, inFileOrder(tensor, made));
}

/// Every number, whatever format it is stored in.
Key keyOfNumbers(const Tensor& tensor)
{
    Key key = keyOf("numbers", std::uint64_t(tensor.type().rows()), std::uint64_t(tensor.type().columns()));
    std::vector<float> values(tensor.type().columns());
    for (std::size_t r = 0; r < tensor.type().rows(); ++r) {
        tensor.decodeRows(r, values);
        for (float& value : values)
            value += 0.0f; // -0 is 0
        key = keyOf(key, std::as_bytes(std::span(values)));
    }
    return key;
}

Result<void> compare(const fs::path& folder, const ExportRequest& request, const std::vector<Key>& keys)
{
    const ModelFile written = TRY(read(folder));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const NamedTensor& tensor = request.model.tensors[i];
        if (isMade(tensor))
            continue;
        const NamedTensor* const found = written.find(tensor.name);
        if (found == nullptr || found->shape != tensor.shape
            || keyOfNumbers(TRY(materialise(*found))) != keys[i])
            return fail(
                ErrorCode::Io, "{}: tensor '{}' was not written as it is", request.path.string(),
                tensor.name);
    }
    return {};
}

Result<void> copyOthers(const fs::path& from, const fs::path& to)
{
    std::error_code error;
    for (fs::directory_iterator at(from, error), end; !error && at != end; at.increment(error))
        if (at->is_regular_file(error) && comesAlong(at->path()))
            if (!fs::copy_file(at->path(), to / at->path().filename(), error))
                return fail(ErrorCode::Io, "{}: {}", at->path().string(), error.message());
    if (error)
        return fail(ErrorCode::Io, "{}: {}", from.string(), error.message());
    return {};
}

std::vector<Part> partsOf(const ExportRequest& request, const Folder& folder)
{
    std::vector<Part> parts;
    for (std::size_t i = 0; i < request.model.tensors.size(); ++i) {
        const NamedTensor& tensor = request.model.tensors[i];
        if (isMade(tensor))
            continue;
        if (const auto layer = folder.layers.find(i); layer != folder.layers.end())
            parts.insert(parts.end(), layer->second.parts.begin(), layer->second.parts.end());
        else
            parts.push_back(
                {fileNameOf(tensor), std::string(safetensors::typeName(request.formats[i])),
                 tensor.layout == Layout::Transposed ? tensor.stored.type().shape : tensor.shape});
    }
    return parts;
}

} // namespace

std::string moduleOf(const NamedTensor& tensor)
{
    constexpr std::string_view end = ".weight";
    const std::string name = fileNameOf(tensor);
    return name.ends_with(end) ? name.substr(0, name.size() - end.size()) : std::string();
}

bool isLinear(const ModelFile&, const NamedTensor& tensor)
{
    if (tensor.shape.size() != 2 || moduleOf(tensor).empty())
        return false;
    for (const char* word : {"norm", "token_embd", "position_embd", "rope_freqs", "embed", "wte", "wpe"})
        if (tensor.name.find(word) != std::string::npos)
            return false;
    return true;
}

std::vector<std::string> checkFolder(
    const ModelFile& model, std::span<const std::string> formats, std::string_view package,
    const std::function<bool(std::size_t index)>& packs)
{
    std::error_code error;
    if (model.format != "huggingface" || !fs::is_regular_file(folderOf(model) / "config.json", error))
        return {fmt::format(
            "{} needs the Hugging Face folder that the model comes from: config, tokenizer and names are "
            "taken from "
            "there",
            package)};
    if (formats.size() != model.tensors.size())
        return {fmt::format("{} formats are given for {} tensors", formats.size(), model.tensors.size())};
    std::vector<std::string> problems;
    bool any = false;
    std::map<std::string, std::pair<std::string, std::string>> fused; // "blk.0.qkv": a layer and its format
    for (std::size_t i = 0; i < formats.size(); ++i) {
        const NamedTensor& tensor = model.tensors[i];
        const bool packed = packs(i);
        any |= packed;
        if (!packed && !isPlain(formats[i]) && !isMade(tensor))
            problems.push_back(fmt::format(
                "{}: {} cannot hold {}{}", tensor.name, package, formats[i],
                isLinear(model, tensor) ? "" : ", outside of linear layers it has floats only"));
        for (const auto& [end, set] :
             {std::pair{".attn_q.weight", ".qkv"},
              {".attn_k.weight", ".qkv"},
              {".attn_v.weight", ".qkv"},
              {".ffn_gate.weight", ".gate_up"},
              {".ffn_up.weight", ".gate_up"}}) {
            if (!tensor.name.ends_with(end))
                continue;
            const std::string block = tensor.name.substr(0, tensor.name.size() - std::strlen(end));
            const auto [known, isFirst] =
                fused.try_emplace(block + set, tensor.name, packed ? formats[i] : std::string("floats"));
            if (!isFirst && known->second.second != (packed ? formats[i] : "floats"))
                problems.push_back(fmt::format(
                    "{} is {} and {} is {}: runtimes run them as one product, which needs one format",
                    tensor.name, packed ? formats[i] : "floats", known->second.first, known->second.second));
        }
    }
    if (!any && problems.empty())
        problems.push_back(fmt::format("no layer has a format that {} packs", package));
    return problems;
}

Result<WrittenFile> writeFolder(const ExportRequest& request, const Folder& folder)
{
    const ModelFile& model = request.model;
    std::error_code error;
    if (fs::exists(request.path, error)
        && !(fs::is_directory(request.path, error) && fs::is_empty(request.path, error)))
        return fail(
            ErrorCode::InvalidInput, "{}: there is something there already, choose a new name for the folder",
            request.path.string());
    PartFolder part = TRY(PartFolder::create(request.path));
    PartsFile file = TRY(PartsFile::create(part.path() / "model.safetensors", partsOf(request, folder)));
    std::vector<Key> keys;
    for (std::size_t i = 0; i < model.tensors.size(); ++i) {
        if (request.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at tensor {} of {}", i + 1, model.tensors.size());
        const NamedTensor& tensor = model.tensors[i];
        keys.emplace_back();
        if (isMade(tensor))
            continue;
        const auto layer = folder.layers.find(i);
        if (layer == folder.layers.end()) {
            const Tensor plain = TRY(plainTensor(request, i));
            TRY_VOID(file.write(fileNameOf(tensor), plain.bytes()));
            const bool turned = tensor.layout == Layout::Transposed;
            keys.back() = keyOfNumbers(turned ? TRY(request.tensor(i, request.formats[i])) : plain);
        } else {
            // Ternary rows that stay as they are have codes, but no number format to ask for.
            const bool stays = tensor.layout == Layout::TernaryRows && request.formats[i] == storedFormat(tensor)->id();
            const Tensor made = stays ? TRY(materialise(tensor)) : TRY(request.tensor(i, request.formats[i]));
            const auto bytes = layer->second.pack(made);
            if (!bytes)
                return fail(bytes.error().code, "{}: {}", tensor.name, bytes.error().message);
            for (std::size_t p = 0; p < bytes->size(); ++p)
                TRY_VOID(file.write(layer->second.parts[p].name, (*bytes)[p]));
            keys.back() = keyOfNumbers(made);
        }
        request.progress(0.8 * double(i + 1) / double(model.tensors.size())); // the rest is for reading back
    }
    TRY_VOID(file.finish());
    TRY_VOID(copyOthers(folderOf(model), part.path()));
    Json config = TRY(readJson(folderOf(model) / "config.json"));
    config["quantization_config"] = folder.quantization;
    TRY_VOID(writeJson(part.path() / "config.json", config));
    for (const auto& [name, json] : folder.files)
        TRY_VOID(writeJson(part.path() / name, json));
    TRY_VOID(compare(part.path(), request, keys));
    TRY_VOID(part.commit());
    request.progress(1);
    return WrittenFile{
        .fileBytes = file.bytes(),
        .readBack = fmt::format("{} tensors stand for the numbers that were written", keys.size())};
}

} // namespace tritloom::huggingface
