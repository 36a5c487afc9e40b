#include "core/file/packed_matrix.h"

#include "core/base/half.h"
#include "core/base/parallel.h"
#include "core/file/ternary_codes.h"
#include "core/format/bit_fields.h"
#include "core/format/row_group.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstring>
#include <numeric>

namespace tritloom {
namespace {

std::uint32_t wordAt(std::span<const std::byte> bytes, std::size_t index)
{
    std::uint32_t word;
    std::memcpy(&word, bytes.data() + index * sizeof word, sizeof word);
    return word;
}

/// Field `index` of a stream whose word w lies at words[w * stride].
unsigned fieldAt(std::span<const std::byte> words, std::size_t stride, std::size_t index, unsigned bits)
{
    const std::size_t bit = index * bits;
    std::uint64_t window = wordAt(words, bit / 32 * stride);
    if (bit % 32 + bits > 32)
        window |= std::uint64_t(wordAt(words, (bit / 32 + 1) * stride)) << 32;
    return unsigned(window >> bit % 32) & ((1u << bits) - 1);
}

std::size_t wordsFor(std::size_t fields, unsigned bits)
{
    return (fields * bits + 31) / 32;
}

/// Scales and zero points, unpacked: [outputs, groups].
struct Grid {
    std::vector<float> scales;
    std::vector<std::uint16_t> zeros; ///< in unsigned codes
    float meanMagnitude = 0; ///< of latent weights: the scale before it is rounded as they are
};

Result<void> expect(const Tensor& tensor, std::size_t elements, const char* what)
{
    if (tensor.type().elements() != elements)
        return fail(
            ErrorCode::InvalidInput, "{} has {} elements, {} are needed", what, tensor.type().elements(),
            elements);
    return {};
}

/// Of all weights, in order; at least 1e-5, as Transformers has it. Errors: InvalidInput (one that is not
/// finite).
Result<float> meanMagnitude(const Tensor& latent)
{
    const std::size_t rows = latent.type().rows(), columns = latent.type().columns();
    std::vector<double> sums(rows);
    parallelFor(rows, 16, [&](std::size_t begin, std::size_t end) {
        std::vector<float> row(columns);
        for (std::size_t r = begin; r < end; ++r) {
            latent.decodeRows(r, row);
            for (const float value : row)
                sums[r] += std::fabs(double(value));
        }
    });
    const double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
    if (!std::isfinite(sum))
        return fail(ErrorCode::InvalidInput, "a weight is not finite, so none has a scale");
    return std::max(float(sum / double(std::max<std::size_t>(rows * columns, 1))), 1e-5f);
}

Result<Grid> gridOf(const PackedMatrix& matrix)
{
    using Order = PackedMatrix::Order;
    const std::size_t outputs = matrix.outputs, groups = matrix.groups();
    const bool across = matrix.order == Order::Columns;
    const ternaryCodes::Type* const ternary = ternaryCodes::find(matrix.order);
    std::vector<float> stored;
    Grid grid{std::vector<float>(outputs * groups), {}};
    if (matrix.order == Order::Latent) {
        grid.meanMagnitude = TRY(meanMagnitude(matrix.codes));
        const NumberFormat& format = *matrix.codes.type().format;
        std::vector<std::byte> one(format.blockBytes());
        stored.push_back(grid.meanMagnitude);
        format.encode(stored, one);
        format.decode(one, stored);
    } else if (ternary)
        for (std::size_t o = 0; o < outputs; ++o)
            stored.push_back(ternary->scale(matrix, o));
    else
        stored = matrix.scales.toFloats();
    if (stored.size() != 1 && !ternary)
        TRY_VOID(expect(matrix.scales, outputs * groups, "the tensor of scales"));
    for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t g = 0; g < groups; ++g) {
            const float scale =
                stored.size() == 1 ? stored[0] : stored[across ? g * outputs + o : o * groups + g];
            if (!std::isfinite(scale))
                return fail(ErrorCode::InvalidInput, "the scale of output {}, group {} is {}", o, g, scale);
            grid.scales[o * groups + g] = scale;
        }
    const unsigned middle = 1u << (matrix.bits - 1), mask = (1u << matrix.bits) - 1;
    grid.zeros.assign(outputs * groups, std::uint16_t(middle));
    if (matrix.zeros.isEmpty())
        return grid;
    const auto bytes = matrix.zeros.bytes();
    if (matrix.order == Order::Bytes)
        TRY_VOID(expect(matrix.zeros, outputs * groups, "the tensor of zero points"));
    else
        TRY_VOID(expect(matrix.zeros, wordsFor(outputs, matrix.bits) * groups, "the tensor of zero points"));
    for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t g = 0; g < groups; ++g) {
            unsigned zero = 0;
            if (matrix.order == Order::Bytes)
                zero = (std::to_integer<unsigned>(bytes[o * groups + g]) ^ middle) & mask;
            else if (across)
                zero = fieldAt(bytes.subspan(g * wordsFor(outputs, matrix.bits) * 4), 1, o, matrix.bits);
            else
                zero = fieldAt(bytes.subspan(g * 4), groups, o, matrix.bits);
            grid.zeros[o * groups + g] = std::uint16_t((zero + matrix.zeroOffset) & mask);
        }
    return grid;
}

