#include "core/export/gguf_target.h"

#include "core/architecture/textgenrnn.h"
#include "core/base/utf8.h"
#include "core/export/problems.h"
#include "core/file/gguf_types.h"
#include "core/file/gguf_writer.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace tritloom {
namespace {

/// Attention heads of the rows that must change places; 0: none must.
Result<std::size_t> headsToPermute(const ModelFile& model, std::string_view name)
{
    if (!model.rotateHalf || model.architecture() != "llama" || !name.starts_with("blk."))
        return 0u;
    const bool isQuery = name.ends_with(".attn_q.weight") || name.ends_with(".attn_q.bias");
    const bool isKey = name.ends_with(".attn_k.weight") || name.ends_with(".attn_k.bias");
    if (!isQuery && !isKey)
        return 0u;
    const auto heads = model.metadata.integer("llama.attention.head_count");
    const auto keyHeads = isQuery ? heads : model.metadata.integer("llama.attention.head_count_kv");
    const auto count = keyHeads ? keyHeads : heads;
    if (!count || *count <= 0)
        return fail(
            ErrorCode::InvalidInput, "llama.attention.head_count is missing, the rows of '{}' depend on it",
            name);
    return static_cast<std::size_t>(*count);
}

/// Rows of the matrix, elements of a bias.
std::size_t rowCount(const Shape& shape)
{
    return shape.size() == 1 ? shape[0] : TensorType{nullptr, shape}.rows();
}

/// GGUF row 2i of a head is row i of Hugging Face's, row 2i + 1 is row i + half.
Tensor permuteRows(const Tensor& tensor, std::size_t heads)
{
    const std::span<const std::byte> from = tensor.bytes();
    const std::size_t rows = rowCount(tensor.type().shape), rowBytes = from.size() / rows;
    const std::size_t headRows = rows / heads, half = headRows / 2;
    std::vector<std::byte> to(from.size());
    for (std::size_t r = 0; r < rows; ++r) {
        const std::size_t inHead = r % headRows;
        const std::size_t source = r - inHead + inHead / 2 + (inHead % 2) * half;
        std::memcpy(to.data() + r * rowBytes, from.data() + source * rowBytes, rowBytes);
    }
    return Tensor::adopt(tensor.type(), std::move(to));
}

bool isNorm(std::string_view name)
{
    return name.ends_with("norm.weight") || name.ends_with("norm.bias");
}

struct Plan {
    std::vector<gguf::Slot> slots;
    std::vector<std::size_t> heads; // to permute, by tensor
    Metadata metadata;
    std::vector<std::string> problems;
    std::vector<std::string> notices; // what is changed on the way
};

/// general.file_type: the type that most of the weights have.
std::optional<std::uint32_t> fileType(std::span<const gguf::Slot> slots)
{
    std::map<std::uint32_t, std::size_t> elements;
    for (const gguf::Slot& slot : slots)
        if (const auto* const type = gguf::findFormat(slot.type.format->id());
            type && slot.type.shape.size() > 1)
            elements[type->fileType] += slot.type.elements();
    elements.erase(gguf::noFileType);
    const auto most = std::ranges::max_element(elements, {}, [](const auto& entry) { return entry.second; });
    return most == elements.end() ? std::nullopt : std::optional(most->first);
}

void planTensor(const ModelFile& model, std::size_t index, std::string_view wish, Plan& plan)
{
    const NamedTensor& tensor = model.tensors[index];
    const auto heads = headsToPermute(model, tensor.name);
    if (!heads)
        plan.problems.push_back(heads.error().message);
    else if (*heads > 0 && rowCount(tensor.shape) % (2 * *heads) != 0)
        plan.problems.push_back(fmt::format(
            "tensor '{}' has {} rows, which {} heads cannot share", printable(tensor.name),
            rowCount(tensor.shape), *heads));
    plan.heads.push_back(heads.value_or(0));

    const std::string formatId = ggufStoredFormat(tensor, wish);
    if (tensor.layout == Layout::TernaryRows && formatId == storedFormat(tensor)->id()) {
        plan.problems.push_back(fmt::format(
            "tensor '{}' stays as ternary codes, for which GGUF has no type: choose a format, such as tq2_0",
            printable(tensor.name)));
        return;
    }
    const auto format = parseNumberFormat(formatId);
    const auto* const type = gguf::findFormat(formatId);
    if (!format) {
        plan.problems.push_back(
            fmt::format("tensor '{}': {}", printable(tensor.name), format.error().message));
        return;
    }
    if (type && type->blockElements > 1 && tensor.shape.back() % type->blockElements != 0) {
        const auto other = ggufFallback(formatId, tensor.shape.back());
        plan.problems.push_back(fmt::format(
            "tensor '{}' has rows of {} elements, no multiple of {}'s blocks of {}; llama.cpp takes {} here",
            printable(tensor.name), tensor.shape.back(), type->name, type->blockElements,
            other.value_or("f16")));
        return;
    }
    plan.slots.push_back({tensor.name, {*format, tensor.shape}});
}

/// llama.cpp takes the number of tokens from the list and refuses an embedding of another height.
void checkVocabulary(const ModelFile& model, std::vector<std::string>& problems)
{
    const auto* const tokens = model.metadata.strings("tokenizer.ggml.tokens");
    const NamedTensor* const embedding = model.find("token_embd.weight");
    if (tokens && embedding && !embedding->shape.empty() && embedding->shape[0] != tokens->size())
        problems.push_back(fmt::format(
            "the tokenizer has {} tokens, tensor 'token_embd.weight' has {} rows", tokens->size(),
            embedding->shape[0]));
}

/// llama.cpp looks for a newline in every SentencePiece vocabulary, as a byte or as itself, and ends without
/// one. Where there is none, a newline is an unknown character, so the unknown token may as well be called by
/// its name.
void giveNewline(Plan& plan)
{
    constexpr const char *tokensKey = "tokenizer.ggml.tokens", *typesKey = "tokenizer.ggml.token_type";
    const auto* const tokens = plan.metadata.strings(tokensKey);
    const MetadataValue* const value = plan.metadata.find(typesKey);
    const auto* const types = value ? std::get_if<std::vector<std::int32_t>>(value) : nullptr;
    if (plan.metadata.text("tokenizer.ggml.model") != "llama" || !tokens
        || std::ranges::any_of(*tokens, [](const auto& token) { return token == "<0x0A>" || token == "\n"; }))
        return;
    const auto unknown = plan.metadata.integer("tokenizer.ggml.unknown_token_id").value_or(0);
    if (!types || types->size() != tokens->size() || unknown < 0 || std::size_t(unknown) >= tokens->size())
        return;
    auto named = *tokens;
    auto typed = *types;
    const std::string before = named[std::size_t(unknown)];
    named[std::size_t(unknown)] = "<0x0A>";
    typed[std::size_t(unknown)] = 6; // a byte
    plan.metadata.set(tokensKey, std::move(named));
    plan.metadata.set(typesKey, std::move(typed));
    plan.notices.push_back(fmt::format(
        "The vocabulary has no newline, without which llama.cpp does not load it: '{}' is written as the "
        "newline's byte",
        printable(before)));
}

Plan makePlan(const ModelFile& model, std::span<const std::string> formats)
{
    Plan plan;
    if (formats.size() != model.tensors.size()) {
        plan.problems.push_back(
            fmt::format("{} formats are given for {} tensors", formats.size(), model.tensors.size()));
        return plan;
    }
    if (model.architecture().empty())
        plan.problems.emplace_back("the architecture is unknown, GGUF needs 'general.architecture'");
    else if ((model.format != "gguf" && !model.find("token_embd.weight")) || tokensReadAgain(model) > 0)
        plan.problems.push_back(fmt::format(
            "the architecture '{}' has no translation into GGUF's names", printable(model.architecture())));
    for (std::size_t i = 0; i < formats.size(); ++i)
        planTensor(model, i, formats[i], plan);
    checkVocabulary(model, plan.problems);

    plan.metadata = model.metadata;
    plan.metadata.remove("general.alignment");
    plan.metadata.remove("general.file_type");
    giveNewline(plan);
    if (const auto type = fileType(plan.slots))
        plan.metadata.set("general.file_type", *type);
    plan.metadata.set("general.quantization_version", std::uint32_t{2});
    for (std::string& problem : gguf::findBrokenRules(plan.metadata, plan.slots))
        plan.problems.push_back(std::move(problem));
    return plan;
}

/// The provider's tensor as the file wants it.
Result<Tensor> tensorFor(const ExportRequest& request, const Plan& plan, std::size_t index)
{
    const gguf::Slot& slot = plan.slots[index];
    const std::string formatId = slot.type.format->id();
    Tensor tensor = TRY(request.tensor(index, formatId));
    if (!tensor.type().format || tensor.type().shape != slot.type.shape)
        return fail(
            ErrorCode::InvalidInput, "tensor '{}' came with the shape [{}], [{}] is expected", slot.name,
            fmt::join(tensor.type().shape, ", "), fmt::join(slot.type.shape, ", "));
    // Shorter floats are widened; anything else in a wrong format is refused by the writer.
    if (formatId == "f32" && tensor.type().format->isFloat() && tensor.type().format->id() != "f32")
        tensor = Tensor::adoptFloats(slot.type.shape, tensor.toFloats());
    return plan.heads[index] > 0 ? permuteRows(tensor, plan.heads[index]) : tensor;
}

} // namespace

