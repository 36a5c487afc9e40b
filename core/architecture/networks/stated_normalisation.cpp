#include "core/architecture/networks/stated_normalisation.h"

#include "core/file/huggingface.h"
#include "core/file/json.h"

#include <algorithm>
#include <cmath>

namespace tritloom::networks {
namespace {

/// One number for each channel, or one for all. A network of one channel reads the first of three alike.
Result<std::array<double, 3>>
numbersOf(const Json& from, const char* key, std::size_t channels, double least, const char* file)
{
    constexpr double most = 1e4; // bytes have means below 256
    const Json& list = from[key];
    std::array<double, 3> numbers{};
    const std::size_t count = list.is_array() ? list.size() : list.is_number() ? 1 : 0;
    bool isUsable = count == 1 || count == numbers.size();
    for (std::size_t c = 0; isUsable && c < numbers.size(); ++c) {
        const Json& number = !list.is_array() ? list : list[count == 1 ? 0 : c];
        isUsable = number.is_number();
        numbers[c] = isUsable ? number.get<double>() : 0;
        isUsable = isUsable && numbers[c] >= least && numbers[c] <= most;
    }
    if (isUsable)
        return numbers;
    return fail(
        ErrorCode::InvalidInput, "{}: {} is {}, a number from {} to {} for each of {} channels is expected",
        file, key, jsonShown(list), least, most, channels);
}

} // namespace

Result<std::optional<Normalisation>> statedNormalisation(const ModelFile& file, std::size_t channels)
{
    Normalisation found{.isKnown = true};
    const auto isTaken = [&](const Json* from, const char* mean, const char* deviation,
                             const char* name) -> Result<bool> {
        if (from == nullptr || jsonMember(*from, mean) == nullptr || jsonMember(*from, deviation) == nullptr)
            return false;
        found.mean = TRY(numbersOf(*from, mean, channels, -1e4, name));
        found.deviation = TRY(numbersOf(*from, deviation, channels, 1e-4, name));
        return true;
    };
    const auto parsed = [&](std::string_view key, const char* name) -> Result<Json> {
        Json json = TRY(parseJson(file.metadata.text(key).value_or("{}"), name));
        if (!json.is_object())
            return fail(ErrorCode::InvalidInput, "{}: this is no JSON object", name);
        return json;
    };
    const Json preprocessor = TRY(parsed(huggingface::preprocessorKey, "preprocessor_config.json")),
               config = TRY(parsed(huggingface::configKey, "config.json"));
    if (TRY(isTaken(&preprocessor, "image_mean", "image_std", "preprocessor_config.json"))
        || TRY(isTaken(jsonMember(config, "pretrained_cfg"), "mean", "std", "config.json: pretrained_cfg"))
        || TRY(isTaken(&config, "image_mean", "image_std", "config.json"))
        || TRY(isTaken(&config, "mean", "std", "config.json")))
        return found;
    return std::nullopt;
}

} // namespace tritloom::networks
