#pragma once

#include "plugins/abq_llm/abq_llm.h"
#include "plugins/adaquant/adaquant.h"
#include "plugins/adaround/adaround.h"
#include "plugins/autoround/autoround.h"
#include "plugins/awq_clip/awq_clip.h"
#include "plugins/baq_columns/baq_columns.h"
#include "plugins/bct/bct.h"
#include "plugins/bitdelta/bitdelta.h"
#include "plugins/bitmod/bitmod.h"
#include "plugins/bitnet/bitnet.h"
#include "plugins/bitsfusion/bitsfusion.h"
#include "plugins/bitstack/bitstack.h"
#include "plugins/cached_time/cached_time.h"
#include "plugins/clipped_channels/clipped_channels.h"
#include "plugins/db_llm/db_llm.h"
#include "plugins/deepshape/deepshape.h"
#include "plugins/denseshift/denseshift.h"
#include "plugins/double_rounding/double_rounding.h"
#include "plugins/fast_2bit/fast_2bit.h"
#include "plugins/gptq/gptq.h"
#include "plugins/hqq/hqq.h"
#include "plugins/imatrix/imatrix.h"
#include "plugins/int_activations/int_activations.h"
#include "plugins/kmeans/kmeans.h"
#include "plugins/low_bit_fp/low_bit_fp.h"
#include "plugins/pb_llm/pb_llm.h"
#include "plugins/proxy_outliers/proxy_outliers.h"
#include "plugins/ptq161/ptq161.h"
#include "plugins/quip/quip.h"
#include "plugins/rtn/rtn.h"
#include "plugins/rtn_clip/rtn_clip.h"
#include "plugins/shiftquant/shiftquant.h"
#include "plugins/static_activations/static_activations.h"
#include "plugins/tensor_quantiles/tensor_quantiles.h"
#include "plugins/ternary/ternary.h"
#include "tests/plugins/method_fixture.h"
#include "tests/support/nested.h"

#include <cstdlib>
#include <memory>

namespace tritloom::fixture {

/// sum |weight - stored|^exponent
template <int Tenths>
double powerError(const LayerProblem& problem, const Tensor& stored)
{
    const std::vector<float> weights = problem.weights.toFloats(), found = stored.toFloats();
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        sum += std::pow(std::fabs(double(weights[i]) - double(found[i])), Tenths / 10.0);
    return sum;
}

/// sum over columns of meanSquare * (weight - stored)^2
inline double columnError(const LayerProblem& problem, const Tensor& stored)
{
    const std::vector<float> weights = problem.weights.toFloats(), found = stored.toFloats(),
                             meanSquare = problem.meanSquare->toFloats();
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        sum += double(meanSquare[i % meanSquare.size()]) * std::pow(double(weights[i]) - double(found[i]), 2);
    return sum;
}

/// sum over the blocks of the stored format of e H e^T, H the block's part of the Gram matrix
inline double blockOutputError(const LayerProblem& problem, const Tensor& stored)
{
    const std::size_t columns = problem.weights.type().columns();
    const std::size_t group = stored.type().format->blockElements();
    const std::vector<float> weights = problem.weights.toFloats(), found = stored.toFloats(),
                             gram = problem.gram->toFloats();
    double sum = 0;
    for (std::size_t w = 0; w < weights.size(); ++w) {
        const std::size_t c = w % columns, begin = c / group * group;
        for (std::size_t d = begin; d < std::min(begin + group, columns); ++d)
            sum += (double(weights[w]) - double(found[w])) * double(gram[c * columns + d])
                * (double(weights[w - c + d]) - double(found[w - c + d]));
    }
    return sum;
}

/// sum over the widths 8, 6, 4 and 2 that nested integers are read at, of the squared error
inline double nestedWidthsError(const LayerProblem& problem, const Tensor& stored)
{
    double sum = 0;
    for (const int width : {8, 6, 4, 2})
        sum += powerError<20>(problem, nestedAt(stored, width));
    return sum;
}

template <typename Method>
std::unique_ptr<LayerMethod> make()
{
    return std::make_unique<Method>();
}

/// A method that is told more than its layer, by whoever derives from this.
template <typename Method>
class Surrounded : public LayerMethod {
public:
    std::string id() const override { return m_method.id(); }
    Calibration calibration() const override { return m_method.calibration(); }
    std::vector<ParameterSpec> parameters() const override { return m_method.parameters(); }
    bool supports(const NumberFormat& format) const override { return m_method.supports(format); }
    bool makesReplacements() const override { return m_method.makesReplacements(); }
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format,
        const Parameters& parameters) const override
    {
        return m_method.storedBytes(outputs, inputs, format, parameters);
    }

protected:
    Method m_method;
};

/// A method of ranges with inputs that were seen: normal numbers.
template <typename Method>
class SampledRanges final : public Surrounded<Method> {
public:
    Result<CompressedLayer> quantize(
        const LayerProblem& problem, const NumberFormatPtr& format, const Parameters& parameters,
        const MethodContext& context) const override
    {
        InputHistograms::Bucket bucket;
        bucket.channels.resize(problem.weights.type().columns(), Histogram(256));
        for (Histogram& channel : bucket.channels) {
            const std::vector<float> values = normalValues(64, 5);
            channel.add(values);
            bucket.whole.add(values);
        }
        InputHistograms inputs{{bucket}, {}, {}};
        const std::size_t outputs = problem.weights.type().rows();
        inputs.startToken = {5, {bucket}, Tensor::adoptFloats({1, outputs}, normalValues(outputs, 6))};
        return this->m_method.quantizeWithRanges(problem, inputs, format, parameters, context);
    }
};

