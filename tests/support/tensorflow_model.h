#pragma once

#include "core/file/json.h"
#include "core/tensor/tensor.h"

#include <QTest>

#include <cmath>
#include <fstream>
#include <map>
#include <random>

/// Models as TensorFlow stores them, and its layers by their definition: [N, H, W, C], kernels [h, w, in,
/// out].
namespace tensorflow {

/// A picture, channels last.
struct Value {
    std::size_t height = 1, width = 1, channels = 1;
    std::vector<float> numbers;

    Value(std::size_t h, std::size_t w, std::size_t c)
        : height(h)
        , width(w)
        , channels(c)
        , numbers(h * w * c)
    {
    }
    float& at(std::size_t y, std::size_t x, std::size_t c) { return numbers[(y * width + x) * channels + c]; }
    [[nodiscard]] float at(std::size_t y, std::size_t x, std::size_t c) const
    {
        return numbers[(y * width + x) * channels + c];
    }
};

struct Variable {
    tritloom::Shape shape;
    std::vector<float> numbers;
};

inline Variable
randomVariable(std::mt19937& random, tritloom::Shape shape, float scale = 0.5f, float middle = 0)
{
    Variable made{shape, {}};
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (std::size_t i = 0; i < tritloom::TensorType{nullptr, shape}.elements(); ++i)
        made.numbers.push_back(middle + scale * uniform(random));
    return made;
}

/// What "same" padding puts before the first pixel.
inline std::ptrdiff_t sameBefore(std::size_t size, std::size_t kernel, std::size_t stride)
{
    const std::size_t outputs = (size + stride - 1) / stride, reach = (outputs - 1) * stride + kernel;
    return reach > size ? std::ptrdiff_t((reach - size) / 2) : 0;
}

/// f(output y, x, input y, x, kernel y, x) for every pixel a "same" window of a `height` x `width` picture
/// touches.
template <typename F>
void eachTap(std::size_t height, std::size_t width, std::size_t kernel, std::size_t stride, F f)
{
    const std::ptrdiff_t top = sameBefore(height, kernel, stride), left = sameBefore(width, kernel, stride);
    for (std::size_t oy = 0; oy < (height + stride - 1) / stride; ++oy)
        for (std::size_t ox = 0; ox < (width + stride - 1) / stride; ++ox)
            for (std::size_t ky = 0; ky < kernel; ++ky)
                for (std::size_t kx = 0; kx < kernel; ++kx) {
                    const std::ptrdiff_t y = std::ptrdiff_t(oy * stride + ky) - top,
                                         x = std::ptrdiff_t(ox * stride + kx) - left;
                    if (y >= 0 && x >= 0 && y < std::ptrdiff_t(height) && x < std::ptrdiff_t(width))
                        f(oy, ox, std::size_t(y), std::size_t(x), ky, kx);
                }
}

/// kernel: [k, k, inputs, outputs]
inline Value convolved(const Value& x, const Variable& kernel, std::size_t stride)
{
    const std::size_t outputs = kernel.shape[3];
    Value y((x.height + stride - 1) / stride, (x.width + stride - 1) / stride, outputs);
    eachTap(
        x.height, x.width, kernel.shape[0], stride,
        [&](auto oy, auto ox, auto iy, auto ix, auto ky, auto kx) {
            for (std::size_t i = 0; i < x.channels; ++i)
                for (std::size_t o = 0; o < outputs; ++o)
                    y.at(oy, ox, o) += x.at(iy, ix, i)
                        * kernel.numbers[((ky * kernel.shape[1] + kx) * x.channels + i) * outputs + o];
        });
    return y;
}

/// kernel: [k, k, channels, times]
inline Value depthwise(const Value& x, const Variable& kernel, std::size_t stride)
{
    const std::size_t times = kernel.shape[3];
    Value y((x.height + stride - 1) / stride, (x.width + stride - 1) / stride, x.channels * times);
    eachTap(
        x.height, x.width, kernel.shape[0], stride,
        [&](auto oy, auto ox, auto iy, auto ix, auto ky, auto kx) {
            for (std::size_t i = 0; i < x.channels; ++i)
                for (std::size_t m = 0; m < times; ++m)
                    y.at(oy, ox, i * times + m) += x.at(iy, ix, i)
                        * kernel.numbers[((ky * kernel.shape[1] + kx) * x.channels + i) * times + m];
        });
    return y;
}

/// The gradient of a "same" convolution of a picture `stride` times as large; kernel: [k, k, outputs, inputs]
inline Value transposedConvolved(const Value& x, const Variable& kernel, std::size_t stride)
{
    const std::size_t outputs = kernel.shape[2];
    Value y(x.height * stride, x.width * stride, outputs);
    eachTap(
        y.height, y.width, kernel.shape[0], stride,
        [&](auto sy, auto sx, auto ty, auto tx, auto ky, auto kx) {
            for (std::size_t i = 0; i < x.channels; ++i)
                for (std::size_t o = 0; o < outputs; ++o)
                    y.at(ty, tx, o) += x.at(sy, sx, i)
                        * kernel.numbers[((ky * kernel.shape[1] + kx) * outputs + o) * x.channels + i];
        });
    return y;
}

inline Value mapped(Value x, const std::function<float(float value, std::size_t channel)>& f)
{
    for (std::size_t i = 0; i < x.numbers.size(); ++i)
        x.numbers[i] = f(x.numbers[i], i % x.channels);
    return x;
}

inline Value largestOf(const Value& x, std::size_t kernel, std::size_t stride)
{
    Value y((x.height + stride - 1) / stride, (x.width + stride - 1) / stride, x.channels);
    std::ranges::fill(y.numbers, -1e30f);
    eachTap(x.height, x.width, kernel, stride, [&](auto oy, auto ox, auto iy, auto ix, auto, auto) {
        for (std::size_t c = 0; c < x.channels; ++c)
            y.at(oy, ox, c) = std::max(y.at(oy, ox, c), x.at(iy, ix, c));
    });
    return y;
}

inline std::string bytesOf(std::span<const float> numbers)
{
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

inline void write(const std::filesystem::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

/// The same numbers as [1, C, H, W].
inline tritloom::Tensor channelsFirst(const Value& x)
{
    std::vector<float> numbers;
    for (std::size_t c = 0; c < x.channels; ++c)
        for (std::size_t i = 0; i < x.height * x.width; ++i)
            numbers.push_back(x.numbers[i * x.channels + c]);
    return tritloom::Tensor::adoptFloats({1, x.channels, x.height, x.width}, std::move(numbers));
}

} // namespace tensorflow
