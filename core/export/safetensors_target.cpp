#include "core/export/network_targets.h"

#include "core/base/part_file.h"
#include "core/file/json.h"
#include "core/file/replaced_tensor.h"
#include "core/file/safetensors.h"

#include <algorithm>
#include <map>

namespace tritloom {
namespace {

const std::map<std::string, std::string, std::less<>>& types()
{
    static const std::map<std::string, std::string, std::less<>> names{
        {"f64", "F64"}, {"f32", "F32"}, {"f16", "F16"}, {"bf16", "BF16"},
        {"i8", "I8"},   {"i16", "I16"}, {"i32", "I32"}, {"i64", "I64"}};
    return names;
}

/// The tensor as the file will have it: its own bytes where they are plain numbers in the file's order.
Result<Tensor> written(const ExportRequest& request, std::size_t index)
{
    const NamedTensor& tensor = request.model.tensors[index];
    const std::string& format = request.formats[index];
    const bool asStored = format == storedFormat(tensor)->id();
    if (asStored && !tensor.packed && !tensor.replacement && tensor.layout != Layout::TernaryRows && types().contains(format))
        return tensor.stored;
    const Tensor layer = TRY(request.tensor(index, format));
    const bool plain = types().contains(layer.type().format->id()) && tensor.layout != Layout::Transposed;
    return plain ? layer : Tensor::adoptFloats(layer.type().shape, inFileOrder(tensor, layer));
}

} // namespace

std::vector<std::string> checkSafetensors(const ModelFile& model, std::span<const std::string>)
{
    return model.tensors.empty() ? std::vector<std::string>{"the model has no tensors"}
                                 : std::vector<std::string>();
}

Result<WrittenFile> exportSafetensors(const ExportRequest& request)
{
    // Sizes first: the header stands before the numbers.
    std::vector<Tensor> tensors;
    Json header = Json::object();
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < request.model.tensors.size(); ++i) {
        if (request.stop.stop_requested())
            return fail(
                ErrorCode::Cancelled, "cancelled at tensor {} of {}", i + 1, request.model.tensors.size());
        const NamedTensor& tensor = request.model.tensors[i];
        tensors.push_back(TRY(written(request, i)));
        const std::uint64_t bytes = tensors.back().bytes().size();
        if (bytes == 0)
            return fail(
                ErrorCode::Unsupported, "{}: tensor '{}' has a dimension of 0", request.path.string(),
                tensor.name);
        header[tensor.fileName.empty() ? tensor.name : tensor.fileName] = {
            {"dtype", types().at(tensors.back().type().format->id())},
            {"shape", shapeInFile(tensor)},
            {"data_offsets", {offset, offset + bytes}}};
        offset += bytes;
        request.progress(double(i + 1) / double(request.model.tensors.size()));
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' '); // numbers start at a multiple of 8
    WrittenFile result;
    PartFile file = TRY(PartFile::create(request.path, sizeof(std::uint64_t) + text.size() + offset));
    const std::uint64_t length = text.size();
    TRY_VOID(file.write(std::as_bytes(std::span(&length, 1))));
    TRY_VOID(file.write(std::as_bytes(std::span(text))));
    for (const Tensor& tensor : tensors)
        TRY_VOID(file.write(tensor.bytes()));
    result.fileBytes = file.position();
    TRY_VOID(file.sync());
    const auto entries = TRY(safetensors::read(file.path()));
    std::map<std::string, const safetensors::Entry*> byName;
    for (const safetensors::Entry& entry : entries)
        byName[entry.name] = &entry;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const NamedTensor& tensor = request.model.tensors[i];
        const auto found = byName.find(tensor.fileName.empty() ? tensor.name : tensor.fileName);
        if (found == byName.end() || !std::ranges::equal(found->second->bytes, tensors[i].bytes()))
            return fail(
                ErrorCode::Io, "{}: tensor '{}' was not written as it is", request.path.string(),
                tensor.name);
    }
    TRY_VOID(file.commit());
    result.readBack = fmt::format("{} tensors have the names and bytes that were written", tensors.size());
    result.notices.push_back("packed formats were written as the numbers they stand for");
    return result;
}

} // namespace tritloom
