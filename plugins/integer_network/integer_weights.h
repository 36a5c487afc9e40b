#pragma once

#include "core/method/layer_uses.h"
#include "plugins/integer_network/integer_plan.h"

namespace tritloom {

/// A product with what follows it channel by channel: W x + b.
class AffineProduct {
public:
    /// operands: weights [outputs, columns], then perhaps a bias. Numbers that are not finite count as 0.
    explicit AffineProduct(std::span<const Tensor> operands);

    [[nodiscard]] std::size_t outputs() const { return m_bias.size(); }
    [[nodiscard]] std::size_t columns() const { return m_weights.size() / m_bias.size(); }
    /// norm: scale, bias, mean, variance, [outputs] each. False: they are of another size.
    [[nodiscard]] bool fold(std::span<const Tensor> norm, double epsilon);
    void add(std::span<const float> summands); ///< [outputs]

    struct How {
        int bits = 8;
        bool isOneScale = false; ///< for all outputs: a classifier is then told by its sums alone
        double inputScale = 1, largestInput = 255; ///< of the codes that it reads
    };
    /// Rounded to -2^(bits-1) .. 2^(bits-1) - 1 by the largest magnitude of an output; channels and groups
    /// are left to the caller.
    [[nodiscard]] WholeWeights whole(const How& how) const;

private:
    std::vector<double> m_weights, m_bias;
};

} // namespace tritloom
