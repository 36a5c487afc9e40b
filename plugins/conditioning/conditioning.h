#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// How far every convolution is from an isometry, before and after compression (Achour, Malgouyres, Mamalet:
/// Existence, Stability and Scalability of Orthogonal Convolutional Neural Networks, arXiv 2108.05623): its
/// singular values with circular padding, and L_orth, which is what it lacks to be orthogonal.
class Conditioning final : public Analysis {
public:
    std::string id() const override { return "conditioning"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
};

/// A convolution of two dimensions, dilations written out; products are kernels of 1 x 1.
struct ConvolutionKernel {
    std::size_t outputs = 1, inputs = 1, height = 1, width = 1, strideDown = 1, strideAcross = 1;
    std::vector<double> values; ///< [outputs][inputs][height][width]

    [[nodiscard]] double at(std::size_t output, std::size_t input, std::size_t y, std::size_t x) const
    {
        return values[((output * inputs + input) * height + y) * width + x];
    }
    [[nodiscard]] std::size_t stride() const { return strideDown * strideAcross; } ///< pixels an output takes
    /// Whether rows can be orthonormal (at most as many outputs as inputs a step takes); else columns.
    [[nodiscard]] bool isRowCase() const { return outputs <= inputs * stride(); }
    /// Whether any kernel of this shape is orthogonal with circular padding (theorem 4 of the paper).
    [[nodiscard]] bool canBeOrthogonal() const;
};

/// L_orth: squared distance of the kernel's correlation with itself to that of an orthogonal one (Wang et
/// al., arXiv 1911.12207, squared). 0 exactly where the convolution is orthogonal; n^2 L is the squared
/// Frobenius distance of T T^T or T^T T to the identity for outputs of n x n.
[[nodiscard]] double orthogonalityLoss(const ConvolutionKernel& kernel);

/// |T T^T - I| in the spectral norm is at most the root of this, whatever the size of the picture; rows only.
[[nodiscard]] double spectralBound(const ConvolutionKernel& kernel, double loss);

/// All singular values of the convolution with circular padding and outputs of `side` x `side`, descending.
[[nodiscard]] std::vector<double> singularValues(const ConvolutionKernel& kernel, std::size_t side);

/// One kernel a group. weights: [rows, columns] of a Linear, Convolution or TransposedConvolution node,
/// with `channels` coming in. Errors: Unsupported (three dimensions).
[[nodiscard]] Result<std::vector<ConvolutionKernel>>
kernelsOf(const Op& op, std::span<const float> weights, std::size_t rows, std::size_t columns);

} // namespace tritloom
