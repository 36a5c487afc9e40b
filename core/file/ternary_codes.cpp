#include "core/file/ternary_codes.h"

#include "core/base/checked.h"
#include "core/base/half.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tritloom::ternaryCodes {
namespace {

constexpr std::size_t block = 64;

template <typename T>
T loadAt(std::span<const std::byte> bytes, std::size_t offset)
{
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::uint8_t pair(std::byte byte, std::size_t shift)
{
    return std::uint8_t(std::to_integer<unsigned>(byte) >> shift & 3u);
}

std::span<const std::byte> rowOf(const PackedMatrix& matrix, std::size_t output)
{
    const Type& type = *find(matrix.order);
    const std::size_t bytes = type.rowHead + matrix.inputs / block * type.blockBytes;
    return matrix.codes.bytes().subspan(output * bytes, bytes);
}

float scaleI2S(const PackedMatrix& matrix, std::size_t)
{
    return loadAt<float>(matrix.codes.bytes(), matrix.outputs * matrix.inputs / 4);
}
void fieldsI2S(const PackedMatrix& matrix, std::size_t output, std::span<std::uint8_t> fields)
{
    const auto row = rowOf(matrix, output);
    for (std::size_t i = 0; i < fields.size(); ++i)
        fields[i] = pair(row[i / 128 * 32 + i % 32], 6 - 2 * (i % 128 / 32));
}

float scaleIQ1BN(const PackedMatrix& matrix, std::size_t output)
{
    return halfToFloat(loadAt<std::uint16_t>(rowOf(matrix, output), 0));
}
void fieldsIQ1BN(const PackedMatrix& matrix, std::size_t output, std::span<std::uint8_t> fields)
{
    static constexpr std::array<unsigned, 5> powers{81, 27, 9, 3, 1};
    const auto digit = [](std::byte byte, std::size_t index) {
        return std::uint8_t((std::to_integer<unsigned>(byte) * powers[index] & 255u) * 3 >> 8);
    };
    const auto row = rowOf(matrix, output).subspan(2);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto bytes = row.subspan(i / block * 13, 13);
        const std::size_t group = i % block / 16, place = i % 16;
        fields[i] = place == 15 ? digit(bytes[12], group) : digit(bytes[3 * group + place / 5], place % 5);
    }
}

float scaleIQ2BN(const PackedMatrix& matrix, std::size_t output)
{
    return loadAt<float>(rowOf(matrix, output), 0);
}
void fieldsIQ2BN(const PackedMatrix& matrix, std::size_t output, std::span<std::uint8_t> fields)
{
    const auto row = rowOf(matrix, output).subspan(4);
    for (std::size_t i = 0; i < fields.size(); ++i)
        fields[i] = pair(row[i / block * 16 + i % 16], i % block / 16 * 2);
}

std::span<const std::byte> fourRows(const PackedMatrix& matrix, std::size_t output)
{
    const std::size_t bytes = 4 * rowOf(matrix, 0).size();
    return matrix.codes.bytes().subspan(output / 4 * bytes, bytes);
}
float scaleIQ2BNR4(const PackedMatrix& matrix, std::size_t output)
{
    return loadAt<float>(fourRows(matrix, output), output % 4 * 4);
}
void fieldsIQ2BNR4(const PackedMatrix& matrix, std::size_t output, std::span<std::uint8_t> fields)
{
    const auto rows = fourRows(matrix, output).subspan(16);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::size_t run = i % block / 16, place = i % 16;
        fields[i] = pair(rows[i / block * 64 + 16 * run + 4 * (output % 4) + place % 4], place / 4 * 2);
    }
}

// The only list of these types.
std::span<const Type> types()
{
    using Order = PackedMatrix::Order;
    static constexpr Type rows[] = {
        {Order::I2S, 36, "I2_S", "bitnet.cpp", 128, 1, 0, 16, 32, scaleI2S, fieldsI2S},
        {Order::IQ1BN, 134, "IQ1_BN", "ik_llama.cpp", block, 1, 2, 13, 0, scaleIQ1BN, fieldsIQ1BN},
        {Order::IQ2BN, 135, "IQ2_BN", "ik_llama.cpp", block, 1, 4, 16, 0, scaleIQ2BN, fieldsIQ2BN},
        {Order::IQ2BNR4, 335, "IQ2_BN_R4", "ik_llama.cpp", block, 4, 4, 16, 0, scaleIQ2BNR4, fieldsIQ2BNR4},
    };
    return rows;
}

} // namespace

const Type* find(std::uint32_t id)
{
    const auto at = std::ranges::find(types(), id, &Type::id);
    return at == types().end() ? nullptr : &*at;
}

const Type* find(PackedMatrix::Order order)
{
    const auto at = std::ranges::find(types(), order, &Type::order);
    return at == types().end() ? nullptr : &*at;
}

std::optional<std::uint64_t> bytesOf(const Type& type, std::size_t outputs, std::size_t inputs)
{
    const auto blocks = checkedMultiply(inputs / block, type.blockBytes);
    const auto row = blocks ? checkedAdd(*blocks, type.rowHead) : std::nullopt;
    const auto rows = row ? checkedMultiply(*row, outputs) : std::nullopt;
    return rows ? checkedAdd(*rows, type.tail) : std::nullopt;
}

Result<std::shared_ptr<const PackedMatrix>> matrixOf(
    const Type& type, std::size_t outputs, std::size_t inputs, std::span<const std::byte> bytes,
    std::shared_ptr<const void> owner)
{
    const auto size = bytesOf(type, outputs, inputs);
    if (!size || bytes.size() < *size)
        return fail(
            ErrorCode::InvalidInput, "{} bytes are no matrix of {} x {} in {}", bytes.size(), outputs, inputs,
            type.name);
    PackedMatrix matrix{
        .order = type.order, .bits = 2, .outputs = outputs, .inputs = inputs, .group = inputs};
    const auto codes = bytes.first(std::size_t(*size));
    matrix.codes = Tensor({TRY(parseNumberFormat("i8")), {codes.size()}}, codes, std::move(owner));
    matrix.format = TRY(packedFormat(matrix));
    return std::make_shared<const PackedMatrix>(std::move(matrix));
}

} // namespace tritloom::ternaryCodes
