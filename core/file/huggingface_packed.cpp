#include "core/file/huggingface_packed.h"

#include "core/base/checked.h"

#include <algorithm>
#include <cstring>

namespace tritloom::huggingface {
namespace {

using safetensors::Entry;

/// Finds tensors by name and takes them.
class Parts {
public:
    Parts(const std::vector<Entry>& entries, PackedWeights& found)
        : m_found(found)
    {
        for (const Entry& entry : entries)
            m_entries.emplace(entry.name, &entry);
    }

    const Entry* find(const std::string& name) const
    {
        const auto at = m_entries.find(name);
        return at == m_entries.end() ? nullptr : at->second;
    }
    /// Empty when it is not there. type: what it must be, "" for any float.
    Result<Tensor> optional(const std::string& name, std::string_view type, std::size_t dimensions) const
    {
        const Entry* const entry = find(name);
        if (entry == nullptr)
            return Tensor();
        const bool isFloat = entry->type == "F16" || entry->type == "BF16" || entry->type == "F32";
        if (type.empty() ? !isFloat : entry->type != type)
            return fail(
                ErrorCode::Unsupported, "{}: tensor '{}' is of type {}, {} is expected", entry->file, name,
                entry->type, type.empty() ? "a float" : type);
        if (dimensions != 0 && entry->shape.size() != dimensions)
            return fail(
                ErrorCode::InvalidInput, "{}: tensor '{}' has {} dimensions, {} are expected", entry->file,
                name, entry->shape.size(), dimensions);
        m_found.parts.insert(name);
        return safetensors::toTensor(*entry);
    }
    Result<Tensor> required(const std::string& name, std::string_view type, std::size_t dimensions) const
    {
        Tensor tensor = TRY(optional(name, type, dimensions));
        if (tensor.isEmpty())
            return fail(ErrorCode::InvalidInput, "the tensor '{}' is missing", name);
        return tensor;
    }

private:
    std::map<std::string, const Entry*, std::less<>> m_entries;
    PackedWeights& m_found;
};

std::size_t wordsFor(std::size_t fields, std::size_t bits)
{
    return (fields * bits + 31) / 32;
}

template <typename T>
std::vector<std::int64_t> wholeNumbers(const Tensor& tensor)
{
    std::vector<std::int64_t> numbers(tensor.bytes().size() / sizeof(T));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        T value;
        std::memcpy(&value, tensor.bytes().data() + i * sizeof value, sizeof value);
        numbers[i] = value;
    }
    return numbers;
}

/// Group indices that say no more than input / group are left out.
Result<std::vector<std::uint32_t>>
groupsOf(const Tensor& indices, const PackedMatrix& matrix, const std::string& module)
{
    std::vector<std::uint32_t> groups;
    bool isPlain = true;
    for (const std::int64_t index : wholeNumbers<std::int32_t>(indices)) {
        if (index < 0 || std::size_t(index) >= matrix.groups())
            return fail(
                ErrorCode::InvalidInput, "'{}': an input belongs to group {}, there are {}", module, index,
                matrix.groups());
        isPlain &= std::size_t(index) == groups.size() / matrix.group;
        groups.push_back(std::uint32_t(index));
    }
    if (groups.size() != matrix.inputs)
        return fail(
            ErrorCode::InvalidInput, "'{}': {} inputs have a group, the matrix has {}", module, groups.size(),
            matrix.inputs);
    if (isPlain)
        groups.clear();
    return groups;
}

Result<void> finish(PackedMatrix matrix, const std::string& module, PackedWeights& found)
{
    auto format = packedFormat(matrix);
    if (!format)
        return fail(format.error().code, "'{}': {}", module, format.error().message);
    matrix.format = *format;
    found.matrices.emplace(module + ".weight", std::make_shared<const PackedMatrix>(std::move(matrix)));
    return {};
}

/// How many inputs share a scale when a row has `groups` of them.
Result<std::size_t> groupSize(std::size_t inputs, std::size_t groups, const std::string& module)
{
    if (groups == 0 || groups > inputs)
        return fail(ErrorCode::InvalidInput, "'{}': {} groups for {} inputs", module, groups, inputs);
    return (inputs + groups - 1) / groups;
}

/// Widths that config_groups mention, the ones for this very module first.
std::vector<unsigned> widthsFor(const Json& quantization, const std::string& module)
{
    std::vector<unsigned> widths;
    const Json* const groups = jsonMember(quantization, "config_groups");
    if (groups == nullptr || !groups->is_object())
        return widths;
    for (const auto& [name, group] : groups->items()) {
        const Json* const weights = jsonMember(group, "weights");
        const auto bits = weights ? jsonInteger(*weights, "num_bits") : std::nullopt;
        if (!bits || *bits < 1 || *bits > 8)
            continue;
        const Json* const targets = jsonMember(group, "targets");
        if (targets && targets->is_array() && std::ranges::find(*targets, Json(module)) != targets->end())
            return {unsigned(*bits)};
        if (std::ranges::find(widths, unsigned(*bits)) == widths.end())
            widths.push_back(unsigned(*bits));
    }
    return widths;
}

Result<void> addPackQuantized(
    const Parts& parts, const Json& quantization, const std::string& module, PackedWeights& found)
{
    PackedMatrix matrix{.order = PackedMatrix::Order::Rows};
    matrix.codes = TRY(parts.required(module + ".weight_packed", "I32", 2));
    const std::vector<std::int64_t> shape =
        wholeNumbers<std::int64_t>(TRY(parts.required(module + ".weight_shape", "I64", 1)));
    const std::size_t rows = matrix.codes.type().shape[0], words = matrix.codes.type().shape[1];
    if (shape.size() != 2 || shape[0] != std::int64_t(rows) || shape[1] < 1
        || std::uint64_t(shape[1]) > std::uint64_t(words) * 32)
        return fail(
            ErrorCode::InvalidInput, "'{}': weight_shape does not fit [{}, {}] packed words", module, rows,
            words);
    matrix.outputs = rows;
    matrix.inputs = std::size_t(shape[1]);
    std::vector<unsigned> fitting;
    for (const unsigned bits : widthsFor(quantization, module))
        if (wordsFor(matrix.inputs, bits) == words)
            fitting.push_back(bits);
    if (fitting.size() != 1)
        return fail(
            ErrorCode::Unsupported,
            "'{}': {} words a row of {} inputs are {} by the widths of config_groups (3, 5, 6 and 7 bits "
            "need the layout "
            "of compressed-tensors 0.18)",
            module, words, matrix.inputs, fitting.empty() ? "none" : "several");
    matrix.bits = fitting.front();
    matrix.scales = TRY(parts.required(module + ".weight_scale", "", 0));
    const std::size_t groups = matrix.scales.type().elements() == 1
        ? 1
        : matrix.scales.type().elements() / std::max<std::size_t>(1, rows);
    matrix.group = TRY(groupSize(matrix.inputs, groups, module));
    matrix.zeros = TRY(parts.optional(module + ".weight_zero_point", "I32", 2));
    matrix.symmetric = matrix.zeros.isEmpty();
    if (const Tensor indices = TRY(parts.optional(module + ".weight_g_idx", "I32", 1)); !indices.isEmpty())
        matrix.groupOfInput = TRY(groupsOf(indices, matrix, module));
    return finish(std::move(matrix), module, found);
}

Result<void> addIntQuantized(const Parts& parts, const std::string& module, PackedWeights& found)
{
    PackedMatrix matrix{.order = PackedMatrix::Order::Bytes, .bits = 8};
    matrix.codes = TRY(parts.required(module + ".weight", "I8", 2));
    matrix.outputs = matrix.codes.type().shape[0];
    matrix.inputs = matrix.codes.type().shape[1];
    matrix.scales = TRY(parts.required(module + ".weight_scale", "", 0));
    const std::size_t elements = matrix.scales.type().elements();
    matrix.group = TRY(groupSize(matrix.inputs, elements == 1 ? 1 : elements / matrix.outputs, module));
    matrix.zeros = TRY(parts.optional(module + ".weight_zero_point", "I8", 0));
    matrix.symmetric = matrix.zeros.isEmpty();
    return finish(std::move(matrix), module, found);
}

Result<void>
addGptq(const Parts& parts, const Json& quantization, const std::string& module, PackedWeights& found)
{
    PackedMatrix matrix{.order = PackedMatrix::Order::Columns};
    matrix.codes = TRY(parts.required(module + ".qweight", "I32", 2));
    matrix.scales = TRY(parts.required(module + ".scales", "", 2));
    matrix.zeros = TRY(parts.required(module + ".qzeros", "I32", 2));
    const Tensor indices = TRY(parts.optional(module + ".g_idx", "I32", 1));
    const std::size_t words = matrix.codes.type().shape[0], groups = matrix.scales.type().shape[0];
    matrix.outputs = matrix.codes.type().shape[1];
    // "dynamic" gives single modules other widths, by regular expressions: the shapes say the same.
    const std::int64_t stated = jsonInteger(quantization, "bits").value_or(0);
    std::vector<unsigned> fitting;
    for (const unsigned bits : {2u, 3u, 4u, 8u}) {
        const std::size_t inputs = indices.isEmpty() ? words * 32 / bits : indices.type().elements();
        if (wordsFor(inputs, bits) == words && wordsFor(matrix.outputs, bits) == matrix.zeros.type().shape[1])
            fitting.push_back(bits);
    }
    if (fitting.size() > 1 && std::ranges::find(fitting, unsigned(stated)) != fitting.end())
        fitting = {unsigned(stated)};
    if (fitting.size() != 1)
        return fail(
            ErrorCode::InvalidInput,
            "'{}': {} rows of words for {} outputs fit no width of 2, 3, 4 or 8 bits", module, words,
            matrix.outputs);
    matrix.bits = fitting.front();
    matrix.inputs = indices.isEmpty() ? words * 32 / matrix.bits : indices.type().elements();
    if (matrix.scales.type().shape[1] != matrix.outputs || matrix.zeros.type().shape[0] != groups)
        return fail(
            ErrorCode::InvalidInput, "'{}': scales and zero points do not fit {} outputs", module,
            matrix.outputs);
    matrix.group = TRY(groupSize(matrix.inputs, groups, module));
    matrix.zeroOffset = jsonText(quantization, "checkpoint_format").value_or("gptq") == "gptq_v2" ? 0 : 1;
    if (!indices.isEmpty())
        matrix.groupOfInput = TRY(groupsOf(indices, matrix, module));
    // Symmetric files store the middle for every group; unpack() looks whether that is so.
    matrix.symmetric = jsonBoolean(quantization, "sym").value_or(false);
    return finish(std::move(matrix), module, found);
}

} // namespace

Result<PackedWeights> findPackedWeights(const std::vector<Entry>& entries, const Json& config)
{
    PackedWeights found;
    const Json* const quantization = jsonMember(config, "quantization_config");
    const std::string method = quantization ? jsonText(*quantization, "quant_method").value_or("") : "";
    const Parts parts(entries, found);
    for (const Entry& entry : entries) {
        const auto moduleOf = [&](std::string_view end) {
            return entry.name.ends_with(end) ? entry.name.substr(0, entry.name.size() - end.size())
                                             : std::string();
        };
        if (method == "compressed-tensors") {
            if (const std::string module = moduleOf(".weight_packed"); !module.empty())
                TRY_VOID(addPackQuantized(parts, *quantization, module, found));
            else if (const std::string plain = moduleOf(".weight"); !plain.empty() && entry.type == "I8")
                TRY_VOID(addIntQuantized(parts, plain, found));
        } else if (method == "gptq") {
            if (const std::string module = moduleOf(".qweight"); !module.empty())
                TRY_VOID(addGptq(parts, *quantization, module, found));
        }
    }
    return found;
}

} // namespace tritloom::huggingface
