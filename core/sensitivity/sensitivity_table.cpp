#include "core/sensitivity/sensitivity_table.h"

#include "core/base/parallel.h"
#include "core/sensitivity/weighed_cost.h"
#include "core/sensitivity/wider_options.h"

#include <cmath>
#include <cstring>
#include <utility>

namespace tritloom {
namespace {

/// What is kept of a cell across runs.
struct StoredCell {
    double kl, klStandardError, weightError, activationError;
};

Result<SensitivityCell>
measure(SensitivityCell cell, LayerId layer, DivergenceMeter& meter, std::size_t limit, std::stop_token stop)
{
    Compressor& compressor = meter.compressor();
    const Model& model = compressor.model();
    const CompressedLayer compressed = TRY(compressor.compress(layer, cell.choice, stop));
    std::vector<float> meanSquare;
    if (compressor.statistics() != nullptr)
        meanSquare =
            TRY(compressor.statistics()->of(layer, Calibration::MeanSquare, stop)).meanSquare.toFloats();
    const LocalError local = localError(
        TRY(materialise(model.tensor(model.layer(layer).tensor))), TRY(compressed.dense()), meanSquare);
    cell.bytes = compressed.bytes();
    cell.weightError = local.weight;
    cell.activationError = local.activation;
    Allocation allocation = model.original();
    allocation[layer] = cell.choice;
    cell.kl = TRY(meter.divergence(allocation, limit, stop));
    if (!std::isfinite(cell.kl.value))
        return fail(
            ErrorCode::InvalidInput, "{} as {}: the divergence is not finite", model.layer(layer).name,
            cell.choice.format);
    cell.known = true;
    return cell;
}

Key keyOfCell(DivergenceMeter& meter, LayerId layer, const SensitivityCell& cell, std::size_t limit)
{
    return keyOf(
        "sensitivity", meter.compressor().keyOfChoice(layer, cell.choice), meter.dataKey(limit),
        meter.backendNames());
}

bool recallCell(SensitivityCell& cell, const Key& key, ResultStore& store)
{
    const auto bytes = store.find(key);
    if (!bytes || bytes->size() != sizeof(StoredCell))
        return false;
    StoredCell stored{};
    std::memcpy(&stored, bytes->data(), sizeof stored);
    if (!std::isfinite(stored.kl)) // nothing that was measured is
        return false;
    cell.kl = {stored.kl, stored.klStandardError};
    cell.weightError = stored.weightError;
    cell.activationError = stored.activationError;
    cell.known = cell.recalled = true;
    return true;
}

struct Problem {
    std::vector<std::vector<std::size_t>> layersOfItem;
    std::vector<Item> items;
    std::vector<std::vector<std::size_t>> candidateOfOption; ///< SIZE_MAX: the current choice
    std::uint64_t otherBytes = 0; ///< norms, biases: what no choice changes
};

Result<Problem> problemOf(
    const Model& model, const SensitivityTable& table, const Allocation& current,
    const AllocationRules& rules)
{
    Problem problem{.layersOfItem = itemsOf(model, rules)};
    problem.otherBytes = model.bytes();
    for (const Layer& layer : model.layers)
        problem.otherBytes -= layer.storedBytes;
    for (const auto& members : problem.layersOfItem) {
        Item item;
        std::vector<std::size_t> candidates;
        if (!rules.pinned.empty() && rules.pinned[members[0]]) {
            const LayerChoice& choice = current.layers[members[0]];
            const SensitivityCell* const cell = table.find(LayerId(members[0]), choice);
            item.push_back(
                {cell != nullptr ? cell->bytes : bytesOf(model.layers[members[0]], choice, rules.methods),
                 cell != nullptr && cell->known ? weighedCost(table, LayerId(members[0]), *cell) : 0});
            candidates.push_back(SIZE_MAX);
        } else {
            for (std::size_t c = 0; c < table.candidates.size(); ++c) {
                Option option;
                bool known = true;
                for (const std::size_t layer : members) {
                    const SensitivityCell& cell = table.cells[layer][c];
                    known = known && cell.known && std::isfinite(cell.kl.value);
                    option.bytes += cell.bytes;
                    option.cost += weighedCost(table, LayerId(layer), cell);
                }
                if (known) {
                    item.push_back(option);
                    candidates.push_back(c);
                }
            }
            dropWider(item, candidates, storedBytesOf(model, members));
        }
        if (item.empty())
            return fail(
                ErrorCode::InvalidInput,
                "no format has been measured for {}: run the sensitivity sweep first",
                model.layers[members[0]].name);
        problem.items.push_back(std::move(item));
        problem.candidateOfOption.push_back(std::move(candidates));
    }
    return problem;
}

AllocationResult resultOf(
    const Problem& problem, const SensitivityTable& table, const Allocation& current,
    const FrontierPoint& point)
{
    AllocationResult result{current, point.bytes + problem.otherBytes, point.cost};
    for (std::size_t i = 0; i < problem.items.size(); ++i) {
        const std::size_t candidate = problem.candidateOfOption[i][point.chosen[i]];
        if (candidate != SIZE_MAX)
            for (const std::size_t layer : problem.layersOfItem[i])
                result.allocation.layers[layer] = table.cells[layer][candidate].choice;
    }
    result.predictedKl = table.predictedKl(result.allocation).value_or(point.cost);
    return result;
}

} // namespace

std::vector<std::vector<std::size_t>> itemsOf(const Model& model, const AllocationRules& rules)
{
    std::map<int, std::size_t> itemOfSet;
    std::vector<std::vector<std::size_t>> items;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const int set = model.layers[i].fusedSet;
        const bool pinned = !rules.pinned.empty() && rules.pinned[i];
        if (rules.keepFusedSets && set >= 0 && !pinned) {
            const auto [found, isNew] = itemOfSet.try_emplace(set, items.size());
            if (!isNew) {
                items[found->second].push_back(i);
                continue;
            }
        }
        items.push_back({i});
    }
    return items;
}

