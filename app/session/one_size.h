#pragma once

#include "core/task/task.h"

#include <vector>

namespace tritloom {

/// The middles of samples, all of one size that the network takes, at most 128 x 128 where it takes several:
/// its graph is built once for them. Targets show the same part.
[[nodiscard]] std::vector<PictureSample>
ofOneSize(std::vector<PictureSample> samples, const PictureModel& model);

} // namespace tritloom
