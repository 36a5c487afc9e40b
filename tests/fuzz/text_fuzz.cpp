#include "core/calibrate/chunks.h"
#include "core/file/huggingface_tokenizer.h"
#include "tests/support/small_files.h"

using namespace tritloom;

namespace {

std::shared_ptr<const Tokenizer>
made(const Result<huggingface::Vocabulary>& vocabulary, const char* as = nullptr)
{
    Metadata metadata;
    vocabulary->write(metadata);
    if (as != nullptr) {
        metadata.set("tokenizer.ggml.model", std::string(as));
        metadata.set("tokenizer.ggml.pre", std::string(as));
        for (const char* const special : {"bos", "eos", "unknown"})
            metadata.set(fmt::format("tokenizer.ggml.{}_token_id", special), std::uint32_t{0});
    }
    return makeTokenizer(metadata).value();
}

} // namespace

/// The first byte chooses a tokenizer, the rest is a text: any bytes become tokens and text again, and chunks
/// or an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace huggingface;
    static const std::shared_ptr<const Tokenizer> tokenizers[] = {
        made(readTokenizerJson(Json::parse(smallFiles::byteLevel), "bytes")),
        made(readTokenizerJson(Json::parse(smallFiles::spaces), "spaces")),
        made(readTokenizerJson(Json::parse(smallFiles::unigram), "unigram")),
        made(
            readVocabAndMerges(
                Json::parse(R"({"?":0,"a":1,"b</w>":2,"ab</w>":3,"é":4})"), "a b</w>\n", "clip"),
            "clip")};
    if (size == 0)
        return 0;
    const auto& tokenizer = tokenizers[data[0] % std::size(tokenizers)];
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    for (const bool special : {false, true}) {
        const auto tokens = tokenizer->encode(text, special);
        (void)tokenizer->decode(tokens);
        for (const TokenId token : tokens)
            if (token < 0 || std::size_t(token) >= tokenizer->vocabularySize())
                __builtin_trap();
    }
    (void)makeChunks(*tokenizer, text, {.contextLength = 4});
    return 0;
}
