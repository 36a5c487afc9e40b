#include "core/base/matrix_product.h"
#include "core/base/parallel.h"
#include "plugins/conditioning/conditioning.h"

#include <Eigen/SVD>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace tritloom {
namespace {

/// sum over inputs and overlapping taps of K_m[y + down, x + across] K_n[y, x], [outputs, outputs].
std::vector<double> correlation(const ConvolutionKernel& k, std::ptrdiff_t down, std::ptrdiff_t across)
{
    const auto height = std::ptrdiff_t(k.height), width = std::ptrdiff_t(k.width);
    const std::ptrdiff_t top = std::max<std::ptrdiff_t>(0, -down), bottom = std::min(height, height - down),
                         left = std::max<std::ptrdiff_t>(0, -across), right = std::min(width, width - across);
    std::vector<double> result(k.outputs * k.outputs);
    if (top >= bottom || left >= right)
        return result;
    const std::size_t length = k.inputs * std::size_t((bottom - top) * (right - left));
    std::vector<double> moved, fixed;
    moved.reserve(k.outputs * length);
    fixed.reserve(k.outputs * length);
    for (std::size_t m = 0; m < k.outputs; ++m)
        for (std::size_t c = 0; c < k.inputs; ++c)
            for (std::ptrdiff_t y = top; y < bottom; ++y)
                for (std::ptrdiff_t x = left; x < right; ++x) {
                    moved.push_back(k.at(m, c, std::size_t(y + down), std::size_t(x + across)));
                    fixed.push_back(k.at(m, c, std::size_t(y), std::size_t(x)));
                }
    const MatrixView<const double> a{moved.data(), k.outputs, length, length},
        b{fixed.data(), k.outputs, length, length};
    addProduct(a, b, {result.data(), k.outputs, k.outputs, k.outputs}, Sign::Plus, Right::Transposed);
    return result;
}

/// The matrix that takes all inputs, at the frequencies that fall onto (fy, fx) when every stride-th pixel is
/// kept, to the outputs there: [outputs, inputs * stride].
Eigen::MatrixXcd symbol(const ConvolutionKernel& k, std::size_t side, std::size_t fy, std::size_t fx)
{
    Eigen::MatrixXcd matrix(k.outputs, k.inputs * k.stride());
    const double scale = 1 / std::sqrt(double(k.stride()));
    for (std::size_t a = 0; a < k.strideDown; ++a)
        for (std::size_t b = 0; b < k.strideAcross; ++b) {
            const double turnY = 2 * std::numbers::pi * double(fy + a * side) / double(side * k.strideDown),
                         turnX = 2 * std::numbers::pi * double(fx + b * side) / double(side * k.strideAcross);
            for (std::size_t m = 0; m < k.outputs; ++m)
                for (std::size_t c = 0; c < k.inputs; ++c) {
                    std::complex<double> sum = 0;
                    for (std::size_t y = 0; y < k.height; ++y)
                        for (std::size_t x = 0; x < k.width; ++x)
                            sum += k.at(m, c, y, x) * std::polar(1.0, turnY * double(y) + turnX * double(x));
                    matrix(Eigen::Index(m), Eigen::Index((a * k.strideAcross + b) * k.inputs + c)) =
                        sum * scale;
                }
        }
    return matrix;
}

} // namespace

bool ConvolutionKernel::canBeOrthogonal() const
{
    return isRowCase() ? outputs <= inputs * height * width : strideDown <= height && strideAcross <= width;
}

double orthogonalityLoss(const ConvolutionKernel& k)
{
    // P of the paper, in steps: shifts beyond it do not overlap.
    const auto stepsDown = std::ptrdiff_t((k.height - 1) / k.strideDown),
               stepsAcross = std::ptrdiff_t((k.width - 1) / k.strideAcross);
    double loss = 0;
    for (std::ptrdiff_t u = 0; u <= stepsDown; ++u)
        for (std::ptrdiff_t v = u == 0 ? 0 : -stepsAcross; v <= stepsAcross; ++v) {
            const auto o =
                correlation(k, u * std::ptrdiff_t(k.strideDown), v * std::ptrdiff_t(k.strideAcross));
            const bool isCentre = u == 0 && v == 0;
            double sum = 0;
            for (std::size_t i = 0; i < o.size(); ++i) {
                const double target = isCentre && i % k.outputs == i / k.outputs ? 1 : 0;
                sum += (o[i] - target) * (o[i] - target);
            }
            loss += isCentre ? sum : 2 * sum; // O[m, n, u, v] = O[n, m, -u, -v]
        }
    return k.isRowCase() ? loss : loss - (double(k.outputs) - double(k.inputs * k.stride()));
}