/// A method of time steps with as many as it is asked for, and the product with normal numbers at each.
template <typename Method>
class SampledTimes final : public Surrounded<Method> {
public:
    Result<CompressedLayer> quantize(
        const LayerProblem& problem, const NumberFormatPtr& format, const Parameters& parameters,
        const MethodContext& context) const override
    {
        const auto steps = std::size_t(TRY(parameterValue(this->parameters(), parameters, "steps")));
        const std::size_t outputs = problem.weights.type().rows(), inputs = problem.weights.type().columns();
        const std::vector<float> weights = problem.weights.toFloats(), x = normalValues(steps * inputs, 5);
        TimeTable table;
        std::vector<float> rows(steps * outputs);
        for (std::size_t t = 0; t < steps; ++t) {
            table.times.push_back(float(t));
            for (std::size_t i = 0; i < weights.size(); ++i)
                rows[t * outputs + i / inputs] += weights[i] * x[t * inputs + i % inputs];
        }
        table.outputs = Tensor::adoptFloats({steps, outputs}, std::move(rows));
        return this->m_method.quantizeWithTimes(problem, table, format, parameters, context);
    }
};

/// A method that looks at the layer before, behind one of which some units have larger weights.
template <typename Method>
class BehindALayer final : public Surrounded<Method> {
public:
    Result<CompressedLayer> quantize(
        const LayerProblem& problem, const NumberFormatPtr& format, const Parameters& parameters,
        const MethodContext& context) const override
    {
        InputUnits units{normalValues(problem.weights.type().columns(), 6)};
        for (float& deviation : units.deviations)
            deviation = std::fabs(deviation);
        return this->m_method.quantizeBehind(problem, units, format, parameters, context);
    }
};

struct MethodRow {
    const char* id;
    std::unique_ptr<LayerMethod> (*make)();
    /// What it makes small; null: nothing that rounding could be held against, see the test of its own.
    double (*objective)(const LayerProblem&, const Tensor&);
    const char* effort = nullptr; ///< the parameter that says how long it works, for those that take long
    double little = 0; ///< a value of it with which a test does not
    bool bytesDependOnData = false; ///< storedBytes() is an upper bound then
    /// What rounding stores for the comparison, where it cannot fill the method's format; null: the same.
    const char* rival = nullptr;
    bool isMatrix = true; ///< whether there are weights in what it makes
};

/// The weights of what a method made, or the numbers that it stores in place of them.
inline Tensor numbersOf(const CompressedLayer& made, const MethodRow& row)
{
    return row.isMatrix ? made.dense().value() : made.replacement()->parts[0].tensor;
}

/// A sign a weight and a scale a row of 256: the rival of methods that store little more.
constexpr const char* oneBitRows = "sign1g256";

// The only list of layer methods in tests.
constexpr MethodRow allMethods[] = {
    {"abq-llm", make<ArbitraryBits>, columnError},
    {"adaquant", make<AdaQuant>, outputError, "iterations", 20},
    {"adaround", make<AdaRound>, outputError, "iterations", 40},
    {"autoround", make<AutoRound>, outputError, "steps", 20},
    {"awq-clip", make<AwqClip>, blockOutputError},
    {"baq-columns", make<BaqColumns>, outputError, nullptr, 0, true},
    {"bct", make<BlockwiseShift>, powerError<20>},
    {"bitdelta", make<BitDelta>, powerError<20>, nullptr, 0, false, oneBitRows},
    {"bitmod", make<BitMod>, columnError},
    {"bitnet", make<BitNetSign>, nullptr}, // its scale is prescribed, not sought
    {"bitsfusion", make<BitsFusion>, powerError<20>},
    {"bitstack", make<BitStack>, columnError, nullptr, 0, false, oneBitRows},
    {"cached-time", make<SampledTimes<CachedTime>>, nullptr, nullptr, 0, false, nullptr, false},
    {"clipped-channels", make<SampledRanges<ClippedChannels>>, powerError<20>},
    {"db-llm", make<DbLlm>, columnError},
    {"deepshape", make<DeepShape>, nullptr}, // it seeks less entropy before it rounds
    {"denseshift", make<DenseShift>, powerError<20>},
    {"double-rounding", make<DoubleRounding>, nestedWidthsError},
    {"fast-2bit", make<FastTwoBit>, columnError},
    {"gptq", make<Gptq>, outputError},
    {"hqq", make<HalfQuadratic>, powerError<7>},
    {"imatrix", make<ImportanceMatrix>, columnError},
    {"int-activations", make<IntActivations>, powerError<20>},
    {"k-means", make<KMeans>, columnError},
    {"low-bit-fp", make<LowBitFloat>, powerError<20>},
    {"pb-llm", make<PbLlm>, outputError, nullptr, 0, false, oneBitRows},
    {"proxy-outliers", make<BehindALayer<ProxyOutliers>>, powerError<20>, nullptr, 0, true},
    {"ptq161", make<Ptq161>, outputError, nullptr, 0, false, oneBitRows},
    {"quip", make<LatticeRounding>, outputError},
    {"rtn", make<RoundToNearest>, powerError<20>},
    {"rtn-clip", make<ClippedRounding>, powerError<24>},
    {"shiftquant", make<ShiftQuant>, powerError<20>},
    {"static-activations", make<SampledRanges<StaticActivations>>, powerError<20>},
    {"tensor-quantiles", make<TensorQuantiles>, nullptr}, // its levels are prescribed, not sought
    {"ternary", make<TernaryMethod>, columnError},
};

inline const MethodRow& methodRow(std::string_view id)
{
    for (const MethodRow& row : allMethods)
        if (row.id == id)
            return row;
    std::abort(); // a name that is not in the list above
}

} // namespace tritloom::fixture
