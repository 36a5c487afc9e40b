#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sample {

/// What prepare_text leaves for the trainer. The two are separate programs because LibTorch and
/// libsentencepiece each bring a protobuf, and one process cannot hold both.
struct Vocabulary {
    std::vector<std::string> pieces;
    std::vector<float> scores;
    std::vector<std::int32_t> types; // as GGUF numbers them: 1 normal, 2 unknown, 3 control, 6 byte

    static Vocabulary read(const std::string& path);
    void write(const std::string& path) const;

    [[nodiscard]] std::string decode(const std::vector<int>& ids) const;
};

std::vector<int> readIds(const std::string& path);
void writeIds(const std::string& path, const std::vector<int>& ids);

} // namespace sample
