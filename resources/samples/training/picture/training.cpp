#include "training.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace sample {

torch::Tensor toTensor(const std::vector<Canvas>& pictures)
{
    const int side = pictures.front().side;
    const torch::Tensor result = torch::empty({std::int64_t(pictures.size()), 3, side, side});
    auto* at = result.data_ptr<float>();
    for (const Canvas& picture : pictures)
        at = std::copy(picture.values.begin(), picture.values.end(), at);
    return result;
}

Canvas toCanvas(const torch::Tensor& picture)
{
    Canvas canvas(int(picture.size(1)));
    const torch::Tensor flat = picture.detach().contiguous();
    std::copy_n(flat.data_ptr<float>(), canvas.values.size(), canvas.values.begin());
    return canvas;
}

void train(
    TorchBuilder& network, const Schedule& schedule, const std::function<torch::Tensor(int step)>& loss)
{
    std::unique_ptr<torch::optim::AdamW> optimizer;
    const auto begin = std::chrono::steady_clock::now();
    double sum = 0;
    int count = 0;
    for (int step = 0; step < schedule.steps; ++step) {
        const torch::Tensor value = loss(step);
        if (!optimizer) // the weights exist once the network has run
            optimizer = std::make_unique<torch::optim::AdamW>(
                network.trained(), torch::optim::AdamWOptions(schedule.rate).weight_decay(schedule.decay));
        const double part = double(step) / schedule.steps;
        const double rate =
            schedule.rate * std::min(1.0, 20 * part + 0.01) * 0.5 * (1 + std::cos(std::numbers::pi * part));
        static_cast<torch::optim::AdamWOptions&>(optimizer->param_groups()[0].options()).lr(rate);
        optimizer->zero_grad();
        value.backward();
        optimizer->step();
        if (schedule.average > 0)
            network.average(std::min(schedule.average, (1.0 + step) / (10.0 + step)));
        sum += value.item<double>();
        ++count;
        if (count == 100 || step + 1 == schedule.steps) {
            const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
            std::printf(
                "step %d of %d: loss %.5f, %.0f s\n", step + 1, schedule.steps, sum / count, seconds.count());
            std::fflush(stdout);
            sum = count = 0;
        }
    }
    if (schedule.average > 0)
        network.takeAverage();
    network.training = false;
}

} // namespace sample
