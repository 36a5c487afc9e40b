#pragma once

#include "core/architecture/model.h"

#include <QString>

#include <chrono>

namespace tritloom {

/// The one place where numbers become words, with the user's decimal point.
[[nodiscard]] QString
formatBytes(std::uint64_t bytes); ///< "1.42 MB", of whole ones "8 GB": app/session/size_unit.h
[[nodiscard]] QString formatByteChange(std::int64_t bytes); ///< "+1.1 MB", "−1.4 MB"
[[nodiscard]] QString formatBits(double bits); ///< "4.25"; whole numbers without a point
[[nodiscard]] QString formatCount(std::uint64_t count); ///< "1.10 B", "155"
[[nodiscard]] QString formatSmall(double value); ///< three significant digits: "0.0312", "4.1e-05", "0"
[[nodiscard]] QString formatShare(double fraction); ///< "6.3 %"
/// Three decimals below 100, else one, and "1.2e+09" from ten million on.
[[nodiscard]] QString formatPerplexity(double value);
/// "0.0193 ± 0.0005": the error with the digits of the value, unless it has none there.
[[nodiscard]] QString formatMeasured(double value, double error);
[[nodiscard]] QString formatDuration(std::chrono::milliseconds time); ///< "30 ms", "1.2 s", "4 min 5 s"

/// Whether divergence is KL divergence in nats: of tokens or classes. That of pictures has no unit.
[[nodiscard]] bool isInNats(const Model& model);

/// "blk.6.ffn_down" for "blk.6.ffn_down.weight": what every page calls the layer.
[[nodiscard]] QString shortName(const Layer& layer);
/// "ffn_down" inside its block, the short name elsewhere.
[[nodiscard]] QString nameInBlock(const Layer& layer);
/// "5632 × 2048", rows first.
[[nodiscard]] QString shapeText(const Layer& layer);
/// "q4_k"; planes of signs say what makes their number too: "sign, blocks=3".
[[nodiscard]] QString formatName(const std::string& format, const Parameters& parameters);
/// The same, or "f16 as stored" for a layer that keeps what the file has.
[[nodiscard]] QString formatTitle(const Layer& layer, const LayerChoice& choice);

} // namespace tritloom
