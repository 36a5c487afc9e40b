#include "plugins/static_activations/channel_runs.h"

#include <algorithm>
#include <limits>

namespace tritloom {

std::vector<std::size_t>
channelRuns(std::span<const ChannelSpan> channels, std::size_t runs, std::stop_token stop)
{
    const std::size_t n = channels.size();
    constexpr double never = std::numeric_limits<double>::infinity();
    std::vector<double> best(n + 1, never); // of the first i channels in the runs so far
    best[0] = 0;
    std::vector<std::vector<std::size_t>> begins; // of the last run, by runs and end
    std::size_t chosen = 0;
    double least = never;
    for (std::size_t r = 0; r < std::min(runs, n); ++r) {
        std::vector<double> next(n + 1, never);
        std::vector<std::size_t>& begin = begins.emplace_back(n + 1);
        for (std::size_t end = r + 1; end <= n; ++end) {
            if (stop.stop_requested())
                return {0};
            double low = channels[end - 1].low, high = channels[end - 1].high;
            for (std::size_t i = end; i-- > r;) {
                low = std::min(low, channels[i].low);
                high = std::max(high, channels[i].high);
                const double cost = best[i] + double(end - i) * (high - low) * (high - low);
                if (cost < next[end]) {
                    next[end] = cost;
                    begin[end] = i;
                }
            }
        }
        best = std::move(next);
        if (best[n] < least) {
            least = best[n];
            chosen = r;
        }
    }
    std::vector<std::size_t> firsts;
    for (std::size_t end = n, r = begins.empty() ? 0 : chosen + 1; r-- > 0;)
        firsts.push_back(end = begins[r][end]);
    std::ranges::reverse(firsts);
    return firsts.empty() ? std::vector<std::size_t>{0} : firsts;
}

} // namespace tritloom