/// Unsigned codes of one output.
void codesOf(const PackedMatrix& matrix, const Grid& grid, std::size_t output, std::span<std::uint8_t> codes)
{
    const auto bytes = matrix.codes.bytes();
    const std::size_t inputs = matrix.inputs;
    switch (matrix.order) {
    case PackedMatrix::Order::Bytes:
        for (std::size_t i = 0; i < inputs; ++i)
            codes[i] = std::uint8_t(std::to_integer<unsigned>(bytes[output * inputs + i]) ^ 0x80u);
        return;
    case PackedMatrix::Order::Rows: {
        const auto row = bytes.subspan(output * wordsFor(inputs, matrix.bits) * 4);
        for (std::size_t i = 0; i < inputs; ++i)
            codes[i] = std::uint8_t(fieldAt(row, 1, i, matrix.bits));
        return;
    }
    case PackedMatrix::Order::Columns: {
        const auto column = bytes.subspan(output * 4);
        for (std::size_t i = 0; i < inputs; ++i)
            codes[i] = std::uint8_t(fieldAt(column, matrix.outputs, i, matrix.bits));
        return;
    }
    case PackedMatrix::Order::Latent: {
        std::vector<float> weights(inputs);
        matrix.codes.decodeRows(output, weights);
        const float perScale = 1 / grid.meanMagnitude;
        for (std::size_t i = 0; i < inputs; ++i)
            codes[i] = std::uint8_t(2 + std::clamp(std::nearbyint(weights[i] * perScale), -1.0f, 1.0f));
        return;
    }
    case PackedMatrix::Order::I2S:
    case PackedMatrix::Order::IQ1BN:
    case PackedMatrix::Order::IQ2BN:
    case PackedMatrix::Order::IQ2BNR4:
        ternaryCodes::find(matrix.order)->fields(matrix, output, codes);
        for (std::uint8_t& code : codes)
            ++code; // a weight of 0 is 1 there, 2 here
        return;
    }
}

bool isHalf(float value)
{
    return halfToFloat(floatToHalf(value)) == value;
}

} // namespace

std::size_t PackedMatrix::bytes() const
{
    return codes.bytes().size() + scales.bytes().size() + zeros.bytes().size();
}

