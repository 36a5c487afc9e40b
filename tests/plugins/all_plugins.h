#pragma once

#include "core/task/picture_probe.h"
#include "plugins/awq/awq.h"
#include "plugins/baq/baq.h"
#include "plugins/batchnorm_folding/batchnorm_folding.h"
#include "plugins/bias_correction/bias_correction.h"
#ifdef TRITLOOM_HAS_TORCH
#include "plugins/bias_tuning/bias_tuning.h"
#include "plugins/block_reconstruction/block_reconstruction.h"
#include "plugins/scale_distillation/scale_distillation.h"
#include "plugins/top_eigenvalue/top_eigenvalue.h"
#endif
#include "plugins/bit_planes/bit_planes.h"
#include "plugins/bit_scaling/bit_scaling.h"
#include "plugins/bitdelta/bitdelta.h"
#include "plugins/block_orders/block_orders.h"
#include "plugins/bsnip/bsnip.h"
#include "plugins/bsynflow/bsynflow.h"
#include "plugins/channel_ranges/channel_ranges.h"
#include "plugins/conditioning/conditioning.h"
#include "plugins/cost_pareto/cost_pareto.h"
#include "plugins/degradation_fit/degradation_fit.h"
#include "plugins/diffusion_calibration/diffusion_calibration.h"
#include "plugins/emq/emq.h"
#include "plugins/equalisation/equalisation.h"
#include "plugins/float_splits/float_splits.h"
#include "plugins/hawq/hawq.h"
#include "plugins/integer_functions/integer_functions.h"
#include "plugins/integer_network/integer_network.h"
#include "plugins/integer_program/integer_program.h"
#include "plugins/lim/lim.h"
#include "plugins/memory_faults/memory_faults.h"
#include "plugins/metric_ranks/metric_ranks.h"
#include "plugins/mixdq/mixdq.h"
#include "plugins/mutation_search/mutation_search.h"
#include "plugins/near_mean/near_mean.h"
#include "plugins/ompq/ompq.h"
#include "plugins/proxy_ranks/proxy_ranks.h"
#include "plugins/quantization_law/quantization_law.h"
#include "plugins/relevance/relevance.h"
#include "plugins/rotation/rotation.h"
#include "plugins/size_aware/size_aware.h"
#include "plugins/smoothquant/smoothquant.h"
#include "plugins/step_groups/step_groups.h"
#include "plugins/threshold/threshold.h"
#include "plugins/training_law/training_law.h"
#include "plugins/two_group/two_group.h"
#include "plugins/two_level/two_level.h"
#include "plugins/vision_bit_scaling/vision_bit_scaling.h"
#include "plugins/water_filling/water_filling.h"
#include "plugins/zd/zd.h"
#include "tests/plugins/allocation_fixture.h"
#include "tests/plugins/method_fixture.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/plugins/probe_fixture.h"

#include <QString>

#include <cmath>
#include <string>

