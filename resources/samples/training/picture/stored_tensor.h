#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sample {

struct StoredTensor {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

} // namespace sample
