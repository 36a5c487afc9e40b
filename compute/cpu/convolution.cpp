#include "compute/cpu/kernels.h"

#include "compute/cpu/chunks.h"
#include "compute/cpu/output.h"
#include "core/backend/reference/ops.h"
#include "core/graph/window.h"

#include <dnnl.hpp>
#include <omp.h>

#include <algorithm>
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

/// [N, C, ...] whose channels lie `plane` numbers apart.
memory::desc planes(const memory::dims& dims, std::int64_t plane)
{
    memory::dims strides = rowMajor(dims);
    strides[0] = dims[1] * plane;
    strides[1] = plane;
    return {dims, memory::data_type::f32, strides};
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

/// Where the numbers of one product lie. weights: rows of them; bias: null where there is none. Channels of
/// what goes in and comes out lie sourcePlane and destinationPlane numbers apart.
struct Numbers {
    const float *source, *weights, *bias;
    float* destination;
    std::int64_t sourcePlane, destinationPlane;
};

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
            numbers, {description, library().engine}, planes(s.source, numbers.sourcePlane), plain(s.weights),
            planes(s.destination, numbers.destinationPlane));
        return true;
    } catch (const dnnl::error&) {
        return false;
    }
}

/// The same for transposed ones. weights: rows of (output, tap), all channels in each.
bool spread(const Window& w, std::int64_t groups, std::int64_t outputs, const Numbers& numbers)
{
    Sizes s = sizesOf(w, groups, outputs);
    for (std::size_t i = 0; i < w.dimensions; ++i) {
        const std::size_t d = 3 - w.dimensions + i;
        s.end[i] = (w.input[d] - 1) * w.stride[d] + w.dilation[d] * (w.kernel[d] - 1) + 1 - w.padBegin[d] - w.output[d];
    }
    // Element (g, o, c, k) lies at (o * taps + k) * C + g * C / groups + c.
    memory::dims strides{w.kernelSize() * w.channels, 1};
    memory::dims kernelStrides = rowMajor(spatial(w.kernel, w.dimensions));
    for (auto& stride : kernelStrides)
        stride *= w.channels;
    strides = joined(strides, kernelStrides);
    if (groups > 1)
        strides.insert(strides.begin(), w.channels / groups);
    omp_set_num_threads(1);
    try {
        using Deconvolution = dnnl::deconvolution_forward;
        const auto kind = dnnl::prop_kind::forward_inference;
        const auto algorithm = dnnl::algorithm::deconvolution_direct;
        const auto description = numbers.bias != nullptr
            ? Deconvolution::desc(
                kind, algorithm, any(s.source), any(s.weights), plain({outputs}), any(s.destination),
                s.strides, s.dilates, s.begin, s.end)
            : Deconvolution::desc(
                kind, algorithm, any(s.source), any(s.weights), any(s.destination), s.strides, s.dilates,
                s.begin, s.end);
        execute<Deconvolution>(
            numbers, {description, library().engine}, planes(s.source, numbers.sourcePlane),
            memory::desc(s.weights, memory::data_type::f32, strides),
            planes(s.destination, numbers.destinationPlane));
        return true;
    } catch (const dnnl::error&) {
        return false;
    }
}

/// The window that makes rows `begin` to `end` of the output of a window in two dimensions, of the rows from
/// `firstInput` on.
Window bandOf(const Window& w, bool isSpread, std::int64_t begin, std::int64_t end, std::int64_t& firstInput)
{
    constexpr std::size_t row = 1;
    const std::int64_t stride = w.stride[row], reach = w.dilation[row] * (w.kernel[row] - 1) + 1;
    std::int64_t last = 0;
    if (isSpread) {
        // Input i writes rows i * stride - pad up to reach.
        firstInput =
            std::min((begin + w.padBegin[row] - reach + stride) / stride, (begin + w.padBegin[row]) / stride);
        last = (end - 1 + w.padBegin[row]) / stride;
    } else {
        firstInput = begin * stride - w.padBegin[row];
        last = (end - 1) * stride - w.padBegin[row] + reach - 1;
    }
    firstInput = std::clamp<std::int64_t>(firstInput, 0, w.input[row] - 1);
    Window band = w;
    band.input[row] = std::clamp<std::int64_t>(last, firstInput, w.input[row] - 1) - firstInput + 1;
    band.output[row] = end - begin;
    band.padBegin[row] = isSpread ? begin + w.padBegin[row] - firstInput * stride
                                  : firstInput + w.padBegin[row] - begin * stride;
    return band;
}

