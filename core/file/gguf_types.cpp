#include "core/file/gguf_types.h"

#include <algorithm>
#include <fmt/format.h>

namespace tritloom::gguf {

// The only list of GGUF's tensor types: ids and block sizes of ggml, September 2026.
std::span<const TypeRow> types()
{
    static constexpr TypeRow rows[] = {
        {0, "F32", "f32", 1, 4, 0},
        {1, "F16", "f16", 1, 2, 1},
        {2, "Q4_0", "q4_0", 32, 18, 2},
        {3, "Q4_1", "q4_1", 32, 20, 3},
        {6, "Q5_0", "q5_0", 32, 22, 8},
        {7, "Q5_1", "q5_1", 32, 24, 9},
        {8, "Q8_0", "q8_0", 32, 34, 7},
        {9, "Q8_1", "q8_1", 32, 36, noFileType},
        {10, "Q2_K", "q2_k", 256, 84, 10},
        {11, "Q3_K", "q3_k", 256, 110, 12},
        {12, "Q4_K", "q4_k", 256, 144, 15},
        {13, "Q5_K", "q5_k", 256, 176, 17},
        {14, "Q6_K", "q6_k", 256, 210, 18},
        {15, "Q8_K", "q8_k", 256, 292, noFileType},
        {16, "IQ2_XXS", "iq2_xxs", 256, 66, 19},
        {17, "IQ2_XS", "iq2_xs", 256, 74, 20},
        {18, "IQ3_XXS", "iq3_xxs", 256, 98, 23},
        {19, "IQ1_S", "iq1_s", 256, 50, 24},
        {20, "IQ4_NL", "iq4_nl", 32, 18, 25},
        {21, "IQ3_S", "iq3_s", 256, 110, 26},
        {22, "IQ2_S", "iq2_s", 256, 82, 28},
        {23, "IQ4_XS", "iq4_xs", 256, 136, 30},
        {24, "I8", "i8", 1, 1, noFileType},
        {25, "I16", "i16", 1, 2, noFileType},
        {26, "I32", "i32", 1, 4, noFileType},
        {27, "I64", "i64", 1, 8, noFileType},
        {28, "F64", "f64", 1, 8, noFileType},
        {29, "IQ1_M", "iq1_m", 256, 56, 31},
        {30, "BF16", "bf16", 1, 2, 32},
        {34, "TQ1_0", "tq1_0", 256, 54, 36},
        {35, "TQ2_0", "tq2_0", 256, 66, 37},
        {39, "MXFP4", "mxfp4", 32, 17, 38},
        {40, "NVFP4", "nvfp4", 64, 36, 39},
        {41, "Q1_0", "q1_0", 128, 18, 40},
        {42, "Q2_0", "q2_0", 64, 18, 41},
    };
    return rows;
}

const TypeRow* findType(std::uint32_t id)
{
    const auto at = std::ranges::find(types(), id, &TypeRow::id);
    return at == types().end() ? nullptr : &*at;
}

const TypeRow* findFormat(std::string_view formatId)
{
    const auto at = std::ranges::find(types(), formatId, &TypeRow::format);
    return at == types().end() ? nullptr : &*at;
}

std::string describeUnknownType(std::uint32_t id)
{
    if (id == 37 || id == 38)
        return fmt::format(
            "type {} is {} of bitnet.cpp, which only that fork can read", id, id == 37 ? "I8_S" : "TL1");
    if (id == 4 || id == 5 || (id >= 31 && id <= 33))
        return fmt::format("type {} was removed from GGUF; convert the original model again", id);
    if (id >= 97 && id < 500)
        return fmt::format("type {} belongs to ik_llama.cpp, which only that fork can read", id);
    return fmt::format("type {} is unknown", id);
}

bool rotatesHalves(std::string_view architecture)
{
    static constexpr std::string_view names[] = {
        "qwen2", "qwen3",    "bitnet",  "bitnet-b1.58", "bitnet-25",  "gemma", "gemma2",   "gemma3",  "phi2",
        "phi3",  "stablelm", "gptneox", "falcon",       "starcoder2", "olmo2", "qwen2moe", "qwen3moe"};
    return std::ranges::find(names, architecture) != std::end(names);
}

} // namespace tritloom::gguf