namespace tritloom::fixture {

/// What a plugin is asked about.
enum class World {
    Text, ///< the sample model
    Tuned, ///< the sample model as a fine-tune, its layers as BitDelta makes them
    Untied, ///< with an output matrix of its own
    Classifier, ///< the sample of networks on pictures, its graph and tensors alone
    Folded, ///< the same without batch norms
    Pictures, ///< the classifier with some pictures
    Decided, ///< the same, and what every layer becomes
    Generator, ///< the diffusion sample
    Items, ///< an allocation problem
};

/// Everything a plugin gave, as bytes; numbers that are not finite are named.
class Account {
public:
    void add(const std::string& text) { m_bytes += text; }
    void add(double number)
    {
        m_allFinite = m_allFinite && std::isfinite(number);
        m_bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
    void add(const Tensor& tensor)
    {
        for (const float value : tensor.toFloats())
            m_allFinite = m_allFinite && std::isfinite(value);
        m_bytes.append(reinterpret_cast<const char*>(tensor.bytes().data()), tensor.bytes().size());
    }
    [[nodiscard]] bool isAllFinite() const { return m_allFinite; }
    friend bool operator==(const Account&, const Account&) = default;

private:
    std::string m_bytes;
    bool m_allFinite = true;
};

using Run = Result<Account> (*)(ModelProbe*, const Parameters&, const MethodContext&);

template <typename Metric>
Result<Account> score(ModelProbe* probe, const Parameters& parameters, const MethodContext& context)
{
    const MetricScores scores = TRY(Metric().score(*probe, parameters, context));
    Account account;
    if (scores.costs.size() != probe->layers().size())
        return fail(ErrorCode::InvalidInput, "{} layers have costs", scores.costs.size());
    for (const auto& costs : scores.costs)
        for (const double cost : costs)
            account.add(cost);
    for (const double number : scores.perLayer)
        account.add(number);
    account.add(scores.title);
    return account;
}

template <typename Transform>
Result<Account> apply(ModelProbe* probe, const Parameters& parameters, const MethodContext& context)
{
    const TransformedModel made = TRY(Transform().apply(*probe, parameters, context));
    Account account;
    for (const auto& [id, tensor] : made.tensors) {
        account.add(double(std::uint32_t(id)));
        account.add(tensor);
    }
    for (const auto& [id, layer] : made.layers) {
        account.add(double(std::uint32_t(id)));
        for (const LayerReplacement::Part& part : layer.parts)
            account.add(part.tensor);
    }
    return account;
}

template <typename Examined>
Result<Account> examine(ModelProbe* probe, const Parameters& parameters, const MethodContext& context)
{
    const Examined analysis;
    const Report report = TRY(analysis.run(analysis.needsModel() ? probe : nullptr, parameters, context));
    Account account;
    for (const Report::Table& table : report.tables)
        for (const auto& row : table.rows)
            for (const std::string& cell : row)
                account.add(cell);
    for (const std::string& paragraph : report.paragraphs)
        account.add(paragraph);
    return account;
}

inline std::size_t itemCount = 60; ///< of allocation problems

template <typename Chooser>
Result<Account> choose(ModelProbe*, const Parameters& parameters, const MethodContext& context)
{
    AllocationProblem problem = randomProblem(itemCount, 3);
    for (const AllocationItem& item : problem.items)
        problem.byteBudget += item.options[1].bytes;
    problem.byteBudget += problem.byteBudget / 8; // some want more for the first and the last layer
    const AllocationSolution solution = TRY(Chooser().allocate(problem, parameters, context));
    if (totalsOf(problem, solution.chosen).bytes > problem.byteBudget)
        return fail(ErrorCode::InvalidInput, "over the budget");
    Account account;
    for (const std::size_t option : solution.chosen)
        account.add(double(option));
    account.add(solution.cost);
    return account;
}

template <typename Plugin>
std::vector<ParameterSpec> specs()
{
    return Plugin().parameters();
}

struct PluginRow {
    const char* id;
    World world;
    Run run;
    std::vector<ParameterSpec> (*parameters)();
    Parameters little; ///< with which a test does not take long
};

// The only list of plugins in tests that are no layer methods.
inline const PluginRow allPlugins[] = {
    {"awq", World::Text, apply<Awq>, specs<Awq>, {{"rows", 16}}},
    {"batchnorm-folding", World::Classifier, apply<BatchNormFolding>, specs<BatchNormFolding>, {}},
    {"bias-correction", World::Pictures, apply<BiasCorrection>, specs<BiasCorrection>, {}},
#ifdef TRITLOOM_HAS_TORCH
    {"bias-tuning", World::Pictures, apply<BiasTuning>, specs<BiasTuning>, {{"steps", 4}}},
    {"block-reconstruction",
     World::Decided,
     apply<BlockReconstruction>,
     specs<BlockReconstruction>,
     {{"iterations", 4}}},
    {"scale-distillation", World::Tuned, apply<ScaleDistillation>, specs<ScaleDistillation>, {{"steps", 2}}},
    {"top-eigenvalue",
     World::Pictures,
     score<TopEigenvalueMetric>,
     specs<TopEigenvalueMetric>,
     {{"products", 2}, {"chunks", 1}}},
#endif
    {"equalisation", World::Folded, apply<Equalisation>, specs<Equalisation>, {}},
    {"rotation", World::Untied, apply<Rotation>, specs<Rotation>, {}},
    {"smoothquant", World::Text, apply<SmoothQuant>, specs<SmoothQuant>, {}},
    {"baq", World::Text, score<BaqMetric>, specs<BaqMetric>, {}},
    {"bsnip", World::Text, score<BitSnip>, specs<BitSnip>, {{"probes", 1}, {"chunks", 1}}},
    {"bsynflow", World::Text, score<BitSynFlow>, specs<BitSynFlow>, {}},
    {"emq", World::Text, score<Emq>, specs<Emq>, {{"configurations", 16}, {"iterations", 50}, {"chunks", 1}}},
    {"hawq", World::Text, score<Hawq>, specs<Hawq>, {{"probes", 1}, {"chunks", 1}}},
    {"lim", World::Text, score<LayerInputModification>, specs<LayerInputModification>, {}},
    {"mixdq", World::Generator, score<MixDq>, specs<MixDq>, {}},
    {"ompq", World::Text, score<Ompq>, specs<Ompq>, {}},
    {"relevance", World::Pictures, score<Relevance>, specs<Relevance>, {{"pictures", 2}}},
    {"size-aware", World::Text, score<SizeAware>, specs<SizeAware>, {{"chunks", 1}}},
    {"zd", World::Text, score<ZScoreDistribution>, specs<ZScoreDistribution>, {}},
    {"integer-program", World::Items, choose<IntegerProgram>, specs<IntegerProgram>, {}},
    {"mutation-search", World::Items, choose<MutationSearch>, specs<MutationSearch>, {{"mutations", 5000}}},
    {"near-mean", World::Items, choose<NearMean>, specs<NearMean>, {}},
    {"threshold", World::Items, choose<Threshold>, specs<Threshold>, {}},
    {"two-group", World::Items, choose<TwoGroup>, specs<TwoGroup>, {}},
    {"two-level", World::Items, choose<TwoLevel>, specs<TwoLevel>, {}},
    {"water-filling", World::Items, choose<WaterFilling>, specs<WaterFilling>, {}},
    {"bit-planes", World::Pictures, examine<BitPlanes>, specs<BitPlanes>, {{"samples", 2}}},
    {"bit-scaling", World::Text, examine<BitScaling>, specs<BitScaling>, {{"chunks", 1}}},
    {"block-orders",
     World::Text,
     examine<BlockOrders>,
     specs<BlockOrders>,
     {{"chunks", 1}, {"points", 2}, {"orders", 1}}},
    {"channel-ranges", World::Text, examine<ChannelRanges>, specs<ChannelRanges>, {}},
    {"conditioning", World::Pictures, examine<Conditioning>, specs<Conditioning>, {{"side", 2}}},
    {"cost-pareto", World::Pictures, examine<CostPareto>, specs<CostPareto>, {{"samples", 2}, {"mixed", 1}}},
    {"degradation-fit", World::Text, examine<DegradationFit>, specs<DegradationFit>, {{"chunks", 1}}},
    {"diffusion-calibration",
     World::Generator,
     examine<DiffusionCalibration>,
     specs<DiffusionCalibration>,
     {}},
    {"float-splits", World::Generator, examine<FloatSplits>, specs<FloatSplits>, {}},
    {"integer-functions", World::Generator, examine<IntegerFunctions>, specs<IntegerFunctions>, {}},
    {"integer-network",
     World::Pictures,
     examine<IntegerNetwork>,
     specs<IntegerNetwork>,
     {{"calibration", 2}, {"pictures", 2}}},
    {"memory-faults", World::Text, examine<MemoryFaults>, specs<MemoryFaults>, {{"seeds", 1}, {"chunks", 1}}},
    {"metric-ranks", World::Text, examine<MetricRanks>, specs<MetricRanks>, {{"chunks", 1}}},
    {"proxy-ranks",
     World::Text,
     examine<ProxyRanks>,
     specs<ProxyRanks>,
     {{"configurations", 16}, {"iterations", 50}, {"chunks", 1}}},
    {"quantization-law", World::Items, examine<QuantizationLaw>, specs<QuantizationLaw>, {}},
    {"step-groups", World::Generator, examine<StepGroups>, specs<StepGroups>, {}},
    {"training-law", World::Items, examine<TrainingLaw>, specs<TrainingLaw>, {}},
    {"vision-bit-scaling",
     World::Pictures,
     examine<VisionBitScaling>,
     specs<VisionBitScaling>,
     {{"samples", 2}}},
};

inline const std::vector<Candidate> threeFormats{
    {"int2row", "rtn", {}}, {"int4row", "rtn", {}}, {"int8row", "rtn", {}}};

inline std::shared_ptr<const Model> pictureModel(const char* path)
{
    return loadModel(std::string(TRITLOOM_SOURCE_DIR "/resources/samples/picture/") + path).value();
}

inline std::shared_ptr<Compressor> plainCompressor(std::shared_ptr<const Model> model)
{
    static const RoundToNearest rounding;
    return std::make_shared<Compressor>(
        std::move(model),
        [](std::string_view id) -> const LayerMethod* { return id == "rtn" ? &rounding : nullptr; }, nullptr,
        std::size_t{64} << 20);
}

inline std::shared_ptr<const Model> untiedSample()
{
    ModelFile file = *sampleModel()->file;
    NamedTensor output = *file.find("token_embd.weight");
    output.name = "output.weight";
    if (file.find("output.weight") == nullptr)
        file.tensors.push_back(std::move(output));
    return makeModel(std::move(file));
}

/// A probe of its own each time, so that nothing is remembered between runs; what it works with stays alive.
struct Given {
    SampleProbe sample;
    std::unique_ptr<ModelProbe> other;
    [[nodiscard]] ModelProbe* probe() const { return other ? other.get() : sample.probe.get(); }
};

inline Given givenFor(World world, const std::map<std::string, Tensor>& replaced = {})
{
    if (world == World::Items)
        return {};
    if (world == World::Classifier || world == World::Folded) {
        auto model = pictureModel("classification/shapes.onnx");
        if (world == World::Folded) {
            CompressorProbe probe(plainCompressor(model), {}, std::stop_token());
            model = withTensors(*model, BatchNormFolding().apply(probe, {}, {}).value().tensors);
        }
        return {
            {}, std::make_unique<CompressorProbe>(plainCompressor(model), threeFormats, std::stop_token())};
    }
    if (world == World::Pictures || world == World::Decided) {
        PictureOptions options;
        options.source.limit = 8;
        options.calibrationCount = 4;
        const std::vector<Candidate> decided{threeFormats[1]};
        return {
            {}, samplePictureProbe(
                    "classification/shapes.onnx", world == World::Decided ? decided : threeFormats, options)};
    }
    if (world == World::Generator) {
        std::vector<PictureSample> samples(1);
        samples[0].key = keyOf("seed", std::uint64_t(0));
        auto pass = std::make_unique<NetworkPass>(
            plainCompressor(pictureModel("generation/denoise.onnx")), cpuExecutor(), std::size_t{1} << 20);
        return {{}, PictureProbe::create(std::move(pass), samples, {.steps = 4}, threeFormats, {}).value()};
    }
    if (world == World::Tuned) {
        std::map<TensorId, Tensor> moved;
        const auto model = sampleModel();
        for (const Layer& layer : model->layers) {
            std::vector<float> weights = materialise(model->tensor(layer.tensor)).value().toFloats();
            const std::vector<float> steps = normalValues(weights.size(), std::uint32_t(layer.tensor), 0.01f);
            for (std::size_t i = 0; i < weights.size(); ++i)
                weights[i] += steps[i];
            moved[layer.tensor] = Tensor::adoptFloats({layer.rows, layer.columns}, std::move(weights));
        }
        const auto bitDelta = [](std::string_view id) -> const LayerMethod* {
            static const BitDelta method;
            return id == "bitdelta" ? &method : nullptr;
        };
        SampleProbe sample = probeOf(withTensors(*model, moved), {{"sign", "bitdelta", {}}}, bitDelta);
        sample.compressor->setBase(model);
        return {std::move(sample), {}};
    }
    auto model = world == World::Untied ? untiedSample() : sampleModel();
    std::map<TensorId, Tensor> tensors;
    for (std::size_t i = 0; i < model->layers.size(); ++i)
        if (const auto found = replaced.find(model->layers[i].name); found != replaced.end())
            tensors[model->layers[i].tensor] = found->second;
    if (!tensors.empty())
        model = withTensors(*model, tensors);
    return {probeOf(model, {{"int2g64a", "rtn", {}}, {"int4g64a", "rtn", {}}, {"q8_0", "rtn", {}}}), {}};
}

inline const PluginRow& pluginRow(const QString& id)
{
    for (const PluginRow& row : allPlugins)
        if (id == row.id)
            return row;
    qFatal("a name that is not in the list");
}

} // namespace tritloom::fixture
