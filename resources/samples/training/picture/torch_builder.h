#pragma once

#include "networks.h"
#include "noise_schedule.h"
#include "stored_tensor.h"

#include <torch/torch.h>

#include <initializer_list>

namespace sample {

/// Runs a network and makes its weights when it first meets them. One thread.
class TorchBuilder {
public:
    using Value = torch::Tensor;
    bool training = true; ///< batch norms measure the batch, and remember it

    Value convolution(const std::string& name, const Value& x, const Convolution&);
    Value linear(const std::string& name, const Value& x, int outputs);
    Value batchNorm(const std::string& name, const Value& x);
    Value groupNorm(const std::string& name, const Value& x, int channels, int groups);
    Value relu(const Value& x) { return torch::relu(x); }
    Value silu(const Value& x) { return torch::silu(x); }
    Value softmax(const Value& x) { return torch::softmax(x, -1); }
    Value add(const Value& x, const Value& y) { return x + y; }
    Value addEverywhere(const Value& x, const Value& y, int) { return x + y.unsqueeze(2).unsqueeze(3); }
    Value scaled(const Value& x, double factor) { return x * factor; }
    Value product(const Value& x, const Value& y) { return torch::matmul(x, y); }
    Value transposed(const Value& x) { return x.transpose(1, 2); }
    Value concat(std::initializer_list<Value> parts) { return torch::cat(std::vector<Value>(parts), 1); }
    Value reshape(const Value& x, std::vector<std::int64_t> shape);
    Value globalAverage(const Value& x) { return x.mean({2, 3}); }
    Value repeated(const Value& x) { return x.repeat_interleave(2, 2).repeat_interleave(2, 3); }
    Value depthToSpace(const Value& x);
    Value spaceToDepth(const Value& x);
    Value waves(const Value& time, int count);
    Value noiseBeside(const Value& noisy, const Value& clean, const Value& time);

    /// What is trained, in the order of first use.
    [[nodiscard]] std::vector<torch::Tensor> trained() const;
    /// Everything by name, running means too.
    [[nodiscard]] std::map<std::string, StoredTensor> stored() const;

    /// Moves slow copies of all weights a step towards them.
    void average(double keep);
    /// From now on the slow copies are the weights.
    void takeAverage();

private:
    torch::Tensor
    weight(const std::string& name, torch::IntArrayRef shape, double deviation, double value = 0);

    std::vector<std::pair<std::string, torch::Tensor>> m_weights;
    std::map<std::string, torch::Tensor> m_running, m_slow;
};

} // namespace sample
