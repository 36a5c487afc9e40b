#include "app/session/export_controller.h"

#include "core/export/gguf_target.h"
#include "core/store/project_store.h"

namespace tritloom {
namespace {

/// The format of every tensor of the file: layers as chosen, everything else as stored.
std::vector<std::string> formatsOf(const Model& model, const Allocation& allocation)
{
    std::vector<std::string> formats;
    for (const NamedTensor& tensor : model.file->tensors)
        formats.push_back(tensor.stored.type().format->id());
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (const std::string& chosen = allocation.layers[i].format; !chosen.empty())
            formats[std::size_t(model.layers[i].tensor)] = chosen;
    return formats;
}

const ExportTarget& targetFor(const std::filesystem::path& path)
{
    const auto targets = exportTargets();
    for (const ExportTarget& target : targets)
        if (path.extension().string().ends_with(target.id))
            return target;
    return targets.front();
}

Result<Key> hashOf(const std::filesystem::path& path)
{
    const ModelFile written = TRY(openModel(path));
    Key key = keyOf("tensors");
    for (const NamedTensor& tensor : written.tensors) {
        const auto bytes = tensor.stored.bytes();
        key = keyOf(key, tensor.name, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }
    return key;
}

} // namespace

std::vector<std::string> ExportController::problems(const Allocation& allocation) const
{
    const Model& model = *m_engine->model();
    return checkGguf(*model.file, formatsOf(model, allocation));
}

Result<ExportReport> exportAllocation(
    Engine& engine, const Allocation& allocation, const std::filesystem::path& path, std::stop_token stop,
    const std::function<void(double)>& progress)
{
    return exportAllocation(*engine.model(), *engine.compressor(), allocation, path, std::move(stop), progress);
}

Result<ExportReport> exportAllocation(
    const Model& model, Compressor& compressor, const Allocation& allocation, const std::filesystem::path& path,
    std::stop_token stop, const std::function<void(double)>& progress)
{
    const auto begin = std::chrono::steady_clock::now();
    if (std::error_code none; std::filesystem::equivalent(path, model.file->path, none))
        return fail(
            ErrorCode::InvalidInput, "{}: this is the model itself, choose another name for the compressed file",
            path.string());
    const auto tensorOf = [&](std::size_t index, std::string_view formatId) -> Result<Tensor> {
        if (const auto layer = model.layerOf(TensorId(index))) {
            const LayerChoice& choice = allocation[*layer];
            if (choice.format == formatId)
                return compressor.compress(*layer, choice, stop);
        }
        return encodedTensor(model.tensor(TensorId(index)), formatId);
    };
    const ExportTarget& target = targetFor(path);
    const WrittenFile written = TRY(target.write(
        {.model = *model.file,
         .formats = formatsOf(model, allocation),
         .tensor = tensorOf,
         .path = path,
         .progress = progress ? progress : [](double) {},
         .stop = stop}));
    ExportReport report{.path = path};
    report.bytes = written.fileBytes;
    report.tensors = model.file->tensors.size();
    if (target.id == "gguf")
        report.checks.push_back(fmt::format("every block length divides its rows, and llama.cpp knows every type"));
    report.checks.push_back(fmt::format("read back: {} tensors have the names, shapes and bytes that were written", report.tensors));
    report.checks.insert(report.checks.end(), written.notices.begin(), written.notices.end());
    report.sha = hexadecimal(TRY(hashOf(path)));
    report.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    return report;
}

} // namespace tritloom
