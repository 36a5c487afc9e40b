#pragma once

#include "core/file/model_file.h"
#include "core/file/operator_graph.h"

namespace tritloom::onnx {

[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// Opens an .onnx file; weights stay in the mapped file or in the files it names beside it.
/// Errors: Io, InvalidInput (no ONNX model, sizes that do not fit), Unsupported (IR or operator version).
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

/// The same from bytes that `owner` keeps. folder: where external data may lie.
[[nodiscard]] Result<ModelFile> parse(
    std::span<const std::byte> bytes, const std::string& name, std::shared_ptr<const void> owner,
    const std::filesystem::path& folder);

/// Gives every weight that products and convolutions read its [outputs, inputs] form, and marks it as a layer.
/// A weight that several operators read differently stays as it is stored.
void assignLayers(const OperatorGraph& graph, std::vector<NamedTensor>& tensors);

} // namespace tritloom::onnx
