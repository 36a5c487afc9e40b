#include "core/file/llama2c.h"
#include "core/text/tokenizer.h"

using namespace tritloom;

/// The first byte chooses: a checkpoint, or tokenizer.bin of so many tokens.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    if (data[0] == 0) {
        if (const auto model = llama2c::parse(bytes, "x.bin", nullptr))
            for (const NamedTensor& tensor : model->tensors)
                (void)materialise(tensor);
        return 0;
    }
    Metadata metadata;
    if (llama2c::readTokenizerBin(bytes, "tokenizer.bin", data[0], metadata))
        if (const auto tokenizer = makeTokenizer(metadata))
            (void)(*tokenizer)->decode((*tokenizer)->encode("I've  12 \xC3\xA9\xFF<s>", true));
    return 0;
}