Result<std::string> ggufFallback(std::string_view formatId, std::size_t columns)
{
    const auto* const type = gguf::findFormat(formatId);
    if (!type)
        return fail(ErrorCode::Unsupported, "GGUF has no type for the format '{}'", formatId);
    if (columns % type->blockElements == 0)
        return std::string(formatId);
    if (columns % 32 != 0)
        return "f16";
    // As llama-quantize: K and IQ blocks of 256 become blocks of 32 of about the same size.
    static constexpr std::pair<std::string_view, std::string_view> others[] = {
        {"iq1_s", "iq4_nl"}, {"iq1_m", "iq4_nl"},   {"iq2_xxs", "iq4_nl"}, {"iq2_xs", "iq4_nl"},
        {"iq2_s", "iq4_nl"}, {"iq3_xxs", "iq4_nl"}, {"iq3_s", "iq4_nl"},   {"iq4_xs", "iq4_nl"},
        {"q2_0", "q4_0"},    {"q2_k", "q4_0"},      {"q3_k", "q4_0"},      {"tq1_0", "q4_0"},
        {"tq2_0", "q4_0"},   {"q4_k", "q5_0"},      {"q5_k", "q5_1"},      {"q6_k", "q8_0"}};
    const auto at =
        std::ranges::find(others, formatId, &std::pair<std::string_view, std::string_view>::first);
    return std::string(at == std::end(others) ? "f16" : at->second);
}

