#include "core/file/huggingface_config.h"
#include "core/file/huggingface_tokenizer.h"
#include "core/text/tokenizer.h"

using namespace tritloom;

namespace {

void use(const Result<huggingface::Vocabulary>& vocabulary)
{
    if (!vocabulary || vocabulary->tokens.size() > 10000)
        return;
    Metadata metadata;
    vocabulary->write(metadata);
    if (const auto tokenizer = makeTokenizer(metadata))
        (void)(*tokenizer)->decode((*tokenizer)->encode("I've  12 \xC3\xA9\xFF<s>", true));
}

} // namespace

/// The first byte chooses: tokenizer.json, config.json or tokenizer.model.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    if (data[0] == 'm') {
        use(huggingface::readSentencePiece(text, "tokenizer.model"));
        return 0;
    }
    const auto json = parseJson(text, "x.json");
    if (!json)
        return 0;
    if (data[0] == 'c') {
        ModelFile model;
        if (const auto* const architecture = huggingface::findArchitecture(*json))
            (void)huggingface::translateConfig(*json, *architecture, model);
        return 0;
    }
    use(huggingface::readTokenizerJson(*json, "tokenizer.json"));
    return 0;
}