Result<NumberFormatPtr> packedFormat(const PackedMatrix& matrix)
{
    if (matrix.bits < 2 || matrix.bits > 8)
        return fail(ErrorCode::Unsupported, "{} bits a weight are outside 2..8", matrix.bits);
    bool asFloats = !matrix.groupOfInput.empty();
    if (matrix.order == PackedMatrix::Order::I2S)
        asFloats = !isHalf(ternaryCodes::find(matrix.order)->scale(matrix, 0));
    else if (!matrix.scales.isEmpty() && matrix.scales.type().format->id() == "f32" && !asFloats)
        for (const float scale : matrix.scales.toFloats())
            asFloats |= !isHalf(scale);
    if (asFloats)
        return parseNumberFormat("f32");
    // A row is one group, or groups divide it; a short row is padded, as the format's last block is.
    const std::size_t group = matrix.group == matrix.inputs ? rowGroup(matrix.inputs) : matrix.group;
    return parseNumberFormat(fmt::format("{}{}g{}", matrix.symmetric ? "int" : "uint", matrix.bits, group));
}

Result<Tensor> unpack(const PackedMatrix& matrix)
{
    const bool isAnElementEach =
        matrix.order == PackedMatrix::Order::Bytes || matrix.order == PackedMatrix::Order::Latent;
    const ternaryCodes::Type* const ternary = ternaryCodes::find(matrix.order);
    if (!ternary) // else made by matrixOf(), which checks
        TRY_VOID(expect(
            matrix.codes,
            matrix.outputs * (isAnElementEach ? matrix.inputs : wordsFor(matrix.inputs, matrix.bits)),
            "the tensor of codes"));
    const Grid grid = TRY(gridOf(matrix));
    const std::size_t groups = matrix.groups(), inputs = matrix.inputs;
    for (const std::uint32_t group : matrix.groupOfInput)
        if (group >= groups)
            return fail(ErrorCode::InvalidInput, "an input belongs to group {} of {}", group, groups);
    const unsigned middle = 1u << (matrix.bits - 1);
    const bool symmetric = matrix.symmetric;
    const bool packs = matrix.format->id() != "f32" && std::ranges::all_of(grid.scales, isHalf)
        && (!symmetric || std::ranges::all_of(grid.zeros, [&](unsigned zero) { return zero == middle; }));
    const TensorType type{
        packs ? matrix.format : TRY(parseNumberFormat("f32")), {matrix.outputs, matrix.inputs}};
    std::vector<std::byte> bytes(type.bytes());
    const std::size_t rowBytes = type.rowBytes(), blockBytes = type.format->blockBytes();
    const auto floatRow = [&](std::size_t o, std::span<const std::uint8_t> codes, std::span<std::byte> row) {
        for (std::size_t i = 0; i < inputs; ++i) {
            const std::size_t g = matrix.groupOfInput.empty() ? i / matrix.group : matrix.groupOfInput[i];
            const float value =
                float(int(codes[i]) - int(grid.zeros[o * groups + g])) * grid.scales[o * groups + g];
            std::memcpy(row.data() + i * sizeof value, &value, sizeof value);
        }
    };
    const auto packedRow = [&](std::size_t o, std::span<const std::uint8_t> codes, std::span<std::byte> row) {
        for (std::size_t g = 0; g < groups; ++g) {
            const std::span<std::byte> block = row.subspan(g * blockBytes, blockBytes);
            const std::uint16_t scale = floatToHalf(grid.scales[o * groups + g]);
            std::memcpy(block.data(), &scale, sizeof scale);
            if (!symmetric)
                block[2] = std::byte(grid.zeros[o * groups + g]);
            const auto fields = block.subspan(symmetric ? 2 : 3);
            const std::size_t first = g * matrix.group, last = std::min(inputs, first + matrix.group);
            for (std::size_t i = first; i < last; ++i)
                storeField(fields, i - first, matrix.bits, symmetric ? codes[i] ^ middle : codes[i]);
        }
    };
    std::atomic<bool> hasNoWeight = false;
    parallelFor(matrix.outputs, 16, [&](std::size_t begin, std::size_t end) {
        std::vector<std::uint8_t> codes(inputs);
        for (std::size_t o = begin; o < end; ++o) {
            codesOf(matrix, grid, o, codes);
            if (ternary && std::ranges::find(codes, 4) != codes.end()) {
                hasNoWeight = true;
                return;
            }
            const std::span<std::byte> row = std::span(bytes).subspan(o * rowBytes, rowBytes);
            packs ? packedRow(o, codes, row) : floatRow(o, codes, row);
        }
    });
    if (hasNoWeight)
        return fail(ErrorCode::InvalidInput, "{} holds the code 3, which means no weight", ternary->name);
    return Tensor::adopt(type, std::move(bytes));
}

