#pragma once

namespace tritloom {

/// dL = k D^beta / (N^alpha P^gamma), figure 6 of arXiv 2411.17691. N: parameters without embeddings, D:
/// training tokens, P: bits. In nats per token.
[[nodiscard]] double unifiedDegradation(double parameters, double tokens, double bits);
/// The laws behind table 1, for 2, 3 and 4 bits; solved back from the printed figures.
[[nodiscard]] double perBitDegradation(double parameters, double tokens, int bits);
/// Tokens at which a degradation is reached. Inverse of the two above.
[[nodiscard]] double unifiedTokens(double degradation, double parameters, double bits);
[[nodiscard]] double perBitTokens(double degradation, double parameters, int bits);
/// The loss before quantization, of the same family of models.
[[nodiscard]] double baselineLoss(double parameters, double tokens);

} // namespace tritloom