std::string ggufStoredFormat(const NamedTensor& tensor, std::string_view formatId)
{
    return tensor.shape.size() <= 1 || isNorm(tensor.name) ? "f32" : std::string(formatId);
}

std::vector<std::string> checkGguf(const ModelFile& model, std::span<const std::string> formats)
{
    return makePlan(model, formats).problems;
}

Result<WrittenFile> exportGguf(const ExportRequest& request)
{
    const Plan plan = makePlan(request.model, request.formats);
    if (!plan.problems.empty())
        return fail(ErrorCode::InvalidInput, "{}", oneSentence(plan.problems));
    gguf::Writer writer = TRY(gguf::Writer::create(request.path, plan.metadata, plan.slots));
    double written = 0, total = 1;
    for (const gguf::Slot& slot : plan.slots)
        total += static_cast<double>(slot.type.bytes());
    for (std::size_t i = 0; i < plan.slots.size(); ++i) {
        if (request.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "the export was stopped");
        TRY_VOID(writer.add(TRY(tensorFor(request, plan, i))));
        written += static_cast<double>(plan.slots[i].type.bytes());
        request.progress(0.9 * written / total); // the rest is for reading back
    }
    const std::vector<Key> keys = TRY(writer.finish());
    TRY_VOID(gguf::verify(writer.partPath(), plan.slots, keys));
    TRY_VOID(writer.commit());
    request.progress(1);
    WrittenFile report{.fileBytes = writer.fileBytes(), .notices = plan.notices};
    report.readBack = fmt::format("{} tensors have the names, shapes and bytes that were written", plan.slots.size());
    if (std::ranges::any_of(plan.heads, [](std::size_t heads) { return heads > 0; }))
        report.notices.emplace_back("The rows of attn_q and attn_k were brought into GGUF's order");
    return report;
}

} // namespace tritloom
