#include "app/session/engine.h"

#include "app/session/picture_engine.h"
#include "app/session/samples.h"
#include "app/session/stand_in_backend.h"
#include "app/session/text_file.h"
#include "app/session/transformed_model.h"
#include "app/session/vulkan_devices.h"
#include "compute/cpu/cpu_backend.h"
#include "compute/vulkan/vulkan_backend.h"
#include "core/base/parallel.h"
#include "core/calibrate/imatrix_file.h"
#include "core/evaluate/compressor_probe.h"

#include <QCoreApplication>

#include <map>

namespace tritloom {
namespace {

Result<std::map<std::string, std::vector<float>>> meanSquaresOf(const std::filesystem::path& imatrix)
{
    std::map<std::string, std::vector<float>> byLayer;
    const ImatrixFile file = TRY(readImatrix(imatrix));
    for (const auto& [name, entry] : file.entries)
        byLayer[name] = entry.meanSquares();
    return byLayer;
}

/// What people call the instruction set that Highway names so.
std::string titleOfSet(const std::string& name)
{
    static const std::map<std::string, std::string> titles{
        {"AVX3", "AVX-512"}, {"AVX3_DL", "AVX-512 VNNI"}, {"AVX3_ZEN4", "AVX-512 VNNI"}, {"SSE4", "SSE4.2"}};
    const auto found = titles.find(name);
    return found == titles.end() ? name : found->second;
}

} // namespace

std::vector<Device> devices()
{
    const std::string set = titleOfSet(cpuInstructionSets().front());
    std::vector<Device> list{
        {"cpu", "CPU, " + set}, {"cpu:8bit", "CPU, " + set + ", 8-bit activations as in runtimes"}};
    const std::vector<std::string>& names = vulkanNames();
    for (std::size_t i = 0; i < names.size(); ++i)
        for (const VulkanMode& mode : vulkanModes()) {
            const bool isExact = mode.products == VulkanProducts::Half && !hasQuickHalves(names[i]);
            list.push_back(
                {fmt::format("vulkan:{}{}", i, mode.suffix),
                 fmt::format(
                     fmt::runtime(isExact ? "{}, half precision: not quicker here, so exact" : mode.title),
                     "Vulkan, " + names[i])});
        }
    list.push_back({"reference", "Reference (slow, for comparison)"});
    return list;
}

Result<std::unique_ptr<Executor>> makeExecutor(const std::string& device)
{
    std::vector<std::unique_ptr<Backend>> backends;
    CpuActivations activations = device == "cpu:8bit" ? CpuActivations::EightBit : CpuActivations::Exact;
    if (device.starts_with("vulkan:")) {
        const VulkanChoice choice = TRY(vulkanChoiceOf(device));
        if (choice.products == VulkanProducts::EightBit) // what has no room there is rounded as well
            activations = CpuActivations::EightBit;
        backends.push_back(TRY(makeVulkanBackend(choice.name, {.products = choice.products})));
    }
    if (!backends.empty())
        backends.push_back(
            std::make_unique<StandInBackend>(TRY(makeCpuBackend({}, activations)), backends[0]->name()));
    else if (device == "cpu" || device == "cpu:8bit")
        backends.push_back(TRY(makeCpuBackend({}, activations)));
    else if (device != "reference")
        return fail(ErrorCode::NotFound, "no device is called '{}'", device);
    backends.push_back(makeReferenceBackend());
    auto executor = std::make_unique<Executor>(std::move(backends));
    executor->onFallback = [](const Error& error) { qWarning("%s; the CPU goes on", error.message.c_str()); };
    return executor;
}

std::filesystem::path resourceFolder()
{
    const std::filesystem::path program = QCoreApplication::applicationDirPath().toStdString();
    const std::filesystem::path installed = program / ".." / "share" / "tritloom";
    return std::filesystem::exists(installed / "samples") ? installed
                                                          : std::filesystem::path(TRITLOOM_RESOURCES);
}

std::filesystem::path sampleModelPath()
{
    return sampleModels().front().path();
}

Result<std::shared_ptr<Engine>>
Engine::create(std::shared_ptr<const Model> model, MethodLookup methods, EngineOptions options)
{
    setThreadCount(options.threads);
    auto engine = std::make_shared<Engine>();
    engine->m_model = model;
    std::shared_ptr<Statistics> statistics;
    if (!model->graph)
        engine->m_whyNot = model->whyNotEvaluated;
    else if (!model->tokenizer && !model->picture)
        engine->m_whyNot = model->whyNoTokenizer;
    if (engine->m_whyNot.empty() && !model->picture) {
        const std::filesystem::path texts = resourceFolder() / "samples" / "language";
        const bool isAsked = !options.evaluationText.empty() || options.evaluation.contextLength > 0;
        if (options.evaluationText.empty())
            options.evaluationText = TRY(readTextFile(texts / "evaluation.txt"));
        const bool isGiven = !options.calibrationText.empty();
        if (!isGiven)
            options.calibrationText = TRY(readTextFile(texts / "calibration.txt"));
        std::size_t& context = options.evaluation.contextLength;
        if (context == 0)
            context = model->contextLength == 0 ? 512 : std::min<std::size_t>(512, model->contextLength);
        auto chunks = makeChunks(*model->tokenizer, options.evaluationText, options.evaluation);
        if (!chunks && isAsked)
            return tl::make_unexpected(std::move(chunks).error());
        if (chunks)
            engine->m_chunks = std::move(*chunks);
        else // our own text, in a vocabulary that makes few tokens of it: looked at and exported it can be
            engine->m_whyNot = chunks.error().message;
        auto calibration = makeChunks(
            *model->tokenizer, options.calibrationText,
            {.contextLength = context, .chunkCount = options.calibrationChunks});
        if (!calibration
            && isGiven) // our own is too short for very long contexts: methods then say what they miss
            return fail(calibration.error().code, "calibration: {}", calibration.error().message);
        if (calibration) {
            engine->m_calibrationChunks = *calibration;
            statistics = std::make_shared<Statistics>(
                model, std::move(*calibration), TRY(tritloom::makeExecutor(options.device)));
            if (!options.imatrix.empty())
                TRY_VOID(statistics->setMeanSquares(TRY(meanSquaresOf(options.imatrix))));
        }
    }
    engine->m_methods = methods;
    engine->m_compressor =
        std::make_shared<Compressor>(model, std::move(methods), std::move(statistics), options.memoBytes / 4);
    TRY_VOID(engine->setBase(options.base));
    engine->m_options = std::move(options);
    return engine;
}

Result<void> Engine::setBase(std::shared_ptr<const Model> base)
{
    std::size_t known = 0;
    std::string differs; // such as the embedding of a vocabulary with tokens of its own
    for (const Layer& layer : m_model->layers) {
        const NamedTensor* const found = base ? base->file->find(layer.name) : nullptr;
        const Shape& shape = m_model->tensor(layer.tensor).shape;
        if (found != nullptr && found->shape == shape)
            ++known;
        else if (differs.empty())
            differs = found == nullptr ? fmt::format("'{}' is not", layer.name)
                                       : fmt::format(
                                           "'{}' is [{}] there and [{}] here", layer.name,
                                           fmt::join(found->shape, ", "), fmt::join(shape, ", "));
    }
    if (base && known < m_model->layers.size())
        return fail(
            ErrorCode::InvalidInput,
            "{} is not what {} was tuned from: {} of its {} layers are there in the same shape, {}",
            base->file->path.filename().string(), m_model->file->path.filename().string(), known,
            m_model->layers.size(), differs);
    m_compressor->setBase(std::move(base));
    return {};
}

std::shared_ptr<Compressor> Engine::compressor() const
{
    const auto shown = pictures();
    return shown ? shown->compressor() : m_compressor;
}

std::string Engine::whyNotEvaluated() const
{
    if (m_whyNot.empty() && m_model->picture && pictures() == nullptr)
        return "it works on pictures, and there are none yet: name a folder of them (--images) or drop one "
               "on the window";
    return m_whyNot;
}

std::shared_ptr<PictureEngine> Engine::pictures() const
{
    const std::scoped_lock lock(m_mutex);
    return m_pictures;
}

void Engine::setPictures(std::shared_ptr<PictureEngine> pictures)
{
    const std::scoped_lock lock(m_mutex);
    m_pictures = std::move(pictures);
}

Result<std::unique_ptr<DivergenceMeter>> Engine::makeMeter(ResultStore* store) const
{
    if (const auto shown = pictures())
        return TRY(shown->makeSession());
    return TRY(makeSession(store));
}

Result<std::unique_ptr<Executor>> Engine::makeExecutor() const
{
    return tritloom::makeExecutor(m_options.device);
}

Result<std::unique_ptr<ModelProbe>>
Engine::makeModelProbe(std::vector<Candidate> candidates, std::stop_token stop) const
{
    if (const auto shown = pictures())
        return TRY(shown->makeProbe(std::move(candidates), std::move(stop)));
    if (const std::string why = whyNotEvaluated(); !why.empty())
        return std::make_unique<CompressorProbe>(compressor(), std::move(candidates), std::move(stop), why);
    return TRY(makeProbe(std::move(candidates), std::move(stop)));
}

Result<std::unique_ptr<TextProbe>>
Engine::makeProbe(std::vector<Candidate> candidates, std::stop_token stop) const
{
    if (!m_whyNot.empty() || m_model->picture)
        return fail(
            ErrorCode::Unsupported, "the model cannot be evaluated on text: {}",
            m_model->picture ? m_model->whyNoTokenizer : m_whyNot);
    return std::make_unique<TextProbe>(
        m_compressor, m_calibrationChunks, TRY(makeExecutor()), std::move(candidates), m_options.memoBytes,
        std::move(stop));
}

Result<std::shared_ptr<Engine>> Engine::transformed(
    const ModelTransform& transform, const Parameters& parameters, std::vector<Candidate> candidates,
    const MethodContext& context) const
{
    const Candidate preparedFor = candidates.empty() ? Candidate{"", "", {}} : candidates.front();
    EngineOptions options = m_options;
    options.base = base();
    std::shared_ptr<Engine> engine;
    std::vector<std::string> notices;
    if (const auto shown = pictures()) {
        auto made = TRY(shown->transformed(transform, parameters, std::move(candidates), context));
        const auto& said = made->pictures().notices;
        notices.assign(said.begin() + std::ptrdiff_t(shown->pictures().notices.size()), said.end());
        engine = TRY(create(made->model(), m_methods, options));
        engine->setPictures(std::move(made));
    } else if (m_model->picture) {
        const auto made = TRY(
            transformedNetwork(m_compressor, transform, parameters, std::move(candidates), context, notices));
        engine = TRY(create(made, m_methods, options));
    } else {
        const auto probe = TRY(makeProbe(std::move(candidates), context.stop));
        const TransformedModel made = TRY(transform.apply(*probe, parameters, context));
        engine = TRY(create(TRY(transformedModel(*m_model, made, notices)), m_methods, options));
    }
    engine->m_original = m_original ? m_original : shared_from_this();
    engine->m_notices = m_notices;
    engine->m_notices.insert(engine->m_notices.end(), notices.begin(), notices.end());
    engine->m_transforms = m_transforms;
    engine->m_transforms.push_back({{transform.id(), parameters}, preparedFor});
    return engine;
}

Result<std::unique_ptr<EvaluationSession>> Engine::makeSession(
    ResultStore* store, std::shared_ptr<ForwardPass> reference, std::optional<std::size_t> memoBytes) const
{
    if (const std::string why = m_model->picture ? m_model->whyNoTokenizer : m_whyNot; !why.empty())
        return fail(
            ErrorCode::Unsupported, "{} cannot be evaluated on text: {}",
            m_model->file->path.filename().string(), why);
    const std::size_t memo = memoBytes.value_or(m_options.memoBytes);
    if (!reference && m_original != nullptr)
        reference = std::make_shared<ForwardPass>(m_original->m_compressor, TRY(makeExecutor()), memo / 4);
    auto pass = std::make_shared<ForwardPass>(m_compressor, TRY(makeExecutor()), memo);
    return std::make_unique<EvaluationSession>(m_chunks, std::move(pass), std::move(reference), store);
}

} // namespace tritloom
