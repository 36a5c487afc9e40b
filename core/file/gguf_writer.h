#pragma once

#include "core/base/key.h"
#include "core/base/part_file.h"
#include "core/file/model_file.h"

namespace tritloom::gguf {

/// A tensor of a file to be written.
struct Slot {
    std::string name;
    TensorType type; ///< the format must be one of gguf::types()
};

constexpr std::size_t longestTensorName = 63; ///< bytes: GGML_MAX_NAME of llama.cpp is 64

/// What GGUF does not allow, one sentence each; empty: the file can be written. longestName: for programs
/// that take others than llama.cpp does.
[[nodiscard]] std::vector<std::string> findBrokenRules(
    const Metadata& metadata, std::span<const Slot> slots, std::size_t longestName = longestTensorName);

/// Writes a GGUF file of version 3, tensor by tensor: memory holds the header and one tensor.
/// The file is in place after commit() (PartFile). Equal input, equal bytes. One caller at a time.
class Writer {
public:
    /// Writes the header. Errors: InvalidInput (all broken rules), Io (no permission, too little space).
    [[nodiscard]] static Result<Writer> create(
        std::filesystem::path path, const Metadata& metadata, std::vector<Slot> slots,
        std::size_t longestName = longestTensorName);

    [[nodiscard]] std::uint64_t fileBytes() const { return m_fileBytes; } ///< of the whole file
    [[nodiscard]] const std::filesystem::path& partPath() const { return m_file.path(); }

    /// The next tensor in the order of the slots. Errors: InvalidInput (another type or shape), Io.
    [[nodiscard]] Result<void> add(const Tensor& tensor);

    /// Everything is on the disk after this. Gives a key of every tensor's bytes. Errors: InvalidInput
    /// (tensors are missing), Io.
    [[nodiscard]] Result<std::vector<Key>> finish();

    /// Puts the finished file in its place. Errors: Io.
    [[nodiscard]] Result<void> commit() { return m_file.commit(); }

private:
    explicit Writer(PartFile file)
        : m_file(std::move(file))
    {
    }
    Result<void> pad();

    PartFile m_file;
    std::vector<Slot> m_slots;
    std::vector<Key> m_keys;
    std::uint64_t m_fileBytes = 0;
};

/// Reads a written file back and compares names, types, shapes and the keys of all bytes.
/// Errors: Io, InvalidInput, with the tensor that differs.
[[nodiscard]] Result<void>
verify(const std::filesystem::path& path, std::span<const Slot> slots, std::span<const Key> keys);

} // namespace tritloom::gguf
