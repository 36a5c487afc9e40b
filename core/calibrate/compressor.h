#pragma once

#include "core/calibrate/statistics.h"
#include "core/base/memo.h"

#include <functional>
#include <mutex>

namespace tritloom {

using MethodLookup = std::function<const LayerMethod*(std::string_view id)>; ///< null: no such method

/// Turns a layer and its choice into the tensor that stands for it, and remembers the last ones.
///
/// Any thread: equal requests at the same moment may compute twice, results are equal.
class Compressor {
public:
    /// statistics: null when there is no calibration text; methods that need it then say so.
    Compressor(
        std::shared_ptr<const Model> model, MethodLookup methods, std::shared_ptr<Statistics> statistics,
        std::size_t memoBytes);

    /// The layer as chosen; as stored for an empty format. Same shape as the layer.
    /// Errors: NotFound (method or format), Unsupported, InvalidInput, Cancelled.
    [[nodiscard]] Result<Tensor> compress(
        LayerId layer, const LayerChoice& choice, std::stop_token stop,
        const std::function<void(double)>& progress = {});

    /// Identity of compress()'s result, without computing it.
    [[nodiscard]] Key keyOfChoice(LayerId layer, const LayerChoice& choice) const;

    [[nodiscard]] const Model& model() const { return *m_model; }
    [[nodiscard]] const std::shared_ptr<const Model>& modelPointer() const { return m_model; }
    [[nodiscard]] Statistics* statistics() const { return m_statistics.get(); }
    [[nodiscard]] const MethodLookup& methods() const { return m_methods; }

private:
    std::shared_ptr<const Model> m_model;
    MethodLookup m_methods;
    std::shared_ptr<Statistics> m_statistics;
    mutable std::mutex m_mutex; ///< guards the memo only; work happens outside
    Memo<Tensor> m_memo;
};

} // namespace tritloom