std::vector<std::uint32_t> packFields(std::span<const std::uint8_t> fields, unsigned bits)
{
    std::vector<std::uint32_t> words(wordsFor(fields.size(), bits));
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::size_t bit = i * bits;
        const std::uint64_t placed = std::uint64_t(fields[i] & ((1u << bits) - 1)) << bit % 32;
        words[bit / 32] |= std::uint32_t(placed);
        if (bit % 32 + bits > 32)
            words[bit / 32 + 1] |= std::uint32_t(placed >> 32);
    }
    return words;
}

std::vector<std::uint8_t> unpackFields(std::span<const std::uint32_t> words, unsigned bits, std::size_t count)
{
    std::vector<std::uint8_t> fields(count);
    for (std::size_t i = 0; i < count; ++i)
        fields[i] = std::uint8_t(fieldAt(std::as_bytes(words), 1, i, bits));
    return fields;
}

std::vector<std::uint32_t>
packColumns(std::span<const std::uint8_t> fields, std::size_t columns, unsigned bits)
{
    const std::size_t rows = fields.size() / columns;
    std::vector<std::uint32_t> words(wordsFor(rows, bits) * columns);
    for (std::size_t r = 0; r < rows; ++r) {
        const std::size_t bit = r * bits;
        std::uint32_t* const low = words.data() + bit / 32 * columns;
        const bool crosses = bit % 32 + bits > 32;
        for (std::size_t c = 0; c < columns; ++c) {
            const std::uint64_t placed = std::uint64_t(fields[r * columns + c] & ((1u << bits) - 1))
                << bit % 32;
            low[c] |= std::uint32_t(placed);
            if (crosses)
                low[columns + c] |= std::uint32_t(placed >> 32);
        }
    }
    return words;
}

std::optional<IntegerScheme> integerScheme(std::string_view id)
{
    IntegerScheme scheme{.symmetric = !id.starts_with('u')};
    id.remove_prefix(scheme.symmetric ? 0 : 1);
    if (!id.starts_with("int"))
        return std::nullopt;
    const char* const end = id.data() + id.size();
    const auto bits = std::from_chars(id.data() + 3, end, scheme.bits);
    if (bits.ec != std::errc{} || bits.ptr == end || *bits.ptr != 'g')
        return std::nullopt;
    const auto group = std::from_chars(bits.ptr + 1, end, scheme.group);
    if (group.ec != std::errc{} || group.ptr != end) // "int4g64a" has a minimum, no zero point
        return std::nullopt;
    return scheme;
}

IntegerRow takeApart(const Tensor& tensor, const IntegerScheme& scheme, std::size_t index)
{
    const std::size_t columns = tensor.type().columns(), header = scheme.symmetric ? 2 : 3;
    const std::size_t blockBytes = tensor.type().format->blockBytes();
    const auto row = tensor.row(index);
    const unsigned middle = 1u << (scheme.bits - 1);
    IntegerRow parts{std::vector<std::uint8_t>(columns), {}, {}};
    for (std::size_t first = 0; first < columns; first += scheme.group) {
        const auto block = row.subspan(first / scheme.group * blockBytes, blockBytes);
        std::uint16_t scale;
        std::memcpy(&scale, block.data(), sizeof scale);
        parts.scales.push_back(scale);
        parts.zeros.push_back(
            scheme.symmetric ? std::uint8_t(middle) : std::to_integer<std::uint8_t>(block[2]));
        for (std::size_t i = first; i < std::min(columns, first + scheme.group); ++i)
            parts.codes[i] = std::uint8_t(
                loadField(block.subspan(header), i - first, scheme.bits) ^ (scheme.symmetric ? middle : 0));
    }
    return parts;
}

} // namespace tritloom
