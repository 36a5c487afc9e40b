#include "config.h"
#include "text.h"
#include "vocabulary.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace sample;

constexpr const char* usage =
    R"(prepare_text corpus TEXTS WORK      learn the vocabulary from TEXTS/txt_english, number the texts
prepare_text ids WORK TEXT OUT.ids  number one text
)";

void check(const sentencepiece::util::Status& status)
{
    if (!status.ok())
        throw std::runtime_error(status.ToString());
}

void learn(const std::string& text, const std::string& prefix)
{
    const std::string input = prefix + ".txt";
    writeFile(input, text);
    check(sentencepiece::SentencePieceTrainer::Train({
        {"input", input},
        {"model_prefix", prefix},
        {"model_type", "bpe"},
        {"vocab_size", std::to_string(Config::vocabulary)},
        {"byte_fallback", "true"},
        {"unk_id", std::to_string(Config::unknown)},
        {"bos_id", std::to_string(Config::begin)},
        {"eos_id", std::to_string(Config::end)},
        {"pad_id", "-1"},
        {"add_dummy_prefix", "true"},
        {"normalization_rule_name", "identity"},
        {"remove_extra_whitespaces", "false"},
        {"character_coverage", "0.9998"},
        {"split_digits", "true"},
        {"max_sentence_length", "65536"},
        {"num_threads", "2"},
        {"minloglevel", "1"},
    }));
    std::filesystem::remove(input);
}

void load(sentencepiece::SentencePieceProcessor& processor, const std::string& work)
{
    check(processor.Load(work + "/tokenizer.model"));
}

std::vector<int> encode(const sentencepiece::SentencePieceProcessor& processor, const std::string& text)
{
    std::vector<int> ids;
    check(processor.Encode(text, &ids));
    return ids;
}

void corpus(const std::string& texts, const std::string& work)
{
    const std::string train = cleaned(readFile(texts + "/txt_english/train.txt"));
    learn(train, work + "/tokenizer");
    sentencepiece::SentencePieceProcessor processor;
    load(processor, work);

    Vocabulary vocabulary;
    for (int id = 0; id < processor.GetPieceSize(); ++id) {
        const bool byte = processor.IsByte(id), control = processor.IsControl(id);
        vocabulary.pieces.push_back(processor.IdToPiece(id));
        vocabulary.scores.push_back(processor.GetScore(id));
        vocabulary.types.push_back(processor.IsUnknown(id) ? 2 : control ? 3 : byte ? 6 : 1);
    }
    vocabulary.write(work + "/vocabulary.txt");
    const std::vector<int> ids = encode(processor, train);
    writeIds(work + "/train.ids", ids);
    const std::vector<int> valid = encode(processor, cleaned(readFile(texts + "/txt_english/valid.txt")));
    writeIds(work + "/valid.ids", valid);
    std::printf(
        "%.2f M bytes are %.2f M tokens; validation %.2f M tokens\n", static_cast<double>(train.size()) / 1e6,
        static_cast<double>(ids.size()) / 1e6, static_cast<double>(valid.size()) / 1e6);
}

int run(const std::vector<std::string>& arguments)
{
    if (arguments.size() == 3 && arguments[0] == "corpus") {
        corpus(arguments[1], arguments[2]);
    } else if (arguments.size() == 4 && arguments[0] == "ids") {
        sentencepiece::SentencePieceProcessor processor;
        load(processor, arguments[1]);
        writeIds(arguments[3], encode(processor, readFile(arguments[2])));
    } else {
        std::fputs(usage, stderr);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(std::vector<std::string>(argv + 1, argv + argc));
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "prepare_text: %s\n", problem.what());
        return EXIT_FAILURE;
    }
}
