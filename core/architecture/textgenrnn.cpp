#include "core/architecture/textgenrnn.h"

#include "core/architecture/network_builder.h"

#include <algorithm>
#include <cstring>

namespace tritloom::textgenrnn {
namespace {

constexpr std::size_t usualWindow = 40, longestWindow = 256, mostLayers = 16;
constexpr std::string_view windowKey = "textgenrnn.context_window";

std::string kerasName(std::size_t layer, std::string_view part)
{
    return fmt::format("rnn_{}/{}", layer + 1, part);
}

bool isMatrix(const NamedTensor* tensor)
{
    return tensor != nullptr && tensor->shape.size() == 2 && tensor->stored.type().format->isFloat()
        && tensor->layout == Layout::RowMajor;
}

/// CuDNN's order: each of the four gates, which Keras has side by side in columns of [inputs, 4 h], holds its
/// own matrix [h, inputs] row by row (keras, convert_rnn_weights). [4 h, inputs].
Tensor fromCudnn(const Tensor& stored)
{
    const std::size_t inputs = stored.type().shape[0], gates = stored.type().shape[1], units = gates / 4;
    const std::size_t each = stored.type().format->blockBytes();
    std::vector<std::byte> bytes;
    bytes.reserve(stored.bytes().size());
    for (std::size_t gate = 0; gate < 4; ++gate)
        for (std::size_t i = 0; i < inputs; ++i) {
            const auto line = stored.row(i).subspan(gate * units * each, units * each);
            bytes.insert(bytes.end(), line.begin(), line.end());
        }
    return Tensor::adopt({stored.type().format, {gates, inputs}}, std::move(bytes));
}

void turn(NamedTensor& matrix, bool isCudnn)
{
    matrix.shape = {matrix.shape[1], matrix.shape[0]};
    if (!isCudnn) {
        matrix.layout = Layout::Transposed;
        return;
    }
    matrix.stored = fromCudnn(matrix.stored);
    matrix.fileName.clear(); // it is no longer what the file calls by that name
}

class Builder {
public:
    explicit Builder(const ModelFile& file)
        : m_file(file)
    {
    }

    Result<Graph> build()
    {
        m_window = std::size_t(std::max<std::int64_t>(
            0, m_file.metadata.integer(windowKey).value_or(std::int64_t(usualWindow))));
        if (m_window == 0 || m_window > longestWindow)
            return fail(
                ErrorCode::Unsupported, "a window of {} characters, 1 to {} can be run", m_window,
                longestWindow);
        TRY_VOID(checkShapes());
        std::vector<std::vector<ValueId>> values{embeddings()}; // by layer, then step
        for (std::size_t layer = 0; layer < m_layers; ++layer) {
            m_graph.nextStage();
            values.push_back(lstm(layer, values.back()));
        }
        const ValueId average = weightedAverage(values);
        m_graph.nextStage();
        return std::move(m_graph).finish(linear("output", average));
    }

private:
    const NamedTensor* find(std::string_view name) const { return m_file.find(name); }
    TensorId tensor(std::string_view name) const
    {
        return TensorId(std::size_t(find(name) - m_file.tensors.data()));
    }

    Result<void> check(const std::string& name, const Shape& shape) const
    {
        const NamedTensor* const found = find(name);
        if (found == nullptr)
            return fail(ErrorCode::NotFound, "no tensor '{}', which textgenrnn needs", name);
        if (found->shape != shape)
            return fail(
                ErrorCode::InvalidInput, "tensor '{}' is [{}], textgenrnn needs [{}] here", name,
                fmt::join(found->shape, ", "), fmt::join(shape, ", "));
        return {};
    }

    Result<void> checkShapes()
    {
        const NamedTensor *const table = find("token_embd.weight"),
                                 *const first = find("blk.0.lstm_recurrent.weight");
        if (table == nullptr || table->shape.size() != 2 || first == nullptr || first->shape.size() != 2)
            return fail(
                ErrorCode::NotFound,
                "textgenrnn needs the matrices 'token_embd.weight' and 'blk.0.lstm_recurrent.weight'");
        const std::size_t tokens = table->shape[0], embedding = table->shape[1];
        if (const auto* const texts = m_file.metadata.strings("tokenizer.ggml.tokens");
            texts != nullptr && texts->size() != tokens)
            return fail(
                ErrorCode::InvalidInput,
                "the tokenizer has {} tokens, tensor 'token_embd.weight' has {} rows", texts->size(), tokens);
        m_units = first->shape[1];
        while (m_layers < mostLayers && find(fmt::format("blk.{}.lstm_input.weight", m_layers)) != nullptr)
            ++m_layers;
        const std::size_t gates = 4 * m_units, all = embedding + m_layers * m_units;
        for (std::size_t layer = 0; layer < m_layers; ++layer) {
            const std::string prefix = fmt::format("blk.{}.lstm_", layer);
            TRY_VOID(check(prefix + "input.weight", {gates, layer == 0 ? embedding : m_units}));
            TRY_VOID(check(prefix + "input.bias", {gates}));
            TRY_VOID(check(prefix + "recurrent.weight", {gates, m_units}));
            if (find(prefix + "recurrent.bias") != nullptr)
                TRY_VOID(check(prefix + "recurrent.bias", {gates}));
        }
        TRY_VOID(check("attention.weight", {1, all}));
        TRY_VOID(check("output.weight", {tokens, all}));
        return check("output.bias", {tokens});
    }

