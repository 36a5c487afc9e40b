#include "core/calibrate/compressor.h"

#include "core/file/tritloom_file.h"
#include "core/method/unit_method.h"

#include <algorithm>

namespace tritloom {
namespace {

/// Part of the identity of everything that is made of weights, and so of all results that projects keep.
/// Raise it by one whenever a format's encoder, a search for scales, a method or what methods are told
/// makes other bytes of the same weights and parameters: older results are then not found again.
constexpr std::uint64_t fittingRevision = 7;

/// Whether a method looks at samples of the layer's inputs themselves.
bool seesSamples(const LayerMethod& method)
{
    return dynamic_cast<const RangeMethod*>(&method) != nullptr
        || dynamic_cast<const TimeMethod*>(&method) != nullptr;
}

/// Whether a method learns from what the calibration data make of the layer.
bool learns(const LayerMethod& method)
{
    return method.calibration() != Calibration::None || seesSamples(method);
}

/// A parameter of the choice that the method does not have; null: it has all.
const std::string* unknownParameter(const LayerMethod& method, const Parameters& given)
{
    const std::vector<ParameterSpec> known = method.parameters();
    for (const auto& [name, value] : given)
        if (std::ranges::find(known, name, &ParameterSpec::key) == known.end())
            return &name;
    return nullptr;
}

/// Bytes of the parts that a difference to a base has for itself, were the layer so many times as high and wide.
std::uint64_t ownBytes(const LayerReplacement& difference, std::size_t higher, std::size_t wider)
{
    std::uint64_t bytes = 0;
    for (const LayerReplacement::Part& part : difference.parts) {
        if (part.isShared)
            continue;
        TensorType type = part.tensor.type();
        if (!type.shape.empty() && type.shape[0] == difference.outputs)
            type.shape[0] *= higher;
        if (type.shape.size() == 2 && type.shape[1] == difference.inputs)
            type.shape[1] *= wider;
        bytes += type.bytes();
    }
    return bytes;
}

Result<Tensor> baseOf(const Model& base, const NamedTensor& tensor)
{
    const NamedTensor* const found = base.file->find(tensor.name);
    if (found == nullptr)
        return fail(ErrorCode::InvalidInput, "the base model has no tensor '{}'", tensor.name);
    if (found->shape != tensor.shape)
        return fail(
            ErrorCode::InvalidInput, "'{}' is [{}] here and [{}] in the base model", tensor.name,
            fmt::join(tensor.shape, ", "), fmt::join(found->shape, ", "));
    return materialise(*found);
}

/// Whether the stored difference is of the parts that the method makes with these parameters, and to this base.
/// base: null where none was named, which is the one the file was opened over.
bool isDifferenceBy(
    const LayerMethod& method, const Layer& layer, const NamedTensor& tensor, const LayerChoice& choice,
    const Model* base)
{
    const LayerReplacement& difference = *tensor.replacement;
    const auto format = parseNumberFormat(choice.format);
    if (!method.needsBase() || !format || !difference.parts.front().isShared)
        return false;
    // Several planes and scales may take as many bytes as others do: not in layers of all sizes.
    const auto isAsLarge = [&](std::size_t higher, std::size_t wider) {
        return method.storedBytes(layer.rows * higher, layer.columns * wider, *format, choice.parameters)
            == ownBytes(difference, higher, wider);
    };
    // Of a single row a scale for the row is in f16 and one for all in f32: their bytes tell.
    if (!isAsLarge(1, 1) || !isAsLarge(1, 2) || (layer.rows > 1 && !isAsLarge(2, 1)))
        return false;
    if (base == nullptr)
        return true;
    const Tensor& shared = difference.parts.front().tensor;
    const auto chosen = baseOf(*base, tensor);
    return chosen
        && (chosen->bytes().data() == shared.bytes().data()
            || tritloomFile::baseKey(*chosen) == tritloomFile::baseKey(shared));
}

/// Whether the choice is what is stored: the same format, by a method that writes one matrix in it, or the same
/// difference to the base.
bool isKept(
    const Model& model, const MethodLookup& methods, LayerId layer, const LayerChoice& choice, const Model* base)
{
    const Layer& what = model.layer(layer);
    const NamedTensor& tensor = model.tensor(what.tensor);
    const LayerMethod* const method = methods(choice.method);
    if (method == nullptr)
        return false;
    const bool isSame = tensor.replacement
        ? isDifferenceBy(*method, what, tensor, choice, base)
        : what.storedFormat == choice.format && !method->makesReplacements() && !seesSamples(*method)
            && method->supports(*storedFormat(tensor));
    return isSame && unknownParameter(*method, choice.parameters) == nullptr;
}

/// Whether the layer is run as stored, whatever that turns out to be. Not where other programs' codes are to be
/// kept: they may fit no format of ours, and have a key of their own.
bool isAsStored(
    const Model& model, const MethodLookup& methods, LayerId layer, const LayerChoice& choice, const Model* base)
{
    return choice.format.empty()
        || (!model.tensor(model.layer(layer).tensor).packed && isKept(model, methods, layer, choice, base));
}

} // namespace

Compressor::Compressor(
    std::shared_ptr<const Model> model, MethodLookup methods, std::shared_ptr<Statistics> statistics,
    std::size_t memoBytes)
    : m_model(std::move(model))
    , m_methods(std::move(methods))
    , m_statistics(std::move(statistics))
    , m_memo(memoBytes)
{
}

void Compressor::setBase(std::shared_ptr<const Model> base)
{
    const std::scoped_lock lock(m_mutex);
    m_base = std::move(base);
}

std::shared_ptr<const Model> Compressor::base() const
{
    const std::scoped_lock lock(m_mutex);
    return m_base;
}

Key Compressor::keyOfChoice(LayerId layer, const LayerChoice& choice) const
{
    return keyOfChoice(layer, choice, base().get());
}

Key Compressor::keyOfChoice(LayerId layer, const LayerChoice& choice, const Model* base) const
{
    const bool stored = isAsStored(*m_model, m_methods, layer, choice, base);
    Key key = keyOf(
        "weights", m_model->key, layer, stored ? std::string_view() : std::string_view(choice.format),
        stored ? std::string_view() : std::string_view(choice.method));
    if (stored)
        return key;
    key = keyOf(key, fittingRevision);
    for (const auto& [name, value] : choice.parameters)
        key = keyOf(key, name, value == 0 ? 0.0 : value);
    const LayerMethod* const method = m_methods(choice.method);
    if (method != nullptr && learns(*method) && m_statistics != nullptr)
        key = keyOf(key, m_statistics->key());
    if (method != nullptr && method->needsBase() && base != nullptr)
        key = keyOf(key, base->key);
    return key;
}

namespace {

Result<InputUnits>
unitsBefore(const Model& model, const Layer& layer, std::string_view method, std::stop_token stop)
{
    if (!model.graph)
        return fail(
            ErrorCode::Unsupported, "{}: the method '{}' looks for the layer before in the graph, but {}",
            layer.name, method, model.whyNotEvaluated);
    const auto tensorOf = [&model](TensorId id) -> Result<Tensor> {
        return TRY(storedLayer(model.tensor(id))).dense();
    };
    return inputUnits(*model.graph, layer.tensor, layer.columns, tensorOf, std::move(stop));
}

} // namespace

Result<const LayerMethod*> Compressor::usable(const std::string& id, const Model* base) const
{
    const LayerMethod* const method = m_methods(id);
    if (method == nullptr)
        return fail(ErrorCode::NotFound, "no method is called '{}'", id);
    if (learns(*method) && m_statistics == nullptr)
        return fail(
            ErrorCode::InvalidInput, "the method '{}' needs calibration pictures or a text", id);
    if (method->needsBase() && base == nullptr)
        return fail(
            ErrorCode::InvalidInput, "the method '{}' needs the model that this one was tuned from", id);
    return method;
}

Result<void> Compressor::checkMethod(const std::string& method) const
{
    (void)TRY(usable(method, base().get()));
    return {};
}

void Compressor::forget(LayerId layer, const LayerChoice& choice)
{
    const Key key = keyOfChoice(layer, choice);
    const std::scoped_lock lock(m_mutex);
    m_memo.erase(key);
}

Result<CompressedLayer> Compressor::compress(
    LayerId layer, const LayerChoice& choice, std::stop_token stop,
    const std::function<void(double)>& progress)
{
    const Layer& what = m_model->layer(layer);
    const NamedTensor& tensor = m_model->tensor(what.tensor);
    const std::shared_ptr<const Model> base = this->base(); // one and the same to the end
    const bool stored = isAsStored(*m_model, m_methods, layer, choice, base.get());
    const auto named = [&]<typename T>(Result<T> made) -> Result<T> {
        if (!made) // which layer it is about
            return fail(made.error().code, "{}: {}", what.name, made.error().message);
        return made;
    };
    const LayerMethod* const method =
        choice.format.empty() ? nullptr : TRY(named(usable(choice.method, base.get())));
    if (stored && tensor.layout == Layout::RowMajor && !tensor.packed)
        return storedLayer(tensor); // where it lies, for nothing
    const Key key = keyOfChoice(layer, choice, base.get());
    {
        const std::scoped_lock lock(m_mutex);
        if (auto known = m_memo.find(key))
            return std::move(*known);
    }
    if (stored) { // unpacked once, not for every chunk of text
        CompressedLayer unpacked = TRY(storedLayer(tensor));
        const std::scoped_lock lock(m_mutex);
        m_memo.put(key, unpacked, unpacked.bytes());
        return unpacked;
    }
    const NumberFormatPtr format = TRY(parseNumberFormat(choice.format));
    if (!method->supports(*format))
        return fail(
            ErrorCode::Unsupported, "{}: the method '{}' cannot write {}", what.name, choice.method,
            choice.format);
    if (const std::string* const unknown = unknownParameter(*method, choice.parameters))
        return fail(
            ErrorCode::InvalidInput, "{}: the method '{}' has no parameter '{}'", what.name, choice.method,
            *unknown);
    const Tensor weights = TRY(materialise(tensor));
    if (weights.type().format->id() == choice.format && isKept(*m_model, m_methods, layer, choice, base.get())) {
        const std::scoped_lock lock(m_mutex);
        m_memo.put(key, weights, weights.bytes().size());
        return CompressedLayer(weights);
    }
    LayerProblem problem{
        .weights = weights,
        .index = std::size_t(layer),
        .layerCount = m_model->layers.size()};
    if (method->calibration() != Calibration::None) {
        auto statistics = TRY(m_statistics->of(layer, method->calibration(), stop));
        problem.meanSquare = std::move(statistics.meanSquare);
        problem.gram = std::move(statistics.gram);
        problem.meanAbsolute = std::move(statistics.meanAbsolute);
        problem.maxAbsolute = std::move(statistics.maxAbsolute);
    }
    if (method->needsBase())
        problem.base = TRY(baseOf(*base, tensor));
    MethodContext context{.stop = stop};
    if (progress)
        context.progress = progress;
    CompressedLayer packed;
    const auto* const ranged = dynamic_cast<const RangeMethod*>(method);
    const auto* const timed = dynamic_cast<const TimeMethod*>(method);
    if (timed != nullptr) {
        const TimeTable table = TRY(m_statistics->timeTableOf(layer, stop));
        packed = TRY(named(timed->quantizeWithTimes(problem, table, format, choice.parameters, context)));
    } else if (ranged != nullptr) {
        const InputHistograms inputs = TRY(m_statistics->inputsOf(layer, stop, progress));
        packed = TRY(named(ranged->quantizeWithRanges(problem, inputs, format, choice.parameters, context)));
    } else if (const auto* const behind = dynamic_cast<const UnitMethod*>(method); behind != nullptr) {
        const InputUnits units = TRY(unitsBefore(*m_model, what, choice.method, stop));
        packed = TRY(named(behind->quantizeBehind(problem, units, format, choice.parameters, context)));
    } else {
        packed = TRY(named(method->quantize(problem, format, choice.parameters, context)));
    }
    const std::scoped_lock lock(m_mutex);
    m_memo.put(key, packed, packed.bytes());
    return packed;
}

} // namespace tritloom
