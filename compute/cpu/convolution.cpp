#include "compute/cpu/kernels.h"

#include "core/backend/reference/ops.h"
#include "core/base/parallel.h"
#include "core/graph/window.h"

#include <dnnl.hpp>
#include <omp.h>

#include <atomic>
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

/// Where the numbers of one product lie. weights: rows of them; bias: null where there is none.
struct Numbers {
    const float *source, *weights, *bias;
    float* destination;
};

/// Numbers of a tensor as floats: where they lie, or decoded into `room`.
const float* floatsOf(const Tensor& tensor, std::vector<float>& room)
{
    if (tensor.type().format->id() == "f32" && reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % alignof(float) == 0)
        return tensor.floats().data();
    room = tensor.toFloats();
    return room.data();
}

/// Runs a primitive of either direction on this thread: waiting threads of the library would spin, and parallelFor
/// spreads the work.
template <typename Primitive>
void execute(
    const Numbers& numbers, const typename Primitive::primitive_desc& description, const memory::desc& source,
    const memory::desc& weights, const memory::desc& destination)
{
    Library& lib = library();
    std::unordered_map<int, memory> arguments{
        {DNNL_ARG_SRC, arranged(lib, source, numbers.source, description.src_desc())},
        {DNNL_ARG_WEIGHTS, arranged(lib, weights, numbers.weights, description.weights_desc())}};
    if (numbers.bias != nullptr)
        arguments.insert({DNNL_ARG_BIAS, memory(description.bias_desc(), lib.engine, const_cast<float*>(numbers.bias))});
    memory result(destination, lib.engine, numbers.destination);
    const bool direct = description.dst_desc() == destination;
    memory made = direct ? result : memory(description.dst_desc(), lib.engine);
    arguments.insert({DNNL_ARG_DST, made});
    Primitive(description).execute(lib.stream, arguments);
    if (!direct)
        dnnl::reorder(made, result).execute(lib.stream, made, result);
    lib.stream.wait();
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

/// False where the library has no code for such sizes.
bool convolved(const Window& w, std::int64_t groups, std::int64_t outputs, const Numbers& numbers)
{
    const Sizes s = sizesOf(w, groups, outputs);
    omp_set_num_threads(1); // of this thread only
    try {
        using Convolution = dnnl::convolution_forward;
        const auto kind = dnnl::prop_kind::forward_inference;
        const auto algorithm = dnnl::algorithm::convolution_direct;
        const auto description = numbers.bias != nullptr
            ? Convolution::desc(
                kind, algorithm, any(s.source), any(s.weights), plain({outputs}), any(s.destination), s.strides,
                s.dilates, s.begin, s.end)
            : Convolution::desc(
                kind, algorithm, any(s.source), any(s.weights), any(s.destination), s.strides, s.dilates, s.begin, s.end);
        execute<Convolution>(
            numbers, {description, library().engine}, plain(s.source), plain(s.weights), plain(s.destination));
        return true;
    } catch (const dnnl::error&) {
        return false;
    }
}

} // namespace

// Large products are cut into runs of output channels, the same ones whatever the number of threads.
Result<Tensor> convolution(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    constexpr std::size_t run = 32;
    constexpr double large = 1e7; // products that are worth a thread
    const Window w = TRY(windowOf(op, inputs[0].type().shape));
    const auto groups = std::int64_t(op.count("groups", 1)), outputs = std::int64_t(inputs[1].type().rows());
    const std::size_t columns = inputs[1].type().columns();
    if (w.channels / groups * w.kernelSize() != std::int64_t(columns))
        return reference::convolution(op, inputs, std::move(stop)); // which says what is wrong
    std::vector<float> weightRoom, biasRoom, y(std::size_t(w.batch * outputs * w.outputSize()));
    const float* const weights = floatsOf(inputs[1], weightRoom);
    const float* const bias = inputs.size() > 2 ? floatsOf(inputs[2], biasRoom) : nullptr;
    const float* const source = inputs[0].floats().data();
    const double products = double(w.outputSize()) * double(outputs) * double(columns);
    std::atomic<bool> done = true;
    if (w.batch > 1 || groups > 1 || products < large) {
        done = convolved(w, groups, outputs, {source, weights, bias, y.data()});
    } else {
        parallelFor(std::size_t(outputs), run, [&](std::size_t begin, std::size_t end) {
            const bool one = !stop.stop_requested()
                && convolved(
                    w, 1, std::int64_t(end - begin),
                    {source, weights + begin * columns, bias == nullptr ? nullptr : bias + begin,
                     y.data() + begin * std::size_t(w.outputSize())});
            if (!one)
                done = false;
        });
    }
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled in a convolution of {} channels", outputs);
    if (!done)
        return reference::convolution(op, inputs, std::move(stop));
    return Tensor::adoptFloats(w.outputShape(outputs), std::move(y));
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
    std::vector<float> weightRoom, biasRoom, y(std::size_t(w.batch * outputs * w.outputSize()));
    const Numbers numbers{
        inputs[0].floats().data(), floatsOf(inputs[1], weightRoom),
        inputs.size() > 2 ? floatsOf(inputs[2], biasRoom) : nullptr, y.data()};
    omp_set_num_threads(1);
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
        execute<Deconvolution>(
            numbers, {description, library().engine}, plain(s.source),
            memory::desc(s.weights, memory::data_type::f32, strides), plain(s.destination));
        return Tensor::adoptFloats(w.outputShape(outputs), std::move(y));
    } catch (const dnnl::error&) {
        return reference::transposedConvolution(op, inputs, std::move(stop));
    }
}

} // namespace tritloom::cpu
