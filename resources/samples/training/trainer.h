#pragma once

#include "model.h"
#include "optimizer.h"

#include <torch/torch.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace sample {

struct TrainingOptions {
    std::int64_t steps = 1800; // over all runs; the learning rate follows them to zero
    double dropout = 0.0; // drawn from the library's generator: above 0 no two runs are the same
    double longFrom = 0.75; // the part of the steps from which on the full context is used
    int sequences = 32; // of 256 tokens a step; half as many of 512
    int workers = 2; // threads; which sums are made in which order follows their number, and so do the bits
    std::int64_t stopAfter = -1; // steps of this run, to go on later; below 0: all
    Optimizer::Rates rates;
    std::uint64_t seed = 1;
    std::string checkpoint;
};

/// Windows of the token stream in random order, each epoch cut at another offset.
class Windows {
public:
    Windows(const std::vector<int>& tokens, std::uint64_t seed);

    /// ids [count, length] that begin with <s>, and the targets they predict.
    std::pair<torch::Tensor, torch::Tensor> next(int count, int length);

private:
    const std::vector<int>* m_tokens;
    std::mt19937_64 m_random;
    std::vector<std::size_t> m_starts;
    int m_length = 0;
};

class Trainer {
public:
    Trainer(std::vector<int> train, std::vector<int> valid, TrainingOptions options);

    /// All steps. Goes on from the checkpoint when there is one, with the same bits as without the
    /// interruption.
    void run();

    [[nodiscard]] const std::vector<Parameter>& parameters() const { return m_parameters; }

private:
    struct Shape {
        int sequences, length;
    };
    /// The windows of a step and their length in tokens.
    [[nodiscard]] Shape shapeOf(std::int64_t step) const;
    [[nodiscard]] double progressAt(std::int64_t step) const
    {
        return double(step) / double(m_options.steps);
    }
    double step();
    double validation();
    void round();
    void save();
    void load();
    template <typename Work>
    void inParallel(Work work);

    std::vector<int> m_train, m_valid;
    TrainingOptions m_options;
    std::vector<Parameter> m_parameters;
    Optimizer m_optimizer;
    std::vector<TrainingModel> m_workers;
    std::vector<torch::Tensor> m_rounded;
    Windows m_windows;
    std::int64_t m_step = 0, m_tokens = 0;
};

/// The weights alone.
std::vector<Parameter> loadCheckpoint(const std::string& path);

} // namespace sample
