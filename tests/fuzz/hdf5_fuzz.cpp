#include "core/file/hdf5.h"

using namespace tritloom;

/// Any bytes give tensors or an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (const auto tensors = hdf5::parse(std::as_bytes(std::span(data, size)), "x.hdf5", nullptr))
        for (const NamedTensor& tensor : *tensors)
            if (tensor.stored.type().elements() < 1u << 16)
                (void)tensor.stored.toFloats();
    return 0;
}
