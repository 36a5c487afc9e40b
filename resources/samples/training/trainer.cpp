#include "trainer.h"

#include "config.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <thread>

namespace sample {
namespace {

using torch::Tensor;
using Clock = std::chrono::steady_clock;

constexpr int microTokens = 1024; // a worker's portion: small enough for the caches
constexpr int warmUp = 60; // steps

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// 1 for the first 30 % of the steps, then straight to 0.
double rateAt(double progress)
{
    constexpr double flat = 0.3;
    return std::clamp((1.0 - progress) / (1.0 - flat), 0.0, 1.0);
}

} // namespace

Windows::Windows(const std::vector<int>& tokens, std::uint64_t seed)
    : m_tokens(&tokens)
    , m_random(seed)
{
}

std::pair<Tensor, Tensor> Windows::next(int count, int length)
{
    Tensor ids = torch::empty({count, length}, torch::kInt64), targets = torch::empty_like(ids);
    auto *id = ids.data_ptr<std::int64_t>(), *target = targets.data_ptr<std::int64_t>();
    for (int row = 0; row < count; ++row) {
        if (m_starts.empty() || m_length != length) {
            m_length = length;
            m_starts.clear();
            const auto step = static_cast<std::size_t>(length);
            for (std::size_t at = m_random() % step; at + step < m_tokens->size(); at += step)
                m_starts.push_back(at);
            std::shuffle(m_starts.begin(), m_starts.end(), m_random);
        }
        const int* from = m_tokens->data() + m_starts.back();
        m_starts.pop_back();
        std::copy(from, from + length, id + row * length);
        id[row * length] = Config::begin;
        std::copy(from + 1, from + length + 1, target + row * length);
    }
    return {ids, targets};
}

Trainer::Trainer(std::vector<int> train, std::vector<int> valid, TrainingOptions options)
    : m_train(std::move(train))
    , m_valid(std::move(valid))
    , m_options(std::move(options))
    , m_parameters(freshParameters(m_options.seed))
    , m_optimizer(m_parameters)
    , m_rounded(m_parameters.size())
    , m_windows(m_train, m_options.seed)
{
    for (int i = 0; i < m_options.workers; ++i)
        m_workers.emplace_back(m_parameters);
}

template <typename Work>
void Trainer::inParallel(Work work)
{
    // One library thread per worker: the workers are the parallelism, and they need not wait for each other.
    std::vector<std::jthread> threads;
    for (int i = 0; i < m_options.workers; ++i) {
        threads.emplace_back([&work, i] {
            torch::set_num_threads(1);
            work(i);
        });
    }
}

void Trainer::round()
{
    torch::NoGradGuard guard;
    for (std::size_t i = 0; i < m_parameters.size(); ++i)
        m_rounded[i] = m_parameters[i].value.to(torch::kBFloat16);
}

Trainer::Shape Trainer::shapeOf(std::int64_t step) const
{
    const int length = progressAt(step) < m_options.longFrom ? Config::context / 2 : Config::context;
    return {m_options.sequences * (Config::context / 2) / length, length};
}

double Trainer::step()
{
    const auto [sequences, length] = shapeOf(m_step);
    const int portion = microTokens / length;
    const auto [ids, targets] = m_windows.next(sequences, length);
    const double positions = static_cast<double>(sequences) * length;
    round();
    std::vector<double> losses(m_workers.size());
    // Who takes which portion is fixed, whoever is quicker: a sum's order decides its last bits.
    inParallel([&, sequences = sequences, &ids = ids, &targets = targets](int worker) {
        TrainingModel& model = m_workers[worker];
        model.begin(m_rounded);
        for (int at = worker * portion; at < sequences; at += m_options.workers * portion) {
            const int stop = std::min(at + portion, sequences);
            Tensor loss = model.loss(
                ids.slice(0, at, stop), targets.slice(0, at, stop), 1.0 / positions, m_options.dropout);
            loss.backward();
            losses[worker] += loss.item<double>();
        }
    });

    std::vector<Tensor> gradients;
    double squares = 0.0;
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        Tensor sum;
        for (const TrainingModel& worker : m_workers) {
            const Tensor& grad = worker.weights()[i].leaf.grad();
            if (grad.defined())
                sum = sum.defined() ? sum.add_(grad) : grad;
        }
        squares += std::pow(sum.norm().item<double>(), 2);
        gradients.push_back(sum);
    }
    const double norm = std::sqrt(squares);
    if (!std::isfinite(norm))
        throw std::runtime_error("the gradient is not finite");
    if (norm > 1.0) {
        for (Tensor& gradient : gradients)
            gradient.mul_(1.0 / norm);
    }

