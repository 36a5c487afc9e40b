#include "core/method/proxy_table.h"

#include "core/method/bit_scores.h"
#include "core/method/positive_flow.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace tritloom {
namespace {

constexpr std::size_t sampleSize = 256;

/// Draws configurations of about one size.
class Draws {
public:
    Draws(ModelProbe& probe, std::uint64_t seed)
        : m_random(seed * 6364136223846793005u + 99)
    {
        for (std::size_t i = 0; i < probe.layers().size(); ++i) {
            std::vector<double> bytes;
            for (std::size_t c = 0; c < probe.candidates().size(); ++c) {
                bytes.push_back(double(probe.bytes(i, c)));
                m_target += bytes.back() / double(probe.candidates().size());
            }
            m_bytes.push_back(std::move(bytes));
        }
    }

    [[nodiscard]] double target() const { return m_target; }

    std::vector<std::size_t> draw()
    {
        std::vector<std::size_t> chosen(m_bytes.size());
        double size = 0;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            chosen[i] = below(m_bytes[i].size());
            size += m_bytes[i][chosen[i]];
        }
        // Towards the size by random steps that do not lead away from it.
        for (int tries = 0; tries < 20000 && std::fabs(size - m_target) > 0.005 * m_target; ++tries) {
            const std::size_t i = below(chosen.size()), c = below(m_bytes[i].size());
            const double changed = size - m_bytes[i][chosen[i]] + m_bytes[i][c];
            if (std::fabs(changed - m_target) <= std::fabs(size - m_target)) {
                size = changed;
                chosen[i] = c;
            }
        }
        return chosen;
    }

    [[nodiscard]] double bytesOf(const std::vector<std::size_t>& chosen) const
    {
        double size = 0;
        for (std::size_t i = 0; i < chosen.size(); ++i)
            size += m_bytes[i][chosen[i]];
        return size;
    }

private:
    std::size_t below(std::size_t count) { return std::size_t(m_random() % count); }

    std::mt19937_64 m_random;
    std::vector<std::vector<double>> m_bytes; ///< [layer][candidate]
    double m_target = 0;
};

} // namespace

Result<ProxySamples> proxySamples(ModelProbe& probe, const std::stop_token& stop)
{
    ProxySamples samples;
    auto flow = positiveFlow(probe, stop);
    if (!flow) {
        if (flow.error().code != ErrorCode::Unsupported)
            return tl::make_unexpected(flow.error());
        samples.notices.push_back(fmt::format("no virtual gradient: {}", flow.error().message));
        flow = PositiveFlow{};
    }
    for (std::size_t i = 0; i < probe.layers().size(); ++i) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
        const ModelProbe::LayerFacts& layer = probe.layers()[i];
        const std::vector<float> weights = TRY(probe.weights(i)).toFloats(),
                                 meanSquare = TRY(probe.meanSquare(i)).toFloats();
        const auto found = flow->layers.find(layer.tensor);
        ProxySample sample;
        const std::size_t count = std::min(sampleSize, weights.size());
        sample.weightsEach = double(weights.size()) / double(std::max<std::size_t>(count, 1));
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t at = k * weights.size() / count;
            const std::size_t r = at / layer.columns, c = at % layer.columns;
            const double heard = std::max(0.0, double(meanSquare[c % meanSquare.size()]));
            sample.values[std::size_t(ProxyTerminal::Weights)].push_back(double(weights[at]));
            sample.values[std::size_t(ProxyTerminal::Inputs)].push_back(std::sqrt(heard));
            sample.values[std::size_t(ProxyTerminal::Curvature)].push_back(heard);
            double gradient = 0;
            if (found != flow->layers.end()) {
                const LayerFlow& own = found->second; // a table's rows all share one gradient
                gradient = own.inputs[c % own.inputs.size()]
                    * own.gradients[(own.inputs.size() == 1 ? c : r) % own.gradients.size()];
            }
            sample.values[std::size_t(ProxyTerminal::Flow)].push_back(gradient);
        }
        samples.layers.push_back(std::move(sample));
    }
    return samples;
}

Result<MeasuredConfigurations>
measureConfigurations(ModelProbe& probe, std::size_t count, std::size_t chunks, const MethodContext& context)
{
    if (probe.candidates().size() < 2)
        return fail(
            ErrorCode::InvalidInput, "configurations are made of at least two formats, {} given",
            probe.candidates().size());
    Draws draws(probe, context.seed);
    MeasuredConfigurations measured;
    double weights = 0;
    std::vector<std::vector<double>> bits;
    for (std::size_t i = 0; i < probe.layers().size(); ++i) {
        weights += double(probe.layers()[i].parameters());
        bits.push_back(bitsOfCandidates(probe, i));
    }
    for (std::size_t row = 0; row < count; ++row) {
        const std::vector<std::size_t> chosen = draws.draw();
        std::vector<ModelProbe::Replaced> replaced;
        std::vector<double> widths;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at configuration {} of {}", row, count);
            replaced.push_back(TRY(probe.replacedBy(i, chosen[i])));
            widths.push_back(bits[i][chosen[i]]);
        }
        measured.table.quality.push_back(-TRY(probe.losses(replaced, chunks)).divergence);
        measured.table.bits.push_back(std::move(widths));
        measured.bits += 8 * draws.bytesOf(chosen) / std::max(weights, 1.0) / double(count);
        measured.widest = std::max(measured.widest, std::fabs(draws.bytesOf(chosen) / draws.target() - 1));
        measured.chosen.push_back(chosen);
        context.progress(double(row + 1) / double(count));
    }
    return measured;
}

ProxyTable rowsOf(const ProxyTable& table, std::size_t first, std::size_t count)
{
    const auto begin = std::ptrdiff_t(first), end = std::ptrdiff_t(first + count);
    return {
        {table.bits.begin() + begin, table.bits.begin() + end},
        {table.quality.begin() + begin, table.quality.begin() + end}};
}

} // namespace tritloom
