#pragma once

#include "core/method/layer_method.h"

#include <functional>
#include <span>

namespace tritloom {

/// Writes one row: values [columns], packed [rowBytes]. Called from many threads.
using RowPacker =
    std::function<void(std::size_t row, std::span<const float> values, std::span<std::byte> packed)>;

/// A tensor of the same shape, each row by `pack`, rows in parallel. Reports progress from the calling
/// thread. Errors: Cancelled; what `pack` wrote until then is dropped, so it may return early once stop is
/// requested.
[[nodiscard]] Result<Tensor> packRows(
    const Tensor& weights, const NumberFormatPtr& format, const MethodContext& context,
    const RowPacker& pack);

/// NumberFormat::encode() over the blocks of a row, the last one padded with zeros.
void encodeRow(
    const NumberFormat& format, std::span<const float> values, std::span<std::byte> packed,
    std::stop_token stop);

/// NumberFormat::fit() over the blocks of a row. importance: [columns], or empty for equal importance.
void fitRow(
    const NumberFormat& format, std::span<const float> values, std::span<const float> importance,
    std::span<std::byte> packed, std::stop_token stop);

/// packRows() by fitRow() where `search`, by encodeRow() otherwise. importance: as for fitRow().
[[nodiscard]] Result<Tensor> packByFormat(
    const Tensor& weights, const NumberFormatPtr& format, std::span<const float> importance, bool search,
    const MethodContext& context);

/// values [rows, columns] by the plain encoder of the format, rows one after the other: factors, indices,
/// signs of a replacement.
[[nodiscard]] Tensor encodedAs(std::string_view formatId, Shape shape, std::span<const float> values);

/// The statistic `name` as floats. Errors: InvalidInput when it is absent, of another size, or not finite.
[[nodiscard]] Result<std::vector<float>>
requiredStatistic(const std::optional<Tensor>& statistic, std::size_t elements, std::string_view name);

} // namespace tritloom
