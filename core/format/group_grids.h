#pragma once

#include "core/format/number_format.h"

namespace tritloom {

/// A format in which each group of levelRun() elements has taken one of a few grids and stores which one.
/// Implemented beside NumberFormat; immutable, shared between threads.
class GroupGrids {
public:
    enum class Kind { SpecialLevel, Bits };
    virtual ~GroupGrids() = default;
    /// What grids differ by.
    [[nodiscard]] virtual Kind gridKind() const = 0;
    /// Of every grid its special level, as the paper numbers it, or the bits of its codes.
    [[nodiscard]] virtual std::vector<double> grids() const = 0;
    /// The grid of an element of one block, an index into grids().
    [[nodiscard]] virtual std::size_t
    gridOf(std::span<const std::byte> packed, std::size_t element) const = 0;
};

} // namespace tritloom
