#pragma once

#include "core/format/number_format.h"

/// The block types of ggml, as GGUF files hold them; ids are ggml's names in lower case.
///
/// Layouts are documented in each file; encode() is ggml's reference encoder for the 32-, 64- and 128-blocks
/// and the ternary ones, and the obvious range encoder for the super-blocks, where ggml's own searches.
namespace tritloom::ggmlFormat {

[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

struct Row {
    std::string_view id;
    NumberFormatPtr (*make)();
};

/// One list a file; ggml_formats.cpp joins them.
[[nodiscard]] std::span<const Row> simpleRows(); ///< q8_0, q4_0, q4_1, q5_0, q5_1
[[nodiscard]] std::span<const Row> superRows(); ///< q2_k, q3_k, q4_k, q5_k, q6_k
[[nodiscard]] std::span<const Row> tableRows(); ///< iq4_nl, iq4_xs, mxfp4, nvfp4, q8_1, q8_k
[[nodiscard]] std::span<const Row> gridRows(); ///< iq1_s, iq1_m, iq2_xxs, iq2_xs, iq2_s, iq3_xxs, iq3_s
[[nodiscard]] std::span<const Row> ternaryRows(); ///< tq1_0, tq2_0, q1_0, q2_0

} // namespace tritloom::ggmlFormat