    ValueId slice(ValueId x, std::size_t begin, std::size_t count)
    {
        return m_graph.add({OpKind::Slice, {{"begin", double(begin)}, {"count", double(count)}}}, {x});
    }
    ValueId unary(UnaryFunction function, ValueId x) { return m_graph.add(unaryOp(function), {x}); }
    ValueId sum(ValueId a, ValueId b) { return m_graph.add({OpKind::Add, {}}, {a, b}); }
    ValueId product(ValueId a, ValueId b) { return m_graph.add({OpKind::Multiply, {}}, {a, b}); }
    ValueId withBias(const std::string& name, ValueId x)
    {
        return find(name + ".bias") == nullptr
            ? x
            : m_graph.add({OpKind::Add, {}}, {x}, {tensor(name + ".bias")});
    }
    ValueId linear(const std::string& name, ValueId x)
    {
        return withBias(name, m_graph.add({OpKind::Linear, {}}, {x}, {tensor(name + ".weight")}, name));
    }

    /// The embedded character of each step, [T, e] each. ids [T] become windows [T, w]: a convolution whose w
    /// kernels are the rows of the unit matrix, with w - 1 zeros in front. What lies before the last begin of
    /// a text is 0.
    std::vector<ValueId> embeddings()
    {
        const auto w = std::int64_t(m_window);
        std::vector<float> unit(m_window * m_window), after(m_window * m_window);
        for (std::size_t i = 0; i < m_window; ++i)
            for (std::size_t j = 0; j < m_window; ++j) {
                unit[i * m_window + j] = i == j ? 1.0f : 0.0f;
                after[i * m_window + j] = i > j ? 1.0f : 0.0f;
            }
        const Shape square{m_window, m_window};
        const ValueId line =
            m_graph.add({OpKind::Expand, {}, {{"shape", {1, 1, 1}}}}, {m_graph.input()}); // [1, 1, T]
        const Lists how{{"kernel", {w}}, {"strides", {1}}, {"dilations", {1}}, {"pads", {w - 1, 0}}};
        const ValueId columns = m_graph.add(
            {OpKind::Convolution, {}, how}, {line}, {}, "windows", {Tensor::adoptFloats(square, unit)});
        ValueId windows =
            m_graph.add({OpKind::Transpose, {}, {{"permutation", {0, 2, 1}}}}, {columns}); // [1, T, w]
        if (const auto begin = m_file.metadata.integer("tokenizer.ggml.bos_token_id")) {
            // Number of begins behind each character of the window; 0: it belongs to the text.
            const ValueId begins = m_graph.add(
                binaryOp(BinaryFunction::Equal), {windows}, {}, {},
                {Tensor::adoptFloats({1}, {float(*begin)})});
            const ValueId later =
                m_graph.add({OpKind::MatMul, {}}, {begins}, {}, {}, {Tensor::adoptFloats(square, after)});
            const ValueId own = m_graph.add(
                binaryOp(BinaryFunction::Equal), {later}, {}, {}, {Tensor::adoptFloats({1}, {0})});
            windows = m_graph.add(binaryOp(BinaryFunction::Multiply), {windows, own});
        }
        std::vector<ValueId> steps;
        for (std::size_t step = 0; step < m_window; ++step)
            steps.push_back(m_graph.add(
                {OpKind::Embedding, {}}, {slice(windows, step, 1)}, {tensor("token_embd.weight")},
                "token_embd"));
        return steps;
    }

    /// Hochreiter and Schmidhuber's cell with a forget gate (Gers et al. 2000), from a state of zeros.
    std::vector<ValueId> lstm(std::size_t layer, const std::vector<ValueId>& inputs)
    {
        const std::string prefix = fmt::format("blk.{}.lstm_", layer);
        std::vector<ValueId> outputs;
        ValueId cell{};
        for (const ValueId input : inputs) {
            const ValueId given = linear(prefix + "input", input);
            const ValueId gates = outputs.empty()
                ? withBias(prefix + "recurrent", given) // R times a state of zeros
                : sum(given, linear(prefix + "recurrent", outputs.back()));
            const auto gate = [&](UnaryFunction function, std::size_t index) {
                return unary(function, slice(gates, index * m_units, m_units));
            };
            const ValueId written = product(gate(UnaryFunction::Sigmoid, 0), gate(UnaryFunction::Tanh, 2));
            cell = outputs.empty() ? written : sum(product(gate(UnaryFunction::Sigmoid, 1), cell), written);
            outputs.push_back(product(gate(UnaryFunction::Sigmoid, 3), unary(UnaryFunction::Tanh, cell)));
        }
        return outputs;
    }

