#include "app/session/distribution_controller.h"

#include "core/base/parallel.h"

#include <QMetaObject>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr std::size_t binCount = 256;
constexpr int binaryPlaces = 13; // of a step

/// Levels of the block whose outermost level is the median of a sample of blocks, and the share of original
/// values that lie beyond the outermost levels of their own block.
void addLevels(LayerDistribution& result, const Tensor& original, const Tensor& compressed)
{
    const NumberFormat& format = *compressed.type().format;
    const std::size_t count = format.levelCount(), elements = format.blockElements(),
                      bytes = format.blockBytes();
    const std::size_t rows = compressed.type().rows(), columns = compressed.type().columns();
    if (count == 0 || rows == 0)
        return;
    std::vector<std::pair<float, std::vector<float>>> sampled;
    std::vector<float> levels(count), row(columns);
    std::size_t clipped = 0, seen = 0;
    const std::size_t everyRow = std::max<std::size_t>(1, rows / 64);
    for (std::size_t r = 0; r < rows; r += everyRow) {
        original.decodeRows(r, row);
        for (std::size_t begin = 0; begin < columns; begin += elements) {
            const auto block = compressed.row(r).subspan(begin / elements * bytes, bytes);
            float low = 0, high = 0;
            // Sub-blocks have scales of their own: levels are asked for every 16 elements.
            for (std::size_t i = 0; i < std::min(elements, columns - begin); ++i) {
                if (i % 16 == 0) {
                    format.levels(block, i, levels);
                    const auto [least, most] = std::minmax_element(levels.begin(), levels.end());
                    low = *least;
                    high = *most;
                    if (i == 0 && sampled.size() < 4096)
                        sampled.emplace_back(high - low, levels);
                }
                const float step = (high - low) / float(std::max<std::size_t>(1, count - 1)) / 2;
                clipped += row[begin + i] < low - step || row[begin + i] > high + step ? 1 : 0;
                ++seen;
            }
        }
    }
    std::nth_element(
        sampled.begin(), sampled.begin() + std::ptrdiff_t(sampled.size() / 2), sampled.end(),
        [](const auto& a, const auto& b) { return a.first < b.first; });
    result.levels = sampled[sampled.size() / 2].second;
    std::sort(result.levels.begin(), result.levels.end());
    result.levels.erase(std::unique(result.levels.begin(), result.levels.end()), result.levels.end());
    result.clippedShare = seen == 0 ? 0 : double(clipped) / double(seen);
}

std::vector<float> rowErrors(const Tensor& original, const Tensor& compressed)
{
    const std::size_t rows = original.type().rows(), columns = original.type().columns();
    std::vector<float> errors(rows);
    parallelFor(rows, 16, [&](std::size_t begin, std::size_t end) {
        std::vector<float> a(columns), b(columns);
        for (std::size_t r = begin; r < end; ++r) {
            original.decodeRows(r, a);
            compressed.decodeRows(r, b);
            double error = 0, norm = 0;
            for (std::size_t c = 0; c < columns; ++c) {
                error += double(a[c] - b[c]) * double(a[c] - b[c]);
                norm += double(a[c]) * double(a[c]);
            }
            errors[r] = norm > 0 ? float(error / norm) : 0;
        }
    });
    return errors;
}

} // namespace

DistributionController::DistributionController(std::shared_ptr<Engine> engine, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_worker([this](const Request& request, std::stop_token stop) {
        const auto deliver = [&](const LayerDistribution& distribution) {
            QMetaObject::invokeMethod(
                this,
                [this, generation = request.generation, distribution] {
                    if (generation == m_newest)
                        emit ready(distribution);
                },
                Qt::QueuedConnection);
        };
        const Model& model = *m_engine->model();
        LayerDistribution result{.layer = request.layer, .choice = request.choice};
        const auto original = materialise(model.tensor(model.layer(request.layer).tensor));
        if (!original) {
            result.failure = QString::fromStdString(original.error().message);
            deliver(result);
            return;
        }
        const bool large = original->type().elements() > (1u << 18);
        for (const bool sampled : {true, false}) {
            if (sampled && !large)
                continue;
            auto distribution = distributionOf(*original, binCount, sampled ? 16 : 1, stop);
            if (!distribution)
                return; // overtaken
            result.original = std::move(*distribution);
            result.sampled = sampled;
            if (sampled || !request.choice.format.empty())
                deliver(result); // the original is on the screen before the method has run
        }
        std::optional<Tensor> dense;
        if (!request.choice.format.empty()) {
            const auto compressor = m_engine->compressor();
            const auto made = compressor->compress(request.layer, request.choice, stop);
            const auto compressed = made.and_then([](const CompressedLayer& layer) { return layer.dense(); });
            if (!compressed) {
                if (compressed.error().code == ErrorCode::Cancelled)
                    return;
                result.failure = QString::fromStdString(compressed.error().message);
            } else {
                auto distribution = distributionOf(*compressed, binCount, 1, stop);
                if (!distribution)
                    return;
                result.compressed = std::move(*distribution);
                dense = *compressed;
                result.groups = groupChoices(*made, stop);
                addLevels(result, *original, *compressed);
                std::vector<float> meanSquare;
                if (Statistics* const statistics = compressor->statistics())
                    if (auto known = statistics->of(request.layer, Calibration::MeanSquare, stop))
                        meanSquare = known->meanSquare.toFloats();
                result.error = localError(*original, *compressed, meanSquare);
                result.rowErrors = rowErrors(*original, *compressed);
            }
        }
        deliver(result);
        // What nobody waits for while a bar is pulled.
        const auto codeOf = [&](const Tensor& values) {
            const auto code = codeLengthOf(values, binaryPlaces, stop);
            return code ? std::optional(*code) : std::nullopt; // overtaken
        };
        result.originalCode = codeOf(*original);
        if (dense)
            result.compressedCode = codeOf(*dense);
        if (!stop.stop_requested())
            deliver(result);
    })
{
}

void DistributionController::request(LayerId layer, const LayerChoice& choice)
{
    m_worker.post({++m_newest, layer, choice});
}

} // namespace tritloom
