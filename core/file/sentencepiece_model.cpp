#include "core/file/huggingface_tokenizer.h"

#include "core/base/utf8.h"

#include <sentencepiece_processor.h>

namespace tritloom::huggingface {
namespace {

/// BPE models number their pieces: scores 0, -1, -2 ... Log-probabilities of a unigram model are not whole.
bool isUnigram(const sentencepiece::SentencePieceProcessor& processor)
{
    for (int id = 0; id < processor.GetPieceSize(); ++id) {
        const float score = processor.GetScore(id);
        if (score != static_cast<float>(static_cast<long>(score)))
            return true;
    }
    return false;
}

std::int32_t kindOf(const sentencepiece::SentencePieceProcessor& processor, int id)
{
    if (processor.IsUnknown(id))
        return Unknown;
    if (processor.IsControl(id))
        return Control;
    if (processor.IsUnused(id))
        return Unused;
    return processor.IsByte(id) ? Byte : Normal;
}

/// The text that the pieces make, which is what the normalizer left of `text`.
std::string normalized(const sentencepiece::SentencePieceProcessor& processor, std::string_view text)
{
    std::vector<std::string> pieces;
    std::string result;
    if (processor.Encode(text, &pieces).ok())
        for (const std::string& piece : pieces)
            result += piece == "<0x0A>" ? "\n" : piece;
    return result;
}

} // namespace

Result<Vocabulary> readSentencePiece(std::string_view bytes, std::string_view name)
{
    sentencepiece::SentencePieceProcessor processor;
    const auto status = processor.LoadFromSerializedProto(bytes);
    if (!status.ok())
        return fail(ErrorCode::InvalidInput, "{}: this is no SentencePiece model", name);
    const int count = processor.GetPieceSize();
    if (count <= 0 || static_cast<std::size_t>(count) > largestVocabulary)
        return fail(ErrorCode::InvalidInput, "{}: a vocabulary of {} pieces", name, count);
    if (isUnigram(processor))
        return fail(
            ErrorCode::Unsupported, "{}: a SentencePiece unigram model, only models of type BPE are read",
            name);
    Vocabulary vocabulary;
    vocabulary.model = "llama";
    for (int id = 0; id < count; ++id) {
        vocabulary.tokens.push_back(processor.IdToPiece(id));
        vocabulary.scores.push_back(processor.GetScore(id));
        vocabulary.kinds.push_back(kindOf(processor, id));
        if (vocabulary.kinds.back() == Unknown)
            vocabulary.unknown = vocabulary.tokens.back();
    }
    // The library does not tell its normalizer's settings; what it does to a text tells.
    vocabulary.addSpacePrefix = normalized(processor, "a").starts_with("\xE2\x96\x81");
    const std::string probe = normalized(processor, "a  b\nc");
    if (!probe.ends_with("a\xE2\x96\x81\xE2\x96\x81"
                         "b\nc"))
        vocabulary.notice = fmt::format(
            "{} joins spaces and lines before it cuts the text; GGUF cannot say so and llama.cpp does not, "
            "hence token "
            "ids are llama.cpp's",
            name);
    return vocabulary;
}

} // namespace tritloom::huggingface
