#pragma once

#include "canvas.h"
#include "torch_builder.h"

#include <functional>
#include <string>

namespace sample {

/// [pictures, 3, side, side].
[[nodiscard]] torch::Tensor toTensor(const std::vector<Canvas>& pictures);
[[nodiscard]] Canvas toCanvas(const torch::Tensor& picture); ///< [3, side, side]

struct Schedule {
    int steps = 0;
    double rate = 0; ///< the highest; up over the first twentieth, then down to zero along a cosine
    double decay = 0; ///< of weights
    double average = 0; ///< how much the slow copies keep a step; 0: none
};

/// Adam on losses that `loss` computes from fresh pictures. Prints the mean loss now and then.
void train(
    TorchBuilder& network, const Schedule& schedule, const std::function<torch::Tensor(int step)>& loss);

/// Each trains a network and writes <folder>/<name>.onnx with pictures beside it: evaluation/ and
/// calibration/. steps: 0 for as many as the shipped sample had.
void makeClassifier(const std::string& folder, int steps);
void makeSuperResolution(const std::string& folder, int steps);
void makeDenoiser(const std::string& folder, int steps);

} // namespace sample