std::uint64_t storedBytesOf(const Model& model, std::span<const std::size_t> layers)
{
    std::uint64_t bytes = 0;
    for (const std::size_t layer : layers)
        bytes += model.layers[layer].storedBytes;
    return bytes;
}

std::uint64_t
bytesOf(const SensitivityTable& table, std::span<const std::size_t> layers, std::size_t candidate)
{
    std::uint64_t bytes = 0;
    for (const std::size_t layer : layers)
        bytes += table.cells[layer][candidate].bytes;
    return bytes;
}

const SensitivityCell* SensitivityTable::find(LayerId layer, const LayerChoice& choice) const
{
    if (std::size_t(layer) >= cells.size())
        return nullptr;
    for (const SensitivityCell& cell : cells[std::size_t(layer)])
        if (cell.choice == choice)
            return &cell;
    return nullptr;
}

double SensitivityTable::costOf(LayerId layer, const SensitivityCell& cell) const
{
    const double alone = std::max(0.0, cell.kl.value);
    return company.empty() ? alone : alone * company[std::size_t(layer)];
}

std::optional<double> SensitivityTable::predictedKl(const Allocation& allocation) const
{
    double sum = 0;
    for (std::size_t i = 0; i < allocation.layers.size(); ++i) {
        if (allocation.layers[i].format.empty())
            continue;
        const SensitivityCell* const cell = find(LayerId(i), allocation.layers[i]);
        if (cell == nullptr || !cell->known)
            return std::nullopt;
        sum += costOf(LayerId(i), *cell);
    }
    return sum;
}

std::size_t SensitivityTable::knownCount() const
{
    std::size_t count = 0;
    for (const auto& row : cells)
        for (const SensitivityCell& cell : row)
            count += cell.known ? 1 : 0;
    return count;
}

std::size_t SensitivityTable::cellCount() const
{
    return cells.size() * candidates.size();
}

SensitivityTable
emptyTable(const Model& model, std::vector<Candidate> candidates, const MethodLookup& methods)
{
    SensitivityTable table{.candidates = std::move(candidates), .cells = {}, .company = {}};
    for (const Layer& layer : model.layers) {
        std::vector<SensitivityCell>& row = table.cells.emplace_back();
        for (const Candidate& candidate : table.candidates) {
            SensitivityCell cell;
            cell.choice = choiceFor(layer, candidate);
            cell.bytes = bytesOf(layer, cell.choice, methods);
            row.push_back(std::move(cell));
        }
    }
    return table;
}

Result<void> checkMeasurable(DivergenceMeter& meter, std::stop_token stop)
{
    const Measured own =
        TRY(meter.divergence(meter.compressor().model().original(), 1, std::move(stop)));
    if (!std::isfinite(own.value))
        return fail(
            ErrorCode::InvalidInput,
            "the model's output is not finite, so its weights hold NaN or infinite numbers: 'stats' names the "
            "layer");
    return {};
}

