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
    std::int64_t weightChannels; ///< of a row of transposed weights, all groups
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
    memory::dims strides{w.kernelSize() * numbers.weightChannels, 1};
    memory::dims kernelStrides = rowMajor(spatial(w.kernel, w.dimensions));
    for (auto& stride : kernelStrides)
        stride *= numbers.weightChannels;
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

/// The dimension that pictures are cut along: the others lie together.
std::size_t firstOfSpace(const Window& w)
{
    return std::min<std::size_t>(3 - w.dimensions, 2);
}

/// The window that makes rows `begin` to `end` of the output, counted along `axis`, of the rows from
/// `firstInput` on.
Window bandOf(
    const Window& w, std::size_t axis, bool isSpread, std::int64_t begin, std::int64_t end,
    std::int64_t& firstInput)
{
    const std::int64_t stride = w.stride[axis], reach = w.dilation[axis] * (w.kernel[axis] - 1) + 1;
    std::int64_t last = 0;
    if (isSpread) {
        // Input i writes rows i * stride - pad up to reach.
        firstInput = std::min(
            (begin + w.padBegin[axis] - reach + stride) / stride, (begin + w.padBegin[axis]) / stride);
        last = (end - 1 + w.padBegin[axis]) / stride;
    } else {
        firstInput = begin * stride - w.padBegin[axis];
        last = (end - 1) * stride - w.padBegin[axis] + reach - 1;
    }
    firstInput = std::clamp<std::int64_t>(firstInput, 0, w.input[axis] - 1);
    Window band = w;
    band.input[axis] = std::clamp<std::int64_t>(last, firstInput, w.input[axis] - 1) - firstInput + 1;
    band.output[axis] = end - begin;
    band.padBegin[axis] = isSpread ? begin + w.padBegin[axis] - firstInput * stride
                                   : firstInput + w.padBegin[axis] - begin * stride;
    return band;
}

/// Along each of these a product is cut into runs of so many at once, the last of which may be shorter.
struct Runs {
    std::int64_t all = 1, atOnce = 1;
    [[nodiscard]] std::int64_t count() const { return (all + atOnce - 1) / atOnce; }
    [[nodiscard]] std::int64_t begin(std::int64_t run) const { return run * atOnce; }
    [[nodiscard]] std::int64_t end(std::int64_t run) const { return std::min(all, (run + 1) * atOnce); }
};

/// What pieces are made of: pictures, groups, outputs of a group, rows along the first dimension of space.
struct Cut {
    Runs pictures, groups, outputs, rows;
};

/// products: of a picture. run: outputs that a piece had better have.
Cut cutOf(const Window& w, std::int64_t groups, std::int64_t outputs, double products, std::int64_t run)
{
    constexpr double large = 1e7, // products that are worth a thread
        longest = 2.5e8; // of a piece: some hundredths of a second
    constexpr std::int64_t fewest = 8; // outputs: a vector of them
    const std::int64_t height = w.output[firstOfSpace(w)];
    Cut cut{{w.batch, w.batch}, {groups, groups}, {outputs / groups, outputs / groups}, {height, height}};
    if (products * double(w.batch) < large)
        return cut;
    if (products < large) {
        cut.pictures.atOnce = std::min(w.batch, std::int64_t(large / products) + 1);
        return cut;
    }
    cut.pictures.atOnce = 1;
    cut.groups.atOnce = std::clamp<std::int64_t>(run / cut.outputs.all, 1, groups);
    // Each piece brings all inputs of its group into the layout of the library.
    cut.outputs.atOnce = std::min(cut.outputs.all, groups > 1 ? 2 * run : run);
    const auto ofRow = [&] {
        return products / double(outputs) * double(cut.groups.atOnce * cut.outputs.atOnce) / double(height);
    };
    while (ofRow() > longest && cut.groups.atOnce == 1 && cut.outputs.atOnce > fewest)
        cut.outputs.atOnce = (cut.outputs.atOnce + 1) / 2;
    cut.rows.atOnce = std::clamp<std::int64_t>(std::int64_t(longest / ofRow()), 1, height);
    return cut;
}

/// convolved() or spread() in the pieces of a Cut, the same ones whatever the number of threads; none begins
/// once `stop` is requested. weightsOfOutput: numbers.
template <typename Product>
bool inPieces(
    Product product, bool isSpread, const Window& w, std::int64_t groups, std::int64_t outputs,
    double products, std::int64_t run, std::int64_t weightsOfOutput, const Numbers& numbers,
    const std::stop_token& stop)
{
    const Cut cut = cutOf(w, groups, outputs, products, run);
    const std::size_t axis = firstOfSpace(w);
    const std::int64_t ofGroup = outputs / groups, channels = w.channels / groups;
    const std::int64_t inputRow = w.inputSize() / w.input[axis], outputRow = w.outputSize() / w.output[axis];
    const std::int64_t bands = cut.rows.count(), runs = cut.outputs.count(), sets = cut.groups.count();
    std::atomic<bool> done = true;
    parallelUntil(
        stop, std::size_t(cut.pictures.count() * sets * runs * bands), 1, [&](std::size_t at, std::size_t) {
            const auto piece = std::int64_t(at);
            const std::int64_t band = piece % bands, part = piece / bands % runs,
                               set = piece / bands / runs % sets, pictures = piece / bands / runs / sets;
            const std::int64_t picture = cut.pictures.begin(pictures), group = cut.groups.begin(set),
                               first = cut.outputs.begin(part), top = cut.rows.begin(band);
            const std::int64_t groupCount = cut.groups.end(set) - group,
                               outputCount = groupCount * (cut.outputs.end(part) - first);
            std::int64_t firstInput = 0;
            Window window = bands == 1 ? w : bandOf(w, axis, isSpread, top, cut.rows.end(band), firstInput);
            window.batch = cut.pictures.end(pictures) - picture;
            window.channels = groupCount * channels;
            Numbers own = numbers;
            own.source += (picture * w.channels + group * channels) * w.inputSize() + firstInput * inputRow;
            own.weights += first * weightsOfOutput
                + group
                    * (isSpread ? channels
                                : ofGroup * weightsOfOutput); // rows have the channels of all groups
            own.bias = numbers.bias == nullptr ? nullptr : numbers.bias + group * ofGroup + first;
            own.destination +=
                (picture * outputs + group * ofGroup + first) * w.outputSize() + top * outputRow;
            if (!product(window, groupCount, outputCount, own))
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
        w.outputSize(),
        w.channels};
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
    if (!inPieces(convolved, false, w, groups, outputs, products, 32, std::int64_t(columns), numbers, stop))
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
    const double products = double(w.inputSize()) * double(inputs[1].type().rows()) * double(w.channels);
    if (!inPieces(spread, true, w, groups, outputs, products, 16, taps * w.channels, numbers, stop))
        return reference::transposedConvolution(op, inputs, std::move(stop));
    return std::move(output).take(w.outputShape(outputs));
}

} // namespace tritloom::cpu
