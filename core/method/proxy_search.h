#pragma once

#include "core/method/layer_method.h"
#include "core/method/proxy_program.h"

namespace tritloom {

/// Measured configurations.
struct ProxyTable {
    std::vector<std::vector<double>> bits; ///< [configuration][layer], stored bits a weight
    std::vector<double> quality; ///< [configuration], more is better
};

/// What a program says of each configuration of the table. layers: a sample of each.
[[nodiscard]] std::vector<double>
scoresOf(const ProxyProgram& program, std::span<const ProxySample> layers, const ProxyTable& table);

struct ProxySearch {
    enum class Way { Evolution, Random };
    Way way = Way::Evolution;
    std::size_t iterations = 1000;
    std::size_t patience = 200; ///< iterations without gain before it ends
};
struct ProxyFound {
    ProxyProgram program;
    double correlation = 0; ///< Spearman's rho on the table that it was searched on: too good, see chanceOf()
    std::size_t tried = 0, equivalent = 0, rejected = 0;
};

/// The program whose scores rank the table best (EMQ, arXiv 2307.10554): 20 random programs; each step a
/// tournament of five gives the fittest and the one least like it, which are crossed and mutated; what
/// computes the same as a program seen, or fails on five rows, is dropped; operations that were worth it are
/// drawn more often; the oldest program leaves. Equal arguments, equal program. Errors: InvalidInput (fewer
/// than 8 rows), Cancelled.
[[nodiscard]] Result<ProxyFound> searchProxy(
    std::span<const ProxySample> layers, const ProxyTable& table, const ProxySearch& search,
    const MethodContext& context);

/// The rho that the best of `tries` random orders of `rows` configurations reaches, mean of 20 draws.
[[nodiscard]] double chanceOf(std::size_t rows, std::size_t tries, std::uint64_t seed);

/// Whether two programs give the same on fixed random tensors.
[[nodiscard]] bool areEquivalent(const ProxyProgram& a, const ProxyProgram& b);

} // namespace tritloom
