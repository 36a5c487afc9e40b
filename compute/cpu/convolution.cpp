#include "compute/cpu/kernels.h"

#include "core/backend/reference/ops.h"
#include "core/base/parallel.h"
#include "core/graph/window.h"

#include <dnnl.hpp>
#include <omp.h>

#include <algorithm>
#include <unordered_map>

namespace tritloom::cpu {
namespace {

using dnnl::memory;

/// One stream a thread: streams are not shared, primitives are cached by the library.
struct Library {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
};

Library& library()
{
    thread_local Library instance;
    return instance;
}

/// The last of three dimensions that are really there.
memory::dims spatial(const Window::Three& three, std::size_t dimensions)
{
    return {three.end() - std::ptrdiff_t(dimensions), three.end()};
}

memory::dims joined(memory::dims first, const memory::dims& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

memory::dims rowMajor(const memory::dims& dims)
{
    memory::dims strides(dims.size(), 1);
    for (std::size_t i = dims.size(); i-- > 1;)
        strides[i - 1] = strides[i] * dims[i];
    return strides;
}

memory::desc plain(const memory::dims& dims)
{
    return {dims, memory::data_type::f32, rowMajor(dims)};
}

memory::desc any(const memory::dims& dims)
{
    return {dims, memory::data_type::f32, memory::format_tag::any};
}

/// The numbers in the layout a primitive chose.
memory arranged(Library& lib, const memory::desc& from, const float* numbers, const memory::desc& to)
{
    memory given(from, lib.engine, const_cast<float*>(numbers));
    if (from == to)
        return given;
    memory result(to, lib.engine);
    dnnl::reorder(given, result).execute(lib.stream, given, result);
    return result;
}

std::vector<float> decoded(const Tensor& tensor)
{
    const bool plainFloats = tensor.type().format->id() == "f32"
        && reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % alignof(float) == 0;
    return plainFloats ? std::vector<float>() : tensor.toFloats();
}

/// Runs a convolution primitive of either direction.
template <typename Primitive>
Tensor execute(
    std::span<const Tensor> inputs, const typename Primitive::primitive_desc& description, const memory::desc& source,
    const memory::desc& weights, const memory::desc& destination, const Shape& shape)
{
    Library& lib = library();
    const std::vector<float> w = decoded(inputs[1]), b = inputs.size() > 2 ? inputs[2].toFloats() : std::vector<float>();
    std::vector<float> y(TensorType{nullptr, shape}.elements());
    std::unordered_map<int, memory> arguments{
        {DNNL_ARG_SRC, arranged(lib, source, inputs[0].floats().data(), description.src_desc())},
        {DNNL_ARG_WEIGHTS,
         arranged(lib, weights, w.empty() ? inputs[1].floats().data() : w.data(), description.weights_desc())}};
    if (!b.empty())
        arguments.insert({DNNL_ARG_BIAS, memory(description.bias_desc(), lib.engine, const_cast<float*>(b.data()))});
    memory result(destination, lib.engine, y.data());
    const bool direct = description.dst_desc() == destination;
    memory made = direct ? result : memory(description.dst_desc(), lib.engine);
    arguments.insert({DNNL_ARG_DST, made});
    Primitive(description).execute(lib.stream, arguments);
    if (!direct)
        dnnl::reorder(made, result).execute(lib.stream, made, result);
    lib.stream.wait();
    return Tensor::adoptFloats(shape, std::move(y));
}

/// What both directions are described by.
struct Sizes {
    Window w;
    std::int64_t groups = 1, outputs = 0;
    memory::dims source, destination, weights, strides, dilates, begin, end;
};

Sizes sizesOf(const Window& w, std::int64_t groups, std::int64_t outputs)
{
    const std::size_t n = w.dimensions;
    Sizes s{.w = w, .groups = groups, .outputs = outputs};
    s.source = joined({w.batch, w.channels}, spatial(w.input, n));
    s.destination = joined({w.batch, outputs}, spatial(w.output, n));
    s.weights = joined({outputs / groups, w.channels / groups}, spatial(w.kernel, n));
    if (groups > 1)
        s.weights.insert(s.weights.begin(), groups);
    s.strides = spatial(w.stride, n);
    s.dilates = spatial(w.dilation, n);
    for (auto& dilate : s.dilates)
        --dilate; // the library counts the gaps
    s.begin = spatial(w.padBegin, n);
    for (std::size_t i = 3 - n; i < 3; ++i) {
        // What is really read: rounded-down sizes leave some of the end padding unread.
        const std::int64_t reach = w.dilation[i] * (w.kernel[i] - 1) + 1;
        s.end.push_back((w.output[i] - 1) * w.stride[i] + reach - w.input[i] - w.padBegin[i]);
    }
    return s;
}

/// Waiting threads of the library spin: what one core does in some milliseconds is left to one.
void useThreads(const Window& w, std::int64_t outputs, std::int64_t groups)
{
    const std::int64_t places = w.batch * std::max(w.outputSize(), w.inputSize());
    const double products = double(places) * double(outputs) * double(w.channels / groups) * double(w.kernelSize());
    omp_set_num_threads(products < 3e7 ? 1 : int(threadCount()));
}

} // namespace

Result<Tensor> convolution(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Window w = TRY(windowOf(op, inputs[0].type().shape));
    const auto groups = std::int64_t(op.count("groups", 1)), outputs = std::int64_t(inputs[1].type().rows());
    if (w.channels / groups * w.kernelSize() != std::int64_t(inputs[1].type().columns()))
        return reference::convolution(op, inputs, std::move(stop)); // which says what is wrong
    const Sizes s = sizesOf(w, groups, outputs);
    useThreads(w, outputs, groups);
    try {
        using Convolution = dnnl::convolution_forward;
        const auto kind = dnnl::prop_kind::forward_inference;
        const auto algorithm = dnnl::algorithm::convolution_direct;
        const auto description = inputs.size() > 2
            ? Convolution::desc(
                kind, algorithm, any(s.source), any(s.weights), plain({outputs}), any(s.destination), s.strides,
                s.dilates, s.begin, s.end)
            : Convolution::desc(
                kind, algorithm, any(s.source), any(s.weights), any(s.destination), s.strides, s.dilates, s.begin, s.end);
        return execute<Convolution>(
            inputs, {description, library().engine}, plain(s.source), plain(s.weights), plain(s.destination),
            w.outputShape(outputs));
    } catch (const dnnl::error&) {
        return reference::convolution(op, inputs, std::move(stop)); // sizes that the library has no code for
    }
}

Result<Tensor> transposedConvolution(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Window w = TRY(windowOf(op, inputs[0].type().shape));
    const auto groups = std::int64_t(op.count("groups", 1)), taps = w.kernelSize(),
               outputs = std::int64_t(inputs[1].type().rows()) / taps * groups;
    if (w.channels != std::int64_t(inputs[1].type().columns()))
        return reference::transposedConvolution(op, inputs, std::move(stop));
    Sizes s = sizesOf(w, groups, outputs);
    for (std::size_t i = 0; i < w.dimensions; ++i) {
        const std::size_t d = 3 - w.dimensions + i;
        s.end[i] = (w.input[d] - 1) * w.stride[d] + w.dilation[d] * (w.kernel[d] - 1) + 1 - w.padBegin[d] - w.output[d];
    }
    // Rows are (output, tap), columns channels: element (g, o, c, k) lies at (o * taps + k) * C + g * C / groups + c.
    memory::dims strides{taps * w.channels, 1};
    memory::dims kernelStrides = rowMajor(spatial(w.kernel, w.dimensions));
    for (auto& stride : kernelStrides)
        stride *= w.channels;
    strides = joined(strides, kernelStrides);
    if (groups > 1)
        strides.insert(strides.begin(), w.channels / groups);
    useThreads(w, outputs, groups);
    try {
        using Deconvolution = dnnl::deconvolution_forward;
        const auto kind = dnnl::prop_kind::forward_inference;
        const auto algorithm = dnnl::algorithm::deconvolution_direct;
        const auto description = inputs.size() > 2
            ? Deconvolution::desc(
                kind, algorithm, any(s.source), any(s.weights), plain({outputs}), any(s.destination), s.strides,
                s.dilates, s.begin, s.end)
            : Deconvolution::desc(
                kind, algorithm, any(s.source), any(s.weights), any(s.destination), s.strides, s.dilates, s.begin, s.end);
        return execute<Deconvolution>(
            inputs, {description, library().engine}, plain(s.source),
            memory::desc(s.weights, memory::data_type::f32, strides), plain(s.destination), w.outputShape(outputs));
    } catch (const dnnl::error&) {
        return reference::transposedConvolution(op, inputs, std::move(stop));
    }
}

} // namespace tritloom::cpu
