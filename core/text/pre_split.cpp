#include "core/text/pre_split.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <span>
#include <vector>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace tritloom {
namespace {

// White_Space of Unicode: what \s means to the libraries that trained these tokenizers. PCRE2's own \s has
// U+180E too.
#define SPACES R"(\p{Z}\t-\r\x{85})"
#define SPACE "[" SPACES "]"
#define END_OF_SPACES SPACE "+(?![^" SPACES "])"

constexpr const char* gpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^)" SPACES R"(\p{L}\p{N}]+|)" END_OF_SPACES "|" SPACE "+";
#define LLAMA3(digits)                                                                                       \
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})" digits "| ?[^" SPACES                   \
    R"(\p{L}\p{N}]+[\r\n]*|)" SPACE R"(*[\r\n]+|)" END_OF_SPACES "|" SPACE "+"
constexpr const char* llama3 = LLAMA3("{1,3}");
constexpr const char* qwen2 = LLAMA3("");

// CLIP: single digits, no spaces; what lies between the pieces is white space, which the tokenizer drops.
constexpr const char* clip = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|\p{L}+|\p{N}|[^)" SPACES R"(\p{L}\p{N}]+)";

/// One way of splitting: each expression cuts the pieces that the one before left.
struct Row {
    std::string_view pre;
    std::vector<const char*> expressions;
    bool ignoresMerges = false, composes = false;
};

// The only list; names as llama.cpp writes them into tokenizer.ggml.pre.
std::span<const Row> rows()
{
    static const std::vector<Row> list{
        {"gpt-2", {gpt2}},
        {"llama-bpe", {llama3}, true},
        {"llama3", {llama3}, true},
        {"llama-v3", {llama3}, true},
        {"qwen2", {qwen2}, false, true},
        {"deepseek-r1-qwen", {qwen2}, false, true},
        {"clip", {clip}, false, true},
        {"smollm", {R"(\p{N})", gpt2}},
        {"default", {R"([\p{P}$+<=>^~|]+)", gpt2, R"(\p{N}+)", "[0-9][0-9][0-9]"}},
    };
    return list;
}

struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatch {
    void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};
using Code = std::unique_ptr<pcre2_code, FreeCode>;

class RegexSplit final : public PreSplit {
public:
    explicit RegexSplit(std::vector<Code> codes)
        : m_codes(std::move(codes))
    {
    }

    void split(std::string_view text, const std::function<void(std::string_view)>& visit) const override
    {
        splitBy(0, text, visit);
    }

private:
    void splitBy(
        std::size_t level, std::string_view text, const std::function<void(std::string_view)>& visit) const
    {
        if (text.empty())
            return;
        if (level == m_codes.size()) {
            visit(text);
            return;
        }
        const pcre2_code* const code = m_codes[level].get();
        const std::unique_ptr<pcre2_match_data, FreeMatch> match(
            pcre2_match_data_create_from_pattern(code, nullptr));
        std::size_t position = 0;
        while (position < text.size()) {
            const int found = match ? pcre2_match(
                                  code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), position, 0,
                                  match.get(), nullptr)
                                    : PCRE2_ERROR_NOMEMORY;
            // No match is left, or PCRE2 gave up: the rest is one piece.
            if (found < 0)
                break;
            const PCRE2_SIZE* const range = pcre2_get_ovector_pointer(match.get());
            if (range[1] <= range[0] || range[0] < position)
                break;
            splitBy(level + 1, text.substr(position, range[0] - position), visit);
            splitBy(level + 1, text.substr(range[0], range[1] - range[0]), visit);
            position = range[1];
        }
        splitBy(level + 1, text.substr(position), visit);
    }

    std::vector<Code> m_codes;
};

} // namespace

Result<std::shared_ptr<const PreSplit>> PreSplit::make(std::string_view pre)
{
    const auto row = std::ranges::find(rows(), pre, &Row::pre);
    if (row == rows().end()) {
        std::string known;
        for (const Row& other : rows())
            known += fmt::format("{}{}", known.empty() ? "" : ", ", other.pre);
        return fail(
            ErrorCode::Unsupported, "the tokenizer splits text by the rules '{}', known are {}",
            printable(pre), known);
    }
    std::vector<Code> codes;
    for (const char* const expression : row->expressions) {
        int error = 0;
        PCRE2_SIZE offset = 0;
        Code code(pcre2_compile(
            reinterpret_cast<PCRE2_SPTR>(expression), PCRE2_ZERO_TERMINATED,
            PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &error, &offset, nullptr));
        if (!code)
            return fail(ErrorCode::Unsupported, "PCRE2 refuses the rules '{}' at byte {}", pre, offset);
        (void)pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE); // without it matching is slower, not wrong
        codes.push_back(std::move(code));
    }
    auto split = std::make_shared<RegexSplit>(std::move(codes));
    split->ignoresMerges = row->ignoresMerges;
    split->composes = row->composes;
    return split;
}

} // namespace tritloom
