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
    double seconds = 5700; // of wall clock, over all runs; the learning rate follows it to zero
    double dropout = 0.0;
    double longFrom = 0.75; // the part of the time from which on the full context is used
    int sequences = 32; // of 256 tokens a step; half as many of 512
    int threads = 2;
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

    /// Until the time is over. Resumes from the checkpoint when there is one.
    void run();

    [[nodiscard]] const std::vector<Parameter>& parameters() const { return m_parameters; }

private:
    double step(double progress);
    double validation();
    void round();
    void save(double elapsed);
    double load();
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
