#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tritloom::gguf {

/// A tensor type of GGUF and the number format that means the same bytes.
struct TypeRow {
    std::uint32_t id; ///< as written in the file
    std::string_view name; ///< "Q4_K", as ggml says it
    std::string_view format; ///< "q4_k", our number format id
    std::uint32_t blockElements, blockBytes;
    std::uint32_t fileType; ///< general.file_type of a model that is mostly of this type; noFileType: none
};
constexpr std::uint32_t noFileType = 0xFFFFFFFF;

/// gguf_types.cpp holds the only list.
[[nodiscard]] std::span<const TypeRow> types();
[[nodiscard]] const TypeRow* findType(std::uint32_t id); ///< null when unknown
[[nodiscard]] const TypeRow* findFormat(std::string_view formatId); ///< null: GGUF has no such type

/// Why a type id that is not in the list cannot be read: "is a removed type", "is I2_S of bitnet.cpp" ...
[[nodiscard]] std::string describeUnknownType(std::uint32_t id);

/// Architectures whose attn_q and attn_k rows are in rotate-half order in GGUF files as well.
[[nodiscard]] bool rotatesHalves(std::string_view architecture);

} // namespace tritloom::gguf
