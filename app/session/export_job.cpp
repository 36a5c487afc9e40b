#include "app/session/contract_controller.h"
#include "app/session/export_controller.h"
#include "app/session/export_kinds.h"
#include "app/session/left_parts.h"
#include "app/session/not_finite.h"
#include "app/session/original_note.h"
#include "app/session/text_file.h"
#include "app/session/written_check.h"

#include "core/architecture/onnx/onnx_network.h"
#include "core/architecture/prepared_file.h"
#include "core/export/export_target.h"
#include "core/export/problems.h"
#include "core/export/tritloom_target.h"
#include "core/file/base_files.h"
#include "core/file/file_halves.h"
#include "core/file/tritloom_file.h"
#include "core/method/time_method.h"
#include "core/store/project_store.h"

#include <algorithm>
#include <iterator>

namespace tritloom {
namespace {

constexpr double writingShare = 0.8; // of the progress, the rest is the evaluation

struct ReadBack {
    Key key;
    std::uint64_t weightBytes = 0;
};

/// Where what the written file refers to lies.
BaseFiles basesOf(const Compressor& compressor)
{
    const auto base = compressor.base();
    return BaseFiles(
        base ? std::vector{base->file->path} : std::vector<std::filesystem::path>(), preparedFile);
}

Result<ReadBack> readBack(const std::filesystem::path& path, const Compressor& compressor)
{
    BaseFiles bases = basesOf(compressor);
    const ModelFile written = TRY(openModel(path, bases));
    Key key = keyOf("tensors");
    std::uint64_t weightBytes = 0;
    for (const NamedTensor& tensor : written.tensors) {
        const auto add = [&](const Tensor& part) {
            const auto bytes = part.bytes();
            weightBytes += bytes.size();
            key = keyOf(key, tensor.name, bytes);
        };
        if (tensor.replacement) {
            for (const LayerReplacement::Part& part : tensor.replacement->parts)
                add(part.tensor);
            continue; // what is stored is the first of them
        }
        add(tensor.stored);
        if (tensor.packed) {
            add(tensor.packed->scales);
            add(tensor.packed->zeros);
        }
    }
    return ReadBack{key, weightBytes};
}

std::string severalMatrices(const std::string& layer, const std::string& method)
{
    return fmt::format(
        "{}: the method '{}' stores more than one matrix, which this kind of file cannot hold: export to "
        "*.tritloom",
        layer, method);
}

std::string severalMatrices(const std::string& layer)
{
    return fmt::format(
        "{}: it is stored as more than one matrix, which this kind of file cannot hold: choose a format for it "
        "or export to *.tritloom",
        layer);
}

/// Layers that are more than the matrix the file has a place for, one sentence each, before any is made.
std::vector<std::string> replacementProblems(
    const Model& model, const Allocation& allocation, const ExportTarget& target, const MethodLookup& methods)
{
    const bool isMatrices = target.holds == ExportTarget::Holds::Matrices;
    std::vector<std::string> problems;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerChoice& choice = allocation.layers[i];
        const std::string& layer = model.layers[i].name;
        if (choice.format.empty()) {
            if (isMatrices && model.tensor(model.layers[i].tensor).replacement)
                problems.push_back(severalMatrices(layer));
            continue;
        }
        const LayerMethod* const method = methods(choice.method);
        if (isMatrices && method != nullptr && method->makesReplacements())
            problems.push_back(severalMatrices(layer, choice.method));
        else if (target.id.starts_with("onnx") && dynamic_cast<const TimeMethod*>(method) != nullptr)
            problems.push_back(fmt::format(
                "{}: outputs stored by time step cannot be written as ONNX: export to *.tritloom", layer));
    }
    return problems;
}

/// Whether what lies there is the model that this one holds differences to, which others may refer to as well.
bool isBaseOf(const ModelFile& model, const std::filesystem::path& path)
{
    for (const NamedTensor& tensor : model.tensors) {
        if (!tensor.replacement || !tensor.replacement->parts.front().isShared)
            continue;
        const auto there = BaseFiles({}, preparedFile).open(path);
        const NamedTensor* const found = there ? (*there)->find(tensor.name) : nullptr;
        const auto weights = found != nullptr && !found->replacement ? materialise(*found) : Result<Tensor>(Tensor());
        return weights && !weights->isEmpty()
            && tritloomFile::baseKey(*weights) == tritloomFile::baseKey(tensor.replacement->parts.front().tensor);
    }
    return false;
}

/// "model-" of "model-00001-of-00003.gguf", empty for others.
std::string nameBeforePart(const std::filesystem::path& path)
{
    const std::string stem = path.stem().string();
    constexpr std::size_t digits = 5;
    const std::size_t of = stem.rfind("-of-");
    return of == std::string::npos || of < digits ? std::string() : stem.substr(0, of - digits);
}

/// Whether the file holds weights of the model: the one it was opened by, one of its folder, one of its
/// parts.
bool belongsTo(const ModelFile& model, const std::filesystem::path& path)
{
    std::error_code none;
    if (std::filesystem::equivalent(path, model.path, none))
        return true;
    for (const FileHalf& half : halvesOf(model.path))
        if (std::filesystem::equivalent(path, half.path, none))
            return true;
    if (!std::filesystem::exists(path, none) || std::filesystem::is_directory(path, none))
        return false;
    const auto folder = std::filesystem::absolute(path, none).parent_path();
    if (std::filesystem::is_directory(model.path, none))
        return std::filesystem::equivalent(folder, model.path, none);
    return std::filesystem::equivalent(
               folder, std::filesystem::absolute(model.path, none).parent_path(), none)
        && path.extension() == model.path.extension() && !nameBeforePart(path).empty()
        && nameBeforePart(path) == nameBeforePart(model.path);
}

/// Why nothing can be written there whatever the layers become, known before any is made; nothing: it can.
std::optional<std::string>
whyNotThere(const Model& model, const ExportTarget& target, const std::filesystem::path& path)
{
    if (model.layers.empty())
        return fmt::format(
            "{}: the model has no layer to compress, so there is nothing to export",
            model.file->path.filename().string());
    std::error_code none;
    const bool isFolder = std::filesystem::is_directory(path, none);
    if (target.writes == ExportTarget::Writes::File && isFolder)
        return fmt::format("{}: this is a folder, choose the name of a file", path.string());
    if (target.writes == ExportTarget::Writes::Folder && std::filesystem::exists(path, none)
        && !(isFolder && std::filesystem::is_empty(path, none)))
        return fmt::format("{}: there is something there already, choose a new name", path.string());
    return std::nullopt;
}

/// The file as it is written, which says what it was made from. What was said or found out about what it is for
/// and how it takes pictures goes with it: compressed it may be too coarse to be tried again.
ModelFile stated(const Model& model, const Compressor& compressor, Weights weights)
{
    ModelFile file = *model.file;
    BaseFiles bases = basesOf(compressor);
    // As it lies there: a transform has changed what is in memory.
    std::shared_ptr<const Model> stored;
    if (weights == Weights::Rewritten && !originalOf(file) && !file.path.empty())
        if (auto opened = openModel(file.path, bases))
            stored = makeModel(std::move(*opened));
    stateOriginal(file, stored ? *stored : model);
    if (!file.operators || !model.picture)
        return file;
    const auto said = onnx::describeNetwork(file);
    if (said && !(said->normalisation == model.picture->normalisation))
        onnx::stateNormalisation(file, model.picture->normalisation);
    if (said && said->task != model.picture->task)
        onnx::stateTask(file, model.picture->task);
    return file;
}

/// Opens the file and runs it beside its recipe: what came out, or why that was not done. Errors: the two
/// differ.
Result<std::string> evaluated(
    const Model& model, Compressor& compressor, const Allocation& allocation,
    const std::filesystem::path& path, const std::stop_token& stop,
    const std::function<void(double)>& progress)
{
    BaseFiles bases = basesOf(compressor);
    const auto written = makeModel(TRY(openModel(path, bases)));
    const auto check = checkWritten(model, compressor, allocation, *written, stop, progress);
    if (!check && check.error().code == ErrorCode::Cancelled)
        return std::string("not evaluated: stopped, after the file was written and read back");
    if (!check && check.error().code == ErrorCode::Unsupported)
        return fmt::format("not evaluated: {}", check.error().message);
    if (!check)
        return tl::unexpected(check.error());
    if (!check->agrees())
        return fail(
            ErrorCode::InvalidInput, "{}: written to the byte, but do not use it: {}", path.string(),
            check->sentence());
    return "evaluated: " + check->sentence();
}

/// Errors: InvalidInput, where a file is that must not be written over. path: at the end of links.
Result<void> checkPlace(const Model& model, const Model* base, const std::filesystem::path& path)
{
    if (belongsTo(*model.file, path))
        return fail(
            ErrorCode::InvalidInput,
            "{}: this is the model itself, choose another name for the compressed file", path.string());
    if ((base != nullptr && belongsTo(*base->file, path)) || isBaseOf(*model.file, path))
        return fail(
            ErrorCode::InvalidInput,
            "{}: this is the model that this one was tuned from, choose another name for the compressed file",
            path.string());
    std::error_code none;
    if (const auto status = std::filesystem::status(path, none); std::filesystem::exists(status)
        && !std::filesystem::is_regular_file(status) && !std::filesystem::is_directory(status))
        return fail(
            ErrorCode::InvalidInput, "{}: this is a device or a pipe, choose the name of a file",
            path.string());
    return {};
}

} // namespace

