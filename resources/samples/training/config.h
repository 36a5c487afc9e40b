#pragma once

namespace sample {

/// The sample's shape. Every row is a multiple of 256 so that every GGUF block type applies.
struct Config {
    static constexpr int vocabulary = 2048;
    static constexpr int hidden = 256;
    static constexpr int layers = 4;
    static constexpr int heads = 4;
    static constexpr int kvHeads = 2;
    static constexpr int headSize = 64;
    static constexpr int feedForward = 768;
    static constexpr int context = 512;
    static constexpr float ropeBase = 10000.0f;
    static constexpr float epsilon = 1e-5f;
    static constexpr int unknown = 0, begin = 1, end = 2;
};

} // namespace sample
