#include "core/calibrate/compressor.h"

#include <algorithm>

namespace tritloom {

Compressor::Compressor(
    std::shared_ptr<const Model> model, MethodLookup methods, std::shared_ptr<Statistics> statistics,
    std::size_t memoBytes)
    : m_model(std::move(model))
    , m_methods(std::move(methods))
    , m_statistics(std::move(statistics))
    , m_memo(memoBytes)
{
}

Key Compressor::keyOfChoice(LayerId layer, const LayerChoice& choice) const
{
    Key key = keyOf("weights", m_model->key, layer, choice.format, choice.format.empty() ? "" : choice.method);
    if (choice.format.empty())
        return key;
    for (const auto& [name, value] : choice.parameters)
        key = keyOf(key, name, value == 0 ? 0.0 : value);
    const LayerMethod* const method = m_methods(choice.method);
    if (method != nullptr && method->calibration() != Calibration::None && m_statistics != nullptr)
        key = keyOf(key, m_statistics->key());
    return key;
}

Result<Tensor> Compressor::compress(
    LayerId layer, const LayerChoice& choice, std::stop_token stop, const std::function<void(double)>& progress)
{
    const Layer& what = m_model->layer(layer);
    if (choice.format.empty())
        return materialise(m_model->tensor(what.tensor));
    const Key key = keyOfChoice(layer, choice);
    {
        const std::scoped_lock lock(m_mutex);
        if (auto known = m_memo.find(key))
            return std::move(*known);
    }
    const NumberFormatPtr format = TRY(parseNumberFormat(choice.format));
    const LayerMethod* const method = m_methods(choice.method);
    if (method == nullptr)
        return fail(ErrorCode::NotFound, "{}: no method is called '{}'", what.name, choice.method);
    if (!method->supports(*format))
        return fail(ErrorCode::Unsupported, "{}: the method '{}' cannot write {}", what.name, choice.method, choice.format);
    const std::vector<ParameterSpec> known = method->parameters();
    for (const auto& [name, value] : choice.parameters)
        if (std::ranges::find(known, name, &ParameterSpec::key) == known.end())
            return fail(
                ErrorCode::InvalidInput, "{}: the method '{}' has no parameter '{}'", what.name, choice.method, name);
    LayerProblem problem{.weights = TRY(materialise(m_model->tensor(what.tensor))), .meanSquare = {}, .gram = {}};
    if (method->calibration() != Calibration::None) {
        if (m_statistics == nullptr)
            return fail(
                ErrorCode::InvalidInput, "{}: the method '{}' needs a calibration text", what.name, choice.method);
        auto statistics = TRY(m_statistics->of(layer, method->calibration(), stop));
        problem.meanSquare = std::move(statistics.meanSquare);
        problem.gram = std::move(statistics.gram);
    }
    MethodContext context{.stop = stop};
    if (progress)
        context.progress = progress;
    Tensor packed = TRY(method->quantize(problem, format, choice.parameters, context));
    const std::scoped_lock lock(m_mutex);
    m_memo.put(key, packed, packed.bytes().size());
    return packed;
}

} // namespace tritloom
