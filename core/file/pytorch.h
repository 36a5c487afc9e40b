#pragma once

#include "core/file/model_file.h"

namespace tritloom::pytorch {

[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// Opens a state dict (.pt, .pth, .th): an archive as torch.save() writes it, the older format before it, or such a
/// file inside another zip. Nothing of the pickle is run; tensors stay in the mapped file where they can.
/// NAME_encoder and NAME_decoder beside each other are opened as one model.
/// Errors: Io, InvalidInput, Unsupported (what the pickle asks for that is no tensor, by name).
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

/// The tensors of such a file in memory that `owner` keeps, in the file's order.
[[nodiscard]] Result<std::vector<NamedTensor>>
parse(std::span<const std::byte> bytes, const std::string& name, std::shared_ptr<const void> owner);

} // namespace tritloom::pytorch