/// convolved() or spread(). Large products of one picture are cut into runs of `run` output channels and
/// bands of rows, the same ones whatever the number of threads; none begins once `stop` is requested.
/// weightsOfOutput: numbers.
template <typename Product>
bool inPieces(
    Product product, bool isSpread, const Window& w, std::int64_t groups, std::int64_t outputs,
    double products, std::size_t run, std::size_t weightsOfOutput, const Numbers& numbers,
    const std::stop_token& stop)
{
    constexpr double large = 1e7, // products that are worth a thread
        longest = 2.5e8; // of a piece: some hundredths of a second
    if (w.batch > 1 || groups > 1 || products < large)
        return product(w, groups, outputs, numbers);
    const std::int64_t height = w.output[1];
    const double ofRow = products / double(outputs)
        * double(std::min<std::int64_t>(outputs, std::int64_t(run))) / double(height);
    const std::int64_t rows = w.dimensions != 2
        ? height
        : std::clamp<std::int64_t>(std::int64_t(longest / ofRow), std::min<std::int64_t>(height, 8), height);
    const std::size_t bands = std::size_t((height + rows - 1) / rows),
                      runs = (std::size_t(outputs) + run - 1) / run;
    std::atomic<bool> done = true;
    parallelUntil(stop, runs * bands, 1, [&](std::size_t piece, std::size_t) {
        const std::size_t begin = piece / bands * run, end = std::min(std::size_t(outputs), begin + run);
        const std::int64_t top = std::int64_t(piece % bands) * rows;
        std::int64_t firstInput = 0;
        const Window band =
            bands == 1 ? w : bandOf(w, isSpread, top, std::min(height, top + rows), firstInput);
        Numbers part = numbers;
        part.source += firstInput * w.input[2];
        part.weights += begin * weightsOfOutput;
        part.bias = numbers.bias == nullptr ? nullptr : numbers.bias + begin;
        part.destination += std::int64_t(begin) * w.outputSize() + top * w.output[2];
        if (!product(band, 1, std::int64_t(end - begin), part))
            done = false;
    });
    return done;
}

/// rooms: where weights and biases lie that are no floats yet.
Numbers numbersOf(
    std::span<const Tensor> inputs, const Window& w, Output& output, std::vector<float> (&rooms)[2])
{
    return {
        inputs[0].floats().data(),
        reference::valuesIn(inputs[1], rooms[0]).data(),
        inputs.size() > 2 ? reference::valuesIn(inputs[2], rooms[1]).data() : nullptr,
        output.values().data(),
        w.inputSize(),
        w.outputSize()};
}

} // namespace

Result<Tensor> convolution(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Window w = TRY(windowOf(op, inputs[0].type().shape));
    const auto groups = std::int64_t(op.count("groups", 1)), outputs = std::int64_t(inputs[1].type().rows());
    const std::size_t columns = inputs[1].type().columns();
    if (w.channels / groups * w.kernelSize() != std::int64_t(columns))
        return reference::convolution(op, inputs, std::move(stop)); // which says what is wrong
    Output output(std::size_t(w.batch * outputs * w.outputSize()));
    std::vector<float> rooms[2];
    const Numbers numbers = numbersOf(inputs, w, output, rooms);
    const double products = double(w.outputSize()) * double(outputs) * double(columns);
    if (!inPieces(convolved, false, w, groups, outputs, products, 32, columns, numbers, stop))
        return reference::convolution(op, inputs, std::move(stop));
    return std::move(output).take(w.outputShape(outputs));
}

Result<Tensor> transposedConvolution(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Window w = TRY(windowOf(op, inputs[0].type().shape));
    const auto groups = std::int64_t(op.count("groups", 1)), taps = w.kernelSize(),
               outputs = std::int64_t(inputs[1].type().rows()) / taps * groups;
    if (w.channels != std::int64_t(inputs[1].type().columns()))
        return reference::transposedConvolution(op, inputs, std::move(stop));
    Output output(std::size_t(w.batch * outputs * w.outputSize()));
    std::vector<float> rooms[2];
    const Numbers numbers = numbersOf(inputs, w, output, rooms);
    const double products =
        double(w.inputSize()) * double(inputs[1].type().rows()) * double(w.channels / groups);
    const std::size_t weightsOfOutput = std::size_t(taps * w.channels);
    if (!inPieces(spread, true, w, groups, outputs, products, 16, weightsOfOutput, numbers, stop))
        return reference::transposedConvolution(op, inputs, std::move(stop));
    return std::move(output).take(w.outputShape(outputs));
}

} // namespace tritloom::cpu
