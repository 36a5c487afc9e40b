#include "core/file/pickle.h"
#include "core/file/pytorch.h"

using namespace tritloom;

/// The first byte chooses: a whole file, or a bare pickle. Any bytes give tensors or an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    if (data[0] != 0) {
        (void)pickle::read(bytes, "x.pkl");
        return 0;
    }
    if (const auto tensors = pytorch::parse(bytes, "x.pth", nullptr))
        for (const NamedTensor& tensor : *tensors)
            if (tensor.stored.type().elements() < 1u << 16)
                (void)tensor.stored.toFloats();
    return 0;
}