    /// Sum over time of a_t x_t, a = softmax over time of w . x_t; x: embedding and all LSTMs side by side.
    /// Keras adds 1e-7 to the softmax's divisor, which is at least 1: nothing that 32 bits show in the
    /// logits.
    ValueId weightedAverage(const std::vector<std::vector<ValueId>>& values)
    {
        const auto beside = [&](std::vector<ValueId> parts) {
            return m_graph.add({OpKind::Concat, {{"axis", 1}}}, std::move(parts));
        };
        std::vector<ValueId> all, scores;
        for (std::size_t step = 0; step < m_window; ++step) {
            std::vector<ValueId> parts;
            for (const auto& layer : values)
                parts.push_back(layer[step]);
            all.push_back(beside(std::move(parts)));
            scores.push_back(linear("attention", all.back()));
        }
        const ValueId shares = m_graph.add({OpKind::Softmax, {{"axis", 1}}}, {beside(std::move(scores))});
        ValueId average{};
        for (std::size_t step = 0; step < m_window; ++step) {
            const ValueId part =
                m_graph.add(binaryOp(BinaryFunction::Multiply), {all[step], slice(shares, step, 1)});
            average = step == 0 ? part : sum(average, part);
        }
        return average;
    }

    const ModelFile& m_file;
    GraphBuilder m_graph;
    std::size_t m_window = 0, m_layers = 0, m_units = 0;
};

} // namespace

bool isNetwork(const ModelFile& file)
{
    for (const char* name :
         {"embedding/embeddings", "rnn_1/kernel", "rnn_1/recurrent_kernel", "attention/attention_W",
          "output/kernel"})
        if (!isMatrix(file.find(name)))
            return false;
    return file.find("output/bias") != nullptr && file.find("rnn_1/bias") != nullptr;
}

void prepare(ModelFile& file)
{
    const auto rename = [](NamedTensor& tensor, std::string name) {
        if (tensor.fileName.empty())
            tensor.fileName = tensor.name;
        tensor.name = std::move(name);
    };
    std::vector<NamedTensor> named;
    const auto take = [&](const std::string& from, const std::string& to) -> NamedTensor* {
        const auto found = std::ranges::find(file.tensors, from, &NamedTensor::name);
        if (found == file.tensors.end())
            return nullptr;
        rename(*found, to);
        named.push_back(std::move(*found));
        file.tensors.erase(found);
        return &named.back();
    };
    take("embedding/embeddings", "token_embd.weight");
    for (std::size_t layer = 0; layer < mostLayers; ++layer) {
        const NamedTensor *const input = file.find(kerasName(layer, "kernel")),
                                 *const recurrent = file.find(kerasName(layer, "recurrent_kernel")),
                                 *const bias = file.find(kerasName(layer, "bias"));
        if (!isMatrix(input) || !isMatrix(recurrent) || bias == nullptr || bias->shape.size() != 1
            || input->shape[1] % 4 != 0 || input->shape[1] != recurrent->shape[1])
            break;
        const std::size_t gates = input->shape[1];
        const bool isCudnn = bias->shape[0] == 2 * gates; // CuDNN adds a bias to both products
        const std::string prefix = fmt::format("blk.{}.lstm_", layer);
        turn(*take(kerasName(layer, "kernel"), prefix + "input.weight"), isCudnn);
        turn(*take(kerasName(layer, "recurrent_kernel"), prefix + "recurrent.weight"), isCudnn);
        NamedTensor& first = *take(kerasName(layer, "bias"), prefix + "input.bias");
        if (!isCudnn)
            continue;
        first.fileName.clear();
        NamedTensor second = first;
        second.name = prefix + "recurrent.bias";
        const Tensor both = first.stored;
        const TensorType half{both.type().format, {gates}};
        first.shape = second.shape = {gates};
        first.stored = Tensor(half, both.bytes().first(half.bytes()), both.owner());
        second.stored = Tensor(half, both.bytes().last(half.bytes()), both.owner());
        named.push_back(std::move(second));
    }
    if (NamedTensor* const scores = take("attention/attention_W", "attention.weight")) {
        turn(*scores, false);
        scores->role = NamedTensor::Role::Other; // one number a channel: nothing to compress
    }
    if (NamedTensor* const head = take("output/kernel", "output.weight"))
        turn(*head, false);
    take("output/bias", "output.bias");
    std::ranges::move(file.tensors, std::back_inserter(named));
    file.tensors = std::move(named);
    file.metadata.set("general.architecture", std::string(id));
    if (file.metadata.find(windowKey) == nullptr)
        file.metadata.set(std::string(windowKey), std::uint32_t(usualWindow));
}

Result<Graph> build(const ModelFile& file)
{
    return Builder(file).build();
}

} // namespace tritloom::textgenrnn

namespace tritloom {

std::size_t tokensReadAgain(const ModelFile& file)
{
    if (file.architecture() != textgenrnn::id)
        return 0;
    const auto window = file.metadata.integer(textgenrnn::windowKey);
    return std::size_t(std::max<std::int64_t>(1, window.value_or(std::int64_t(textgenrnn::usualWindow))));
}

} // namespace tritloom
