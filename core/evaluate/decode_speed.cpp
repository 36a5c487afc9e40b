#include "core/evaluate/decode_speed.h"

#include <algorithm>

namespace tritloom {

DecodeSpeed speedOf(std::vector<double> seconds)
{
    if (seconds.empty())
        return {};
    std::ranges::sort(seconds);
    const auto at = [&](double share) {
        const double time = seconds[std::size_t(share * double(seconds.size() - 1))];
        return time > 0 ? 1 / time : 0.0;
    };
    return {.tokens = seconds.size(), .tokensPerSecond = at(0.5), .slowest = at(0.9), .fastest = at(0.1)};
}

Result<DecodeSpeed> measureDecode(
    Generator& generator, std::string_view prompt, std::size_t tokens, std::chrono::milliseconds longest,
    std::stop_token stop, const std::function<void(double)>& progress)
{
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t untimed = 3;
    const GenerateOptions options{.tokenCount = tokens + untimed + 1};
    TRY_VOID(generator.start(prompt, options, stop));
    std::vector<double> seconds;
    const auto begin = Clock::now();
    std::size_t made = 0, sinceStart = 0;
    while (seconds.size() < tokens && Clock::now() - begin < longest) {
        const auto before = Clock::now();
        if (!TRY(generator.next(stop))) {
            if (sinceStart == 0)
                break; // nothing comes after this prompt
            sinceStart = 0;
            TRY_VOID(generator.start(prompt, options, stop));
            continue;
        }
        ++sinceStart;
        if (++made > untimed)
            seconds.push_back(std::chrono::duration<double>(Clock::now() - before).count());
        if (progress)
            progress(double(seconds.size()) / double(tokens));
    }
    if (seconds.empty())
        return fail(
            ErrorCode::InvalidInput, "no token came within {} s, or the text ends at once",
            longest.count() / 1000);
    return speedOf(std::move(seconds));
}

} // namespace tritloom
