#include "core/file/huggingface_tokenizer.h"

#include "core/file/protobuf_fields.h"

#include <algorithm>
#include <bit>

namespace tritloom::huggingface {
namespace {

constexpr std::uint64_t typeUnigram = 1, typeBpe = 2; // TrainerSpec.ModelType

/// What the reader needs of sentencepiece_model.proto; defaults are that file's.
struct Model {
    std::uint64_t type = typeUnigram;
    std::string normalizer;
    std::vector<std::uint8_t> charsmap;
    bool addDummyPrefix = true, removeExtraWhitespaces = true;
    bool isRead = true;
};

std::string textOf(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::int32_t kindOf(std::uint64_t type)
{
    switch (type) {
    case Unknown: case Control: case Unused: case Byte: case UserDefined:
        return std::int32_t(type);
    default:
        return Normal;
    }
}

void addPiece(std::span<const std::byte> message, Vocabulary& vocabulary, Model& model)
{
    std::string piece;
    float score = 0;
    std::uint64_t type = Normal;
    model.isRead &= forEachField(message, [&](const ProtobufField& field) {
        if (field.number == 1 && field.isBytes)
            piece = textOf(field.bytes);
        else if (field.number == 2)
            score = std::bit_cast<float>(std::uint32_t(field.value));
        else if (field.number == 3)
            type = field.value;
    });
    vocabulary.tokens.push_back(piece);
    vocabulary.scores.push_back(score);
    vocabulary.kinds.push_back(kindOf(type));
    if (vocabulary.kinds.back() == Unknown)
        vocabulary.unknown = piece;
}

void readNormalizer(std::span<const std::byte> message, Model& model)
{
    model.isRead &= forEachField(message, [&](const ProtobufField& field) {
        if (field.number == 1 && field.isBytes)
            model.normalizer = textOf(field.bytes);
        else if (field.number == 2 && field.isBytes)
            for (const std::byte byte : field.bytes)
                model.charsmap.push_back(std::to_integer<std::uint8_t>(byte));
        else if (field.number == 3)
            model.addDummyPrefix = field.value != 0;
        else if (field.number == 4)
            model.removeExtraWhitespaces = field.value != 0;
    });
}

} // namespace

Result<Vocabulary> readSentencePiece(std::string_view bytes, std::string_view name)
{
    Model model;
    Vocabulary vocabulary;
    vocabulary.model = "llama";
    const bool read = forEachField(std::as_bytes(std::span(bytes)), [&](const ProtobufField& field) {
        if (field.number == 1 && field.isBytes)
            addPiece(field.bytes, vocabulary, model);
        else if (field.number == 2 && field.isBytes)
            model.isRead &= forEachField(field.bytes, [&](const ProtobufField& inner) {
                if (inner.number == 3)
                    model.type = inner.value;
            });
        else if (field.number == 3 && field.isBytes)
            readNormalizer(field.bytes, model);
    });
    const std::size_t count = vocabulary.tokens.size();
    if (!read || !model.isRead || count == 0)
        return fail(ErrorCode::InvalidInput, "{}: this is no SentencePiece model", name);
    if (count > largestVocabulary)
        return fail(ErrorCode::InvalidInput, "{}: a vocabulary of {} pieces", name, count);
    if (vocabulary.unknown.empty())
        return fail(ErrorCode::InvalidInput, "{}: none of the {} pieces is the unknown one", name, count);
    vocabulary.addSpacePrefix = model.addDummyPrefix;
    if (model.type == typeUnigram) {
        vocabulary.model = "t5"; // what GGUF calls it, whatever model it belongs to
        vocabulary.charsmap = std::move(model.charsmap);
        vocabulary.joinSpaces = model.removeExtraWhitespaces;
        return vocabulary;
    }
    if (model.type != typeBpe)
        return fail(
            ErrorCode::Unsupported, "{}: a SentencePiece model of words or characters, only unigram and BPE are read",
            name);
    // llama.cpp's BPE has no such pieces.
    std::ranges::replace(vocabulary.kinds, std::int32_t{UserDefined}, std::int32_t{Normal});
    // The normalizers called nmt... turn lines into spaces.
    if (model.removeExtraWhitespaces || model.normalizer.starts_with("nmt"))
        vocabulary.notice = fmt::format(
            "{} joins spaces and lines before it cuts the text; GGUF cannot say so and llama.cpp does not, "
            "hence token "
            "ids are llama.cpp's",
            name);
    return vocabulary;
}

} // namespace tritloom::huggingface
