#include "core/base/byte_reader.h"
#include "core/base/mapped_file.h"
#include "core/base/utf8.h"
#include "core/file/huggingface_tokenizer.h"
#include "core/file/llama2c.h"

#include <cmath>

namespace tritloom::llama2c {
namespace {

namespace fs = std::filesystem;
using huggingface::Vocabulary;

constexpr std::string_view space = "\xE2\x96\x81"; // U+2581

void setKeys(const Vocabulary& vocabulary, Metadata& metadata)
{
    vocabulary.write(metadata);
    metadata.set("tokenizer.ggml.bos_token_id", std::uint32_t{1});
    metadata.set("tokenizer.ggml.eos_token_id", std::uint32_t{2});
    metadata.set("tokenizer.ggml.unknown_token_id", std::uint32_t{0});
    metadata.set("tokenizer.ggml.add_bos_token", true);
    metadata.set("tokenizer.ggml.add_space_prefix", true);
}

bool isByteName(std::string_view text)
{
    return text.size() == 6 && text.starts_with("<0x") && text.ends_with('>');
}

Result<void>
readTokenizerModel(const MappedFile& file, const std::string& name, std::size_t count, Metadata& metadata)
{
    const auto bytes = file.bytes();
    const Vocabulary vocabulary = TRY(
        huggingface::readSentencePiece({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name));
    if (vocabulary.tokens.size() != count)
        return fail(
            ErrorCode::InvalidInput, "{}: {} tokens, the model has {}", name, vocabulary.tokens.size(),
            count);
    setKeys(vocabulary, metadata);
    return {};
}

/// The first tokenizer beside the model that has as many tokens as the model.
void readTokenizerBeside(const fs::path& path, ModelFile& model)
{
    const auto count = static_cast<std::size_t>(model.metadata.integer("llama.vocab_size").value_or(0));
    const std::string names[] = {
        fmt::format("tok{}.bin", count), "tokenizer.bin", fmt::format("tok{}.model", count),
        "tokenizer.model"};
    std::vector<std::string> problems;
    for (const std::string& name : names) {
        std::error_code error;
        const fs::path file = path.parent_path() / name;
        if (!fs::is_regular_file(file, error))
            continue;
        const auto mapped = MappedFile::open(file);
        const Result<void> read = !mapped ? tl::make_unexpected(mapped.error())
            : file.extension() == ".bin"  ? readTokenizerBin((*mapped)->bytes(), name, count, model.metadata)
                                          : readTokenizerModel(**mapped, name, count, model.metadata);
        if (read)
            return;
        problems.push_back(read.error().message);
    }
    if (problems.empty())
        problems.push_back(
            fmt::format("There is no tokenizer ({}) beside {}", names[1], path.filename().string()));
    for (std::string& problem : problems)
        model.notices.push_back(std::move(problem));
}

} // namespace

Result<void> readTokenizerBin(
    std::span<const std::byte> bytes, std::string_view name, std::size_t vocabularySize, Metadata& metadata)
{
    constexpr std::size_t smallestToken = 8;
    ByteReader in(bytes);
    if (!in.number<std::int32_t>() || vocabularySize > in.remaining() / smallestToken)
        return fail(
            ErrorCode::InvalidInput, "{}: {} bytes cannot hold the {} tokens of the model", name,
            bytes.size(), vocabularySize);
    Vocabulary vocabulary;
    vocabulary.model = "llama";
    for (std::size_t id = 0; id < vocabularySize; ++id) {
        const auto score = in.number<float>();
        const auto length = in.number<std::int32_t>();
        const auto text =
            length && *length >= 0 ? in.text(static_cast<std::uint64_t>(*length)) : std::nullopt;
        if (!score || !text)
            return fail(ErrorCode::InvalidInput, "{}: the file ends inside token {}", name, id);
        if (std::isnan(*score))
            return fail(ErrorCode::InvalidInput, "{}: the score of token {} is not a number", name, id);
        std::string token;
        for (const char c : *text)
            c == ' ' ? token.append(space) : token.append(1, c);
        const auto kind = id == 0 ? huggingface::Unknown
            : id <= 2             ? huggingface::Control
            : isByteName(token)   ? huggingface::Byte
                                  : huggingface::Normal;
        constexpr const char* firstNames[] = {"<unk>", "<s>", "</s>"}; // llama2.c stores "\n<s>\n"
        vocabulary.tokens.push_back(id <= 2 ? firstNames[id] : std::move(token));
        vocabulary.scores.push_back(*score);
        vocabulary.kinds.push_back(kind);
    }
    if (in.remaining() != 0)
        return fail(
            ErrorCode::InvalidInput, "{}: {} bytes are left after the {} tokens of the model", name,
            in.remaining(), vocabularySize);
    setKeys(vocabulary, metadata);
    return {};
}

Result<ModelFile> read(const fs::path& path)
{
    const auto file = TRY(MappedFile::open(path));
    ModelFile model = TRY(parse(file->bytes(), path.filename().string(), file));
    model.metadata.set("general.name", path.stem().string());
    readTokenizerBeside(path, model);
    return model;
}

} // namespace tritloom::llama2c