std::vector<std::string> ExportController::problems(
    const Allocation& allocation, const std::filesystem::path& path, std::string_view targetId) const
{
    const Model& model = *m_engine->model();
    const auto known = exportTargetOf(targetId, path, model, allocation);
    if (!known)
        return {known.error().message};
    const ExportTarget& target = **known;
    std::vector<std::string> problems = target.check(*model.file, tensorFormats(model, allocation));
    for (std::string& problem : replacementProblems(model, allocation, target, m_engine->methods()))
        problems.push_back(std::move(problem));
    if (target.holds == ExportTarget::Holds::Differences) {
        const auto base = m_engine->base();
        if (base == nullptr)
            problems.emplace_back("this kind of file holds differences to the model that this one was tuned "
                                  "from: choose that one first");
        else if (const auto why = whyNotBeside(*base->file, path))
            problems.push_back(*why);
    }
    if (const auto why = whyNotThere(model, target, path))
        problems.push_back(*why);
    return problems;
}

std::vector<std::string> ExportController::remarks(
    const Allocation& allocation, const std::filesystem::path& path, std::string_view targetId) const
{
    const Model& model = *m_engine->model();
    const auto known = exportTargetOf(targetId, path, model, allocation);
    return known ? exportRemarks(model, allocation, **known) : std::vector<std::string>();
}

