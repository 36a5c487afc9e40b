#pragma once

#include "core/base/memo.h"
#include "core/calibrate/statistics.h"

#include <functional>
#include <mutex>

namespace tritloom {

/// Turns a layer and its choice into the tensor that stands for it, and remembers the last ones.
///
/// Any thread: equal requests at the same moment may compute twice, results are equal.
class Compressor {
public:
    /// statistics: null when there is no calibration text; methods that need it then say so.
    Compressor(
        std::shared_ptr<const Model> model, MethodLookup methods, std::shared_ptr<Statistics> statistics,
        std::size_t memoBytes);

    /// The model that this one was tuned from, for methods that store the difference; null: none.
    void setBase(std::shared_ptr<const Model> base);
    [[nodiscard]] std::shared_ptr<const Model> base() const;

    /// The layer as chosen; as stored for an empty format, and where it is stored in the chosen format already
    /// and the method writes one matrix in it: nothing is rounded twice. Same shape as the layer.
    /// Errors: NotFound (method or format), Unsupported, InvalidInput, Cancelled.
    [[nodiscard]] Result<CompressedLayer> compress(
        LayerId layer, const LayerChoice& choice, std::stop_token stop,
        const std::function<void(double)>& progress = {});

    /// The next compress() of this choice does the work, so that its time can be told.
    void forget(LayerId layer, const LayerChoice& choice);

    /// What compress() would refuse whatever the layer: a method that is not there, that needs a base or
    /// calibration data and has none. Any thread. Errors: NotFound, InvalidInput, one sentence without a layer.
    [[nodiscard]] Result<void> checkMethod(const std::string& method) const;

    /// Identity of compress()'s result, without computing it.
    [[nodiscard]] Key keyOfChoice(LayerId layer, const LayerChoice& choice) const;

    [[nodiscard]] const Model& model() const { return *m_model; }
    [[nodiscard]] Statistics* statistics() const { return m_statistics.get(); }
    [[nodiscard]] const MethodLookup& methods() const { return m_methods; }

private:
    [[nodiscard]] Key keyOfChoice(LayerId layer, const LayerChoice& choice, const Model* base) const;
    [[nodiscard]] Result<const LayerMethod*> usable(const std::string& method, const Model* base) const;

    std::shared_ptr<const Model> m_model, m_base;
    MethodLookup m_methods;
    std::shared_ptr<Statistics> m_statistics;
    mutable std::mutex m_mutex; ///< guards the memo and m_base only; work happens outside
    Memo<CompressedLayer> m_memo;
};

} // namespace tritloom