Result<void> sweep(
    SensitivityTable& table, DivergenceMeter& meter, ResultStore* store, std::size_t limit,
    std::stop_token stop, const std::function<void(LayerId, std::size_t, const SensitivityCell&)>& onCell)
{
    bool isChecked = false;
    for (std::size_t layer = 0; layer < table.cells.size(); ++layer) {
        for (std::size_t c = 0; c < table.candidates.size(); ++c) {
            SensitivityCell& cell = table.cells[layer][c];
            if (cell.known)
                continue;
            if (stop.stop_requested())
                return fail(
                    ErrorCode::Cancelled, "cancelled at layer {} of {}", layer + 1, table.cells.size());
            const Key key = keyOfCell(meter, LayerId(layer), cell, limit);
            if (store != nullptr && recallCell(cell, key, *store)) {
                onCell(LayerId(layer), c, cell);
                continue;
            }
            if (!std::exchange(isChecked, true))
                TRY_VOID(checkMeasurable(meter, stop));
            auto measured = measure(cell, LayerId(layer), meter, limit, stop);
            if (measured) {
                cell = std::move(*measured);
                const StoredCell stored{
                    cell.kl.value, cell.kl.standardError, cell.weightError, cell.activationError};
                if (store != nullptr)
                    store->put(key, "sensitivity", std::as_bytes(std::span(&stored, 1)));
            } else if (measured.error().code == ErrorCode::Cancelled) {
                return tl::make_unexpected(measured.error());
            } else {
                cell.failure = measured.error().message;
            }
            onCell(LayerId(layer), c, cell);
        }
    }
    return {};
}

void recall(
    SensitivityTable& table, DivergenceMeter& meter, ResultStore& store, std::size_t limit,
    const std::function<void(LayerId, std::size_t, const SensitivityCell&)>& onCell)
{
    for (std::size_t layer = 0; layer < table.cells.size(); ++layer)
        for (std::size_t c = 0; c < table.candidates.size(); ++c)
            if (SensitivityCell& cell = table.cells[layer][c];
                !cell.known && recallCell(cell, keyOfCell(meter, LayerId(layer), cell, limit), store))
                onCell(LayerId(layer), c, cell);
}

LocalError localError(const Tensor& original, const Tensor& compressed, std::span<const float> meanSquare)
{
    constexpr std::size_t grain = 16;
    const std::size_t rows = original.type().rows(), columns = original.type().columns();
    struct Sums {
        double error = 0, norm = 0, weightedError = 0, weightedNorm = 0;
    };
    std::vector<Sums> parts((rows + grain - 1) / grain);
    parallelFor(rows, grain, [&](std::size_t begin, std::size_t end) {
        std::vector<float> a(columns), b(columns);
        Sums& sums = parts[begin / grain];
        for (std::size_t r = begin; r < end; ++r) {
            original.decodeRows(r, a);
            compressed.decodeRows(r, b);
            for (std::size_t c = 0; c < columns; ++c) {
                const double weight = meanSquare.empty() ? 1 : double(meanSquare[c]);
                const double norm = double(a[c]) * double(a[c]);
                const double error = (double(a[c]) - double(b[c])) * (double(a[c]) - double(b[c]));
                sums.norm += norm;
                sums.error += error;
                sums.weightedNorm += weight * norm;
                sums.weightedError += weight * error;
            }
        }
    });
    Sums total;
    for (const Sums& part : parts) {
        total.error += part.error;
        total.norm += part.norm;
        total.weightedError += part.weightedError;
        total.weightedNorm += part.weightedNorm;
    }
    return {
        total.norm > 0 ? total.error / total.norm : 0,
        total.weightedNorm > 0 ? total.weightedError / total.weightedNorm : 0};
}

Result<AllocationResult> allocate(
    const Model& model, const SensitivityTable& table, const Allocation& current,
    const AllocationRules& rules, std::stop_token stop)
{
    const Problem problem = TRY(problemOf(model, table, current, rules));
    const Frontier frontier = TRY(Frontier::solve(problem.items, std::move(stop)));
    if (rules.budgetBytes <= problem.otherBytes)
        return fail(
            ErrorCode::InvalidInput, "the budget is {} bytes, norms and biases alone have {}",
            rules.budgetBytes, problem.otherBytes);
    auto point = frontier.within(rules.budgetBytes - problem.otherBytes);
    if (!point)
        return fail(
            ErrorCode::InvalidInput, "the budget is {} bytes, the smallest choice has {}", rules.budgetBytes,
            frontier.points(1)[0].bytes + problem.otherBytes);
    return resultOf(problem, table, current, *point);
}

Result<std::vector<AllocationResult>> frontier(
    const Model& model, const SensitivityTable& table, const Allocation& current,
    const AllocationRules& rules, std::size_t count, std::stop_token stop)
{
    const Problem problem = TRY(problemOf(model, table, current, rules));
    const Frontier solved = TRY(Frontier::solve(problem.items, std::move(stop)));
    std::vector<AllocationResult> results;
    for (const FrontierPoint& point : solved.points(count))
        results.push_back(resultOf(problem, table, current, point));
    return results;
}

} // namespace tritloom