double spectralBound(const ConvolutionKernel& k, double loss)
{
    const auto shifts =
        double((2 * ((k.height - 1) / k.strideDown) + 1) * (2 * ((k.width - 1) / k.strideAcross) + 1));
    return shifts * std::max(loss, 0.0);
}

std::vector<double> singularValues(const ConvolutionKernel& k, std::size_t side)
{
    const bool isPoint = k.height == 1 && k.width == 1 && k.stride() == 1; // the same at every frequency
    const std::size_t count = isPoint ? 1 : side * side, least = std::min(k.outputs, k.inputs * k.stride());
    std::vector<double> values(side * side * least);
    parallelFor(count, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t f = begin; f < end; ++f) {
            // Kernels are real: opposite frequencies have the same values.
            const std::size_t fy = f / side, fx = f % side,
                              other = (side - fy) % side * side + (side - fx) % side;
            if (other < f)
                continue;
            const Eigen::BDCSVD<Eigen::MatrixXcd> svd(symbol(k, side, fy, fx));
            for (std::size_t i = 0; i < least; ++i)
                values[f * least + i] = values[other * least + i] = svd.singularValues()(Eigen::Index(i));
        }
    });
    for (std::size_t f = count; f < side * side; ++f)
        std::copy_n(values.begin(), least, values.begin() + std::ptrdiff_t(f * least));
    std::ranges::sort(values, std::greater<>());
    return values;
}

Result<std::vector<ConvolutionKernel>>
kernelsOf(const Op& op, std::span<const float> weights, std::size_t rows, std::size_t columns)
{
    ConvolutionKernel shape{.outputs = rows, .inputs = columns, .values = {}};
    std::size_t groups = 1, downDilation = 1, acrossDilation = 1, taps = 1, height = 1, width = 1;
    const bool isTransposed = op.kind == OpKind::TransposedConvolution;
    if (op.kind != OpKind::Linear) {
        const std::vector<std::int64_t>&kernel = op.list("kernel"), &strides = op.list("strides"),
              &dilations = op.list("dilations");
        if (kernel.empty() || kernel.size() > 2)
            return fail(
                ErrorCode::Unsupported, "a convolution over {} dimensions has no spectrum here",
                kernel.size());
        // Of one dimension: a picture of one line.
        const auto number = [&](const std::vector<std::int64_t>& list, bool down) -> std::size_t {
            if (list.empty() || (down && kernel.size() == 1))
                return 1;
            return std::size_t(down ? list.front() : list.back());
        };
        groups = op.count("groups", 1);
        height = number(kernel, true);
        width = number(kernel, false);
        shape.strideDown = number(strides, true);
        shape.strideAcross = number(strides, false);
        downDilation = number(dilations, true);
        acrossDilation = number(dilations, false);
        taps = height * width;
        shape.height = (height - 1) * downDilation + 1;
        shape.width = (width - 1) * acrossDilation + 1;
        // A transposed convolution is the transpose of one from its outputs to its inputs: same values.
        shape.outputs = (isTransposed ? columns : rows) / groups;
        shape.inputs = (isTransposed ? rows : columns) / taps;
    }
    shape.values.assign(shape.outputs * shape.inputs * shape.height * shape.width, 0.0);
    std::vector<ConvolutionKernel> kernels(groups, shape);
    for (std::size_t g = 0; g < groups; ++g)
        for (std::size_t m = 0; m < shape.outputs; ++m)
            for (std::size_t c = 0; c < shape.inputs; ++c)
                for (std::size_t t = 0; t < taps; ++t) {
                    const std::size_t place = c * taps + t, channel = g * shape.outputs + m;
                    const std::size_t y = t / width * downDilation, x = t % width * acrossDilation;
                    kernels[g].values[((m * shape.inputs + c) * shape.height + y) * shape.width + x] =
                        double(weights[isTransposed ? place * columns + channel : channel * columns + place]);
                }
    return kernels;
}

} // namespace tritloom
