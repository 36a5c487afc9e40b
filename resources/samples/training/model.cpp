#include "model.h"

#include "config.h"

#include <cmath>

namespace sample {
namespace {

using torch::Tensor;

/// Tensors of a block in file order; the norms are 1-D.
enum BlockTensor { AttnNorm, Query, Key, Value, Output, FfnNorm, Gate, Up, Down, BlockTensors };

constexpr std::size_t embedding = 0;
constexpr std::size_t finalNorm = 1 + static_cast<std::size_t>(Config::layers) * BlockTensors;

std::size_t index(int layer, BlockTensor tensor)
{
    return 1 + static_cast<std::size_t>(layer) * BlockTensors + tensor;
}

Tensor rmsNorm(const Tensor& x, const Tensor& gain)
{
    return x * torch::rsqrt(x.square().mean(-1, true) + Config::epsilon) * gain;
}

/// x [t, heads, headSize], pairs (2i, 2i + 1).
Tensor rotated(const Tensor& x)
{
    const auto t = torch::arange(x.size(0), torch::kFloat64).unsqueeze(1);
    const auto i = torch::arange(Config::headSize / 2, torch::kFloat64);
    const auto angle = t * torch::pow(static_cast<double>(Config::ropeBase), -2.0 * i / Config::headSize);
    const auto c = angle.cos().to(torch::kFloat32).unsqueeze(1),
               s = angle.sin().to(torch::kFloat32).unsqueeze(1);
    const auto pairs = x.view({x.size(0), x.size(1), -1, 2});
    const auto a = pairs.select(-1, 0), b = pairs.select(-1, 1);
    return torch::stack({a * c - b * s, a * s + b * c}, -1).view_as(x);
}

} // namespace

std::vector<Parameter> freshParameters(std::uint64_t seed)
{
    torch::manual_seed(seed);
    const int kv = Config::kvHeads * Config::headSize;
    const auto matrix = [](int rows, int columns) {
        return torch::randn({rows, columns}) * (0.5 / std::sqrt(static_cast<double>(columns)));
    };
    std::vector<Parameter> all;
    all.push_back({"token_embd", torch::randn({Config::vocabulary, Config::hidden}) * 0.02});
    for (int layer = 0; layer < Config::layers; ++layer) {
        const std::string at = "blk." + std::to_string(layer) + ".";
        all.push_back({at + "attn_norm", torch::ones({Config::hidden})});
        all.push_back({at + "attn_q", matrix(Config::hidden, Config::hidden)});
        all.push_back({at + "attn_k", matrix(kv, Config::hidden)});
        all.push_back({at + "attn_v", matrix(kv, Config::hidden)});
        all.push_back({at + "attn_output", torch::zeros({Config::hidden, Config::hidden})});
        all.push_back({at + "ffn_norm", torch::ones({Config::hidden})});
        all.push_back({at + "ffn_gate", matrix(Config::feedForward, Config::hidden)});
        all.push_back({at + "ffn_up", matrix(Config::feedForward, Config::hidden)});
        all.push_back({at + "ffn_down", torch::zeros({Config::hidden, Config::feedForward})});
    }
    all.push_back({"output_norm", torch::ones({Config::hidden})});
    return all;
}

TrainingModel::TrainingModel(const std::vector<Parameter>& parameters)
{
    for (const Parameter& parameter : parameters)
        m_weights.push_back({parameter.value.detach().requires_grad_(true), Tensor()});
}

void TrainingModel::begin(const std::vector<Tensor>& rounded)
{
    for (std::size_t i = 0; i < m_weights.size(); ++i) {
        m_weights[i].rounded = rounded[i];
        m_weights[i].leaf.mutable_grad() = Tensor();
    }
}

Tensor TrainingModel::loss(const Tensor& ids, const Tensor& targets, double gradientScale, double dropout)
{
    const std::int64_t batch = ids.size(0), length = ids.size(1), rows = batch * length;
    const auto& w = m_weights;
    const auto drop = [dropout](const Tensor& y) {
        return dropout > 0.0 ? torch::dropout(y, dropout, true) : y;
    };
    Tensor x = torch::embedding(w[embedding].leaf, ids.view({rows}));
    Tensor y = torch::zeros({rows, Config::hidden}, torch::kBFloat16), n;
    for (int layer = 0; layer < Config::layers; ++layer) {
        const auto weight = [&w, layer](BlockTensor tensor) -> const Weight& {
            return w[index(layer, tensor)];
        };
        std::tie(x, n) = addNorm(x, y, weight(AttnNorm).leaf);
        const Tensor q = linear(n, weight(Query)).view({batch, length, -1});
        const Tensor k = linear(n, weight(Key)).view({batch, length, -1});
        const Tensor v = linear(n, weight(Value)).view({batch, length, -1});
        y = drop(linear(attention(q, k, v).view({rows, -1}), weight(Output)));
        std::tie(x, n) = addNorm(x, y, weight(FfnNorm).leaf);
        y = drop(linear(swiGlu(linear(n, weight(Gate)), linear(n, weight(Up))), weight(Down)));
    }
    std::tie(x, n) = addNorm(x, y, w[finalNorm].leaf);
    return headLoss(n, w[embedding], targets.view({rows}), gradientScale);
}

Tensor referenceLogits(const std::vector<Parameter>& parameters, const Tensor& ids)
{
    const std::int64_t t = ids.size(0);
    const auto mask = torch::full({t, t}, -INFINITY).triu(1);
    const auto heads = [t](const Tensor& x) { return x.view({t, -1, Config::headSize}); };
    Tensor x = parameters[embedding].value.index_select(0, ids);
    for (int layer = 0; layer < Config::layers; ++layer) {
        const auto w = [&](BlockTensor tensor) { return parameters[index(layer, tensor)].value; };
        const Tensor n = rmsNorm(x, w(AttnNorm));
        const int repeat = Config::heads / Config::kvHeads;
        const Tensor q = rotated(heads(n.matmul(w(Query).t()))).transpose(0, 1);
        const Tensor k = rotated(heads(n.matmul(w(Key).t()))).repeat_interleave(repeat, 1).transpose(0, 1);
        const Tensor v = heads(n.matmul(w(Value).t())).repeat_interleave(repeat, 1).transpose(0, 1);
        const Tensor scores =
            q.matmul(k.transpose(1, 2)) / std::sqrt(static_cast<double>(Config::headSize)) + mask;
        const Tensor mixed = scores.softmax(-1).matmul(v).transpose(0, 1).reshape({t, -1});
        x = x + mixed.matmul(w(Output).t());
        const Tensor m = rmsNorm(x, w(FfnNorm));
        x = x + (torch::silu(m.matmul(w(Gate).t())) * m.matmul(w(Up).t())).matmul(w(Down).t());
    }
    return rmsNorm(x, parameters[finalNorm].value).matmul(parameters[embedding].value.t());
}

} // namespace sample