Result<ExportReport> exportAllocation(
    Engine& engine, const Allocation& allocation, const std::filesystem::path& path, std::stop_token stop,
    const std::function<void(double)>& progress, std::string_view targetId)
{
    return exportAllocation(
        *engine.model(), *engine.compressor(), allocation, path, std::move(stop), progress, targetId,
        Evaluate::Yes, engine.transforms().empty() ? Weights::Stored : Weights::Rewritten);
}

Result<ExportReport> exportAllocation(
    const Model& model, Compressor& compressor, const Allocation& allocation,
    const std::filesystem::path& asked, std::stop_token stop, const std::function<void(double)>& progress,
    std::string_view targetId, Evaluate evaluate, Weights weights)
{
    const auto begin = std::chrono::steady_clock::now();
    const std::filesystem::path path = endOfLinks(namedPath(asked));
    const auto base = compressor.base();
    TRY_VOID(checkPlace(model, base.get(), path));
    const ExportTarget& target = *TRY(exportTargetOf(targetId, path, model, allocation));
    if (const auto why = whyNotThere(model, target, path))
        return fail(ErrorCode::InvalidInput, "{}", *why);
    if (const auto problems = replacementProblems(model, allocation, target, compressor.methods()); !problems.empty())
        return fail(ErrorCode::Unsupported, "{}", oneSentence(problems));
    const auto tensorOf = [&](std::size_t index, std::string_view formatId) -> Result<Tensor> {
        if (const auto layer = model.layerOf(TensorId(index))) {
            const LayerChoice& choice = allocation[*layer];
            if (choice.format.empty() && model.tensor(TensorId(index)).replacement)
                return fail(ErrorCode::Unsupported, "{}", severalMatrices(model.layer(*layer).name));
            if (choice.format == formatId) {
                const CompressedLayer made = TRY(compressor.compress(*layer, choice, stop));
                if (made.isReplacement())
                    return fail(
                        ErrorCode::Unsupported, "{}",
                        severalMatrices(model.layer(*layer).name, choice.method));
                return made.tensor();
            }
        }
        return encodedTensor(model.tensor(TensorId(index)), formatId);
    };
    const auto layerOf = [&](std::size_t index) -> Result<CompressedLayer> {
        if (const auto layer = model.layerOf(TensorId(index)))
            return compressor.compress(*layer, allocation[*layer], stop);
        return storedLayer(model.tensor(TensorId(index)));
    };
    const auto show = [&](double fraction) {
        if (progress)
            progress(fraction);
    };
    std::vector<std::string> noticed = removeLeft(path.parent_path());
    const ModelFile file = stated(model, compressor, weights);
    const std::vector<std::string> strange = TRY(notFinite(model, stop));
    const auto done = target.write(
        {.model = file,
         .formats = tensorFormats(model, allocation),
         .tensor = tensorOf,
         .layer = layerOf,
         .base = base ? base->file.get() : nullptr,
         .path = path,
         .progress =
             [&](double fraction) { show(fraction * (evaluate == Evaluate::Yes ? writingShare : 1)); },
         .stop = stop});
    if (!done && !strange.empty() && done.error().code != ErrorCode::Cancelled) // the likely cause
        return fail(done.error().code, "{}; {}", done.error().message, strange.front());
    if (!done)
        return tl::unexpected(done.error());
    ExportReport report{.path = path};
    report.bytes = done->fileBytes;
    report.tensors = model.file->tensors.size();
    if (target.id == "gguf")
        report.checks.push_back("every block length divides its rows, and llama.cpp knows every type");
    report.checks.push_back("read back: " + done->readBack);
    report.checks.insert(report.checks.end(), done->notices.begin(), done->notices.end());
    report.remarks = exportRemarks(model, allocation, target);
    report.remarks.insert(report.remarks.end(), strange.begin(), strange.end());
    std::ranges::move(noticed, std::back_inserter(report.remarks));
    const ReadBack read = TRY(readBack(path, compressor));
    report.hash = hexadecimal(read.key);
    report.predictedBytes = bytesOf(model, allocation, compressor.methods());
    report.weightBytes = done->weightBytes.value_or(read.weightBytes);
    report.target = target.id;
    if (evaluate == Evaluate::Yes)
        report.checks.push_back(
            TRY(evaluated(model, compressor, allocation, path, stop, [&](double fraction) {
                show(writingShare + fraction * (1 - writingShare));
            })));
    report.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    return report;
}

} // namespace tritloom
