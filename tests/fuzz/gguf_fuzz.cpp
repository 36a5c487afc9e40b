#include "core/file/gguf.h"
#include "core/text/tokenizer.h"

using namespace tritloom;

/// Any bytes give a model or an Error; a model's tensors can be decoded and its tokenizer be used.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto model = gguf::parse(std::as_bytes(std::span(data, size)), "x.gguf", nullptr);
    if (!model)
        return 0;
    for (const NamedTensor& tensor : model->tensors)
        if (const auto values = materialise(tensor); values && values->type().elements() < 1u << 16)
            (void)values->toFloats();
    if (const auto tokenizer = makeTokenizer(model->metadata))
        (void)(*tokenizer)->decode((*tokenizer)->encode("I've  12 \xC3\xA9\xFF<s>", true));
    return 0;
}
