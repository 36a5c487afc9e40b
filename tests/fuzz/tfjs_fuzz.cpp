#include "core/architecture/model.h"
#include "core/file/tfjs.h"

#include <algorithm>

using namespace tritloom;

/// The JSON up to the first zero byte, the rest is every shard: a model whose layers can be read and whose
/// graph be built, or an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto end = std::size_t(std::find(data, data + size, std::uint8_t{0}) - data);
    const auto owner = std::make_shared<const std::vector<std::byte>>(
        bytes.begin() + std::ptrdiff_t(std::min(end + 1, size)), bytes.end());
    auto file = tfjs::parse(
        {reinterpret_cast<const char*>(data), end}, "model.json",
        [&](const std::string&) -> Result<NamedPart> {
            return NamedPart{*owner, owner};
        });
    if (!file)
        return 0;
    for (const NamedTensor& tensor : file->tensors)
        if (tensor.stored.type().elements() < 1u << 16)
            (void)tensor.stored.toFloats();
    const auto model = makeModel(std::move(*file));
    for (const Layer& layer : model->layers)
        (void)materialise(model->tensor(layer.tensor));
    return 0;
}
