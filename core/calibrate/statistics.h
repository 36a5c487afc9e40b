#pragma once

#include "core/architecture/model.h"
#include "core/backend/executor.h"
#include "core/calibrate/chunks.h"
#include "core/method/range_method.h"
#include "core/method/time_method.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tritloom {

/// What the inputs of the layers look like on a calibration text, gathered when first asked for.
///
/// The mean squares of all layers take one pass over the text. Gram matrices are gathered stage by stage;
/// the values at the last stage's border are kept, so that walking through a model in order runs it once.
/// A layer that no product reads (an embedding looked up by row) has unit statistics: its error is its own.
/// Any thread; callers wait for each other, as one pass serves all of them.
class Statistics {
public:
    Statistics(
        std::shared_ptr<const Model> model, const std::vector<Chunk>& chunks,
        std::unique_ptr<Executor> executor);
    /// Of any network: what goes in, sample by sample; dataKey: their identity. graph: for samples of their
    /// size, null for the model's own.
    Statistics(
        std::shared_ptr<const Model> model, std::vector<ValueMap> samples, const Key& dataKey,
        std::shared_ptr<const Graph> graph, std::unique_ptr<Executor> executor);

    /// The same where the samples themselves cost much: made when first needed.
    using MakeSamples = std::function<Result<std::vector<ValueMap>>(std::stop_token)>;
    Statistics(
        std::shared_ptr<const Model> model, MakeSamples samples, const Key& dataKey,
        std::unique_ptr<Executor> executor);

    /// From now on the mean squares of the layers named here are these, [columns] each; the rest, Gram
    /// matrices included, still comes from the text. Errors: InvalidInput (a layer has other columns, or none
    /// is named). Before anything is asked for.
    [[nodiscard]] Result<void> setMeanSquares(std::map<std::string, std::vector<float>> byLayer);

    struct OfLayer {
        Tensor meanSquare; ///< f32 [inputs]
        Tensor mean; ///< f32 [inputs]
        Tensor meanAbsolute, maxAbsolute; ///< f32 [inputs]
        std::optional<Tensor> gram; ///< f32 [inputs, inputs], when asked for
    };
    /// progress: 0 to 1 of the pass this call has to make. Errors: Cancelled, Unsupported (no graph).
    [[nodiscard]] Result<OfLayer>
    of(LayerId layer, Calibration need, std::stop_token stop,
       const std::function<void(double)>& progress = {});

    /// What goes into a layer, as histograms; one pass gathers those of all layers. Without buckets where no product
    /// reads the layer (a table that is looked up). Errors: as of().
    [[nodiscard]] Result<InputHistograms> inputsOf(
        LayerId layer, std::stop_token stop, const std::function<void(double)>& progress = {});

    /// What the layer gives at the time steps of the samples. Only what leads to it is run. Errors: as of();
    /// Unsupported, where anything but the time step goes into it.
    [[nodiscard]] Result<TimeTable> timeTableOf(LayerId layer, std::stop_token stop);

    /// Changes with the model and the calibration data.
    [[nodiscard]] Key key() const { return m_key; }
    [[nodiscard]] std::size_t sampleCount() const
    {
        return m_samples.size();
    } ///< chunks of text, pictures; made so far
    [[nodiscard]] std::size_t tokenCount() const; ///< of a text: numbers that go in

private:
    Result<void> ensureSamples(std::stop_token stop);
    Result<void> gatherColumns(std::stop_token stop, const std::function<void(double)>& progress);
    Result<void> gatherInputs(std::stop_token stop, const std::function<void(double)>& progress);
    Result<void>
    gatherGrams(std::size_t stage, std::stop_token stop, const std::function<void(double)>& progress);
    Result<Executor::Weights> storedWeights(TensorId id);

    std::shared_ptr<const Model> m_model;
    std::vector<ValueMap> m_samples; ///< inputs of the graph
    MakeSamples m_makeSamples; ///< until they are made
    std::shared_ptr<const Graph> m_graph;
    std::unique_ptr<Executor> m_executor;
    Key m_key;
    std::mutex m_mutex; ///< one pass serves all who ask; a value per caller would repeat it
    struct Columns {
        Tensor meanSquare, mean, meanAbsolute, maxAbsolute;
    };
    std::map<TensorId, Columns> m_columns;
    std::map<TensorId, InputHistograms> m_inputs;
    std::map<TensorId, Tensor> m_grams;
    std::map<LayerId, Tensor> m_given; ///< mean squares that do not come from the text
    std::optional<std::size_t> m_gramStage; ///< whose Gram matrices m_grams holds
    std::size_t m_borderStage = 0; ///< m_border holds what is live before this stage
    std::vector<ValueMap> m_border; ///< per sample
};

} // namespace tritloom
