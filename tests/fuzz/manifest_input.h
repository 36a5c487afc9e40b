#pragma once

#include "core/architecture/model.h"
#include "core/file/named_parts.h"

#include <algorithm>
#include <string_view>

namespace tritloom {

/// An input as a manifest with one file behind every name: the JSON up to the first zero byte, the rest is
/// that file. Reads the model with `parse`, its tensors and layers, and builds its graph; or gets an Error.
inline void runManifest(
    const std::uint8_t* data, std::size_t size,
    Result<ModelFile> (*parse)(std::string_view json, const std::string& name, const NamedParts& parts))
{
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto end = std::size_t(std::find(data, data + size, std::uint8_t{0}) - data);
    const auto owner = std::make_shared<const std::vector<std::byte>>(
        bytes.begin() + std::ptrdiff_t(std::min(end + 1, size)), bytes.end());
    auto file = parse(
        {reinterpret_cast<const char*>(data), end}, "manifest.json",
        [&](const std::string&) -> Result<NamedPart> {
            return NamedPart{*owner, owner};
        });
    if (!file)
        return;
    for (const NamedTensor& tensor : file->tensors)
        if (tensor.stored.type().elements() < 1u << 16)
            (void)tensor.stored.toFloats();
    const auto model = makeModel(std::move(*file));
    for (const Layer& layer : model->layers)
        (void)materialise(model->tensor(layer.tensor));
}

} // namespace tritloom
