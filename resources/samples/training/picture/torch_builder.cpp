#include "torch_builder.h"

#include <algorithm>

namespace sample {

torch::Tensor
TorchBuilder::weight(const std::string& name, torch::IntArrayRef shape, double deviation, double value)
{
    const auto found = std::ranges::find(m_weights, name, &std::pair<std::string, torch::Tensor>::first);
    if (found != m_weights.end())
        return found->second;
    torch::Tensor made = (torch::randn(shape) * deviation + value).set_requires_grad(true);
    return m_weights.emplace_back(name, made).second;
}

TorchBuilder::Value TorchBuilder::convolution(const std::string& name, const Value& x, const Convolution& c)
{
    const std::int64_t inputs = x.size(1);
    const double deviation = c.gain * std::sqrt(2.0 / double(inputs * c.kernel * c.kernel));
    const auto w = weight(name + ".weight", {c.outputs, inputs, c.kernel, c.kernel}, deviation);
    const torch::Tensor bias = c.bias ? weight(name + ".bias", {c.outputs}, 0) : torch::Tensor();
    return torch::conv2d(x, w, bias, c.stride, c.kernel / 2);
}

TorchBuilder::Value TorchBuilder::linear(const std::string& name, const Value& x, int outputs)
{
    const auto w = weight(name + ".weight", {outputs, x.size(1)}, std::sqrt(1.0 / double(x.size(1))));
    return torch::addmm(weight(name + ".bias", {outputs}, 0), x, w.t());
}

TorchBuilder::Value TorchBuilder::batchNorm(const std::string& name, const Value& x)
{
    const auto channels = x.size(1);
    const auto scale = weight(name + ".weight", {channels}, 0, 1);
    const auto shift = weight(name + ".bias", {channels}, 0);
    if (!m_running.contains(name + ".mean")) {
        m_running[name + ".mean"] = torch::zeros({channels});
        m_running[name + ".variance"] = torch::ones({channels});
    }
    return torch::batch_norm(
        x, scale, shift, m_running[name + ".mean"], m_running[name + ".variance"], training, 0.05, 1e-5,
        false);
}

TorchBuilder::Value TorchBuilder::groupNorm(const std::string& name, const Value& x, int channels, int groups)
{
    // 24, 44 and their doubles are not all divisible by 8: as many groups as divide them.
    while (channels % groups != 0)
        --groups;
    return torch::group_norm(
        x, groups, weight(name + ".weight", {channels}, 0, 1), weight(name + ".bias", {channels}, 0), 1e-5);
}

TorchBuilder::Value TorchBuilder::reshape(const Value& x, std::vector<std::int64_t> shape)
{
    shape.insert(shape.begin(), x.size(0));
    return x.reshape(shape);
}

// Channels are [y, x, colour] of a 2 x 2 square of pixels, as ONNX has it.
TorchBuilder::Value TorchBuilder::depthToSpace(const Value& x)
{
    const auto n = x.size(0), c = x.size(1) / 4, h = x.size(2), w = x.size(3);
    return x.view({n, 2, 2, c, h, w}).permute({0, 3, 4, 1, 5, 2}).reshape({n, c, 2 * h, 2 * w});
}

TorchBuilder::Value TorchBuilder::spaceToDepth(const Value& x)
{
    const auto n = x.size(0), c = x.size(1), h = x.size(2) / 2, w = x.size(3) / 2;
    return x.view({n, c, h, 2, w, 2}).permute({0, 3, 5, 1, 2, 4}).reshape({n, 4 * c, h, w});
}

TorchBuilder::Value TorchBuilder::waves(const Value& time, int count)
{
    const auto exponents = torch::arange(count) * (-std::log(10000.0) / count);
    const auto angles = time.unsqueeze(1) * exponents.exp().unsqueeze(0);
    return torch::cat({angles.sin(), angles.cos()}, 1);
}

TorchBuilder::Value TorchBuilder::noiseBeside(const Value& noisy, const Value& clean, const Value& time)
{
    static const torch::Tensor shares = torch::tensor(signalShares(), torch::kFloat64);
    const auto share = shares.index_select(0, time.to(torch::kInt64)).view({-1, 1, 1, 1});
    return (noisy - share.sqrt().to(torch::kFloat32) * clean) / (1 - share).sqrt().to(torch::kFloat32);
}

std::vector<torch::Tensor> TorchBuilder::trained() const
{
    std::vector<torch::Tensor> list;
    for (const auto& [name, tensor] : m_weights)
        list.push_back(tensor);
    return list;
}

std::map<std::string, StoredTensor> TorchBuilder::stored() const
{
    std::map<std::string, StoredTensor> result;
    const auto put = [&](const std::string& name, const torch::Tensor& tensor) {
        const auto flat = tensor.detach().contiguous();
        const auto* const data = flat.data_ptr<float>();
        result[name] = {flat.sizes().vec(), std::vector<float>(data, data + flat.numel())};
    };
    for (const auto& [name, tensor] : m_weights)
        put(name, tensor);
    for (const auto& [name, tensor] : m_running)
        put(name, tensor);
    return result;
}

void TorchBuilder::average(double keep)
{
    const torch::NoGradGuard none;
    for (const auto& [name, tensor] : m_weights) {
        if (!m_slow.contains(name))
            m_slow[name] = tensor.detach().clone();
        m_slow[name].mul_(keep).add_(tensor, 1 - keep);
    }
}

void TorchBuilder::takeAverage()
{
    const torch::NoGradGuard none;
    for (const auto& [name, tensor] : m_weights)
        torch::Tensor(tensor).copy_(m_slow.at(name));
}

} // namespace sample