    Optimizer::Rates rates = m_options.rates;
    const double factor = rateAt(progressAt(m_step)) * std::min(1.0, (m_step + 1.0) / warmUp);
    rates.muon *= factor;
    rates.adam *= factor;
    rates.momentum = 0.85 + (rates.momentum - 0.85) * std::min(1.0, m_step / 300.0);
    std::atomic<std::size_t> which = 0;
    inParallel([&](int) {
        for (std::size_t i = which++; i < m_parameters.size(); i = which++)
            m_optimizer.update(i, gradients[i], rates, m_step);
    });
    ++m_step;
    m_tokens += static_cast<std::int64_t>(positions);
    double loss = 0.0;
    for (const double part : losses)
        loss += part;
    return loss / positions;
}

double Trainer::validation()
{
    round();
    const int length = Config::context, sequences = static_cast<int>(m_valid.size() - 1) / length;
    std::vector<double> losses(m_workers.size());
    inParallel([&](int worker) {
        torch::NoGradGuard guard;
        TrainingModel& model = m_workers[worker];
        model.begin(m_rounded);
        for (int at = worker; at < sequences; at += m_options.workers) {
            std::vector<std::int64_t> tokens(
                m_valid.begin() + at * length, m_valid.begin() + (at + 1) * length + 1);
            const Tensor targets = torch::tensor(tokens).slice(0, 1).unsqueeze(0).contiguous();
            tokens.pop_back();
            tokens[0] = Config::begin;
            losses[worker] +=
                model.loss(torch::tensor(tokens).unsqueeze(0), targets, 1.0, 0.0).item<double>();
        }
    });
    double loss = 0.0;
    for (const double part : losses)
        loss += part;
    return loss / (static_cast<double>(sequences) * length);
}

void Trainer::run()
{
    load();
    constexpr std::int64_t logEvery = 20, saveEvery = 100; // steps
    const std::int64_t end =
        m_options.stopAfter < 0 ? m_options.steps : std::min(m_options.steps, m_step + m_options.stopAfter);
    Clock::time_point logged = Clock::now();
    double losses = 0.0;
    std::int64_t since = m_step, tokens = m_tokens;
    while (m_step < end) {
        losses += step();
        if (m_step % logEvery == 0 || m_step == end) {
            std::printf(
                "step %5lld of %lld  %6.2f M tokens  train %.4f  rate %.3f  %.0f tokens/s\n",
                static_cast<long long>(m_step), static_cast<long long>(m_options.steps),
                static_cast<double>(m_tokens) / 1e6, losses / static_cast<double>(m_step - since),
                rateAt(progressAt(m_step)), static_cast<double>(m_tokens - tokens) / secondsSince(logged));
            std::fflush(stdout);
            losses = 0.0;
            since = m_step;
            tokens = m_tokens;
            logged = Clock::now();
        }
        if (m_step % saveEvery == 0 || m_step == end) {
            save();
            std::printf("step %5lld  valid %.4f\n", static_cast<long long>(m_step), validation());
            std::fflush(stdout);
        }
    }
}

void Trainer::save()
{
    torch::serialize::OutputArchive archive;
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        archive.write("value" + std::to_string(i), m_parameters[i].value);
        archive.write("first" + std::to_string(i), m_optimizer.first()[i]);
        archive.write("second" + std::to_string(i), m_optimizer.second()[i]);
    }
    archive.write(
        "state",
        torch::tensor({static_cast<double>(m_step), static_cast<double>(m_tokens)}, torch::kFloat64));
    // Renamed into place, so that a run that is stopped while saving leaves the previous checkpoint.
    archive.save_to(m_options.checkpoint + ".new");
    std::filesystem::rename(m_options.checkpoint + ".new", m_options.checkpoint);
}

void Trainer::load()
{
    if (!std::filesystem::exists(m_options.checkpoint))
        return;
    torch::NoGradGuard guard;
    torch::serialize::InputArchive archive;
    archive.load_from(m_options.checkpoint);
    const auto read = [&archive](const std::string& key) {
        Tensor tensor;
        archive.read(key, tensor);
        return tensor;
    };
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        m_parameters[i].value.copy_(read("value" + std::to_string(i)));
        m_optimizer.first()[i].copy_(read("first" + std::to_string(i)));
        m_optimizer.second()[i].copy_(read("second" + std::to_string(i)));
    }
    const Tensor state = read("state");
    m_step = static_cast<std::int64_t>(state[0].item<double>());
    m_tokens = static_cast<std::int64_t>(state[1].item<double>());
    m_windows = Windows(m_train, m_options.seed);
    for (std::int64_t done = 0; done < m_step; ++done) {
        const auto [sequences, length] = shapeOf(done);
        m_windows.next(sequences, length);
    }
}

std::vector<Parameter> loadCheckpoint(const std::string& path)
{
    torch::NoGradGuard guard;
    torch::serialize::InputArchive archive;
    archive.load_from(path);
    std::vector<Parameter> parameters = freshParameters(1);
    for (std::size_t i = 0; i < parameters.size(); ++i)
        archive.read("value" + std::to_string(i), parameters[i].value);
    return parameters;
}

} // namespace sample
