#include "core/method/proxy_search.h"

#include "core/method/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <random>
#include <set>

namespace tritloom {
namespace {

constexpr std::size_t populationSize = 20, tournamentSize = 5, earlyRows = 5, longestChain = 3;

std::size_t below(std::mt19937_64& random, std::size_t count)
{
    return std::size_t(random() % count);
}

/// How often an operation was in a program that took part, of how often it was drawn.
struct Luck {
    explicit Luck(std::size_t count)
        : good(count, 1)
        , drawn(count, 2)
    {
    }
    std::vector<double> good, drawn;

    std::size_t draw(std::mt19937_64& random) const
    {
        double total = 0;
        for (std::size_t i = 0; i < good.size(); ++i)
            total += good[i] / drawn[i];
        double place = total * double(random() >> 11) * 0x1p-53;
        for (std::size_t i = 0; i + 1 < good.size(); ++i) {
            place -= good[i] / drawn[i];
            if (place < 0)
                return i;
        }
        return good.size() - 1;
    }
    void count(std::size_t i, bool isGood)
    {
        drawn[i] += 1;
        good[i] += isGood ? 1 : 0;
    }
};

struct Operations {
    Luck unaries{proxyUnaries}, binaries{proxyBinaries}, scalars{proxyScalars};

    void count(const ProxyProgram& program, bool isGood)
    {
        for (const ProxyBranch* branch : {&program.first, program.second ? &*program.second : nullptr})
            if (branch != nullptr)
                for (const ProxyUnary unary : branch->chain)
                    unaries.count(std::size_t(unary), isGood);
        if (program.second)
            binaries.count(std::size_t(program.binary), isGood);
        scalars.count(std::size_t(program.scalar), isGood);
    }

    ProxyBranch branch(std::mt19937_64& random) const
    {
        ProxyBranch made{ProxyTerminal(below(random, proxyTerminals)), {}};
        for (std::size_t length = below(random, longestChain + 1); length > 0; --length)
            made.chain.push_back(ProxyUnary(unaries.draw(random)));
        return made;
    }

    ProxyProgram program(std::mt19937_64& random) const
    {
        ProxyProgram made{branch(random), {}, {}, {}, below(random, 2) != 0};
        if (below(random, 3) != 0)
            made.second = branch(random);
        made.binary = ProxyBinary(binaries.draw(random));
        made.scalar = ProxyScalar(scalars.draw(random));
        return made;
    }

    void mutate(ProxyProgram& program, std::mt19937_64& random) const
    {
        ProxyBranch& changed = program.second && below(random, 2) != 0 ? *program.second : program.first;
        switch (below(random, 7)) {
        case 0:
            changed.terminal = ProxyTerminal(below(random, proxyTerminals));
            break;
        case 1:
            if (changed.chain.size() < longestChain)
                changed.chain.push_back(ProxyUnary(unaries.draw(random)));
            break;
        case 2:
            if (!changed.chain.empty())
                changed.chain.erase(
                    changed.chain.begin() + std::ptrdiff_t(below(random, changed.chain.size())));
            break;
        case 3:
            if (!changed.chain.empty())
                changed.chain[below(random, changed.chain.size())] = ProxyUnary(unaries.draw(random));
            break;
        case 4:
            if (program.second && below(random, 2) != 0)
                program.second.reset();
            else if (!program.second)
                program.second = branch(random);
            program.binary = ProxyBinary(binaries.draw(random));
            break;
        case 5:
            program.scalar = ProxyScalar(scalars.draw(random));
            break;
        default:
            program.isLogarithmic = !program.isLogarithmic;
        }
    }
};

ProxySample randomSample(unsigned seed)
{
    std::mt19937_64 random(seed);
    ProxySample sample;
    for (std::size_t t = 0; t < proxyTerminals; ++t)
        for (std::size_t i = 0; i < 16; ++i) {
            const double value = double(random() >> 11) * 0x1p-52 - 1;
            sample.values[t].push_back(t == 0 ? value : std::fabs(value)); // weights alone have signs
        }
    return sample;
}

/// What a program computes, to six digits: equal for programs that compute the same.
std::vector<std::int64_t> traitsOf(const ProxyProgram& program)
{
    static const std::vector<ProxySample> samples{
        randomSample(1), randomSample(2), randomSample(3), randomSample(4)};
    std::vector<std::int64_t> traits{program.isLogarithmic ? 1 : 0};
    for (const ProxySample& sample : samples) {
        const double value = valueOf(program, sample);
        int exponent = 0;
        const double fraction = std::isfinite(value) ? std::frexp(value, &exponent) : 2.0;
        traits.push_back(std::llround(fraction * 1e6));
        traits.push_back(exponent);
    }
    return traits;
}

/// rho of the first `rows` configurations; NaN where the scores are no numbers or all the same.
double correlationOf(const std::vector<double>& scores, const ProxyTable& table, std::size_t rows)
{
    const auto few = std::span(scores).first(rows);
    const bool works = std::all_of(few.begin(), few.end(), [](double score) { return std::isfinite(score); });
    if (!works || std::all_of(few.begin(), few.end(), [&](double score) { return score == few[0]; }))
        return std::numeric_limits<double>::quiet_NaN();
    return spearman(few, std::span(table.quality).first(rows));
}

struct Member {
    ProxyProgram program;
    double correlation = 0;
};

class Evolution {
public:
    Evolution(
        std::span<const ProxySample> layers, const ProxyTable& table, const ProxySearch& search,
        std::uint64_t seed)
        : m_layers(layers)
        , m_table(table)
        , m_search(search)
        , m_random(seed * 7919 + 17)
    {
    }

    Result<ProxyFound> run(const MethodContext& context)
    {
        std::size_t idle = 0;
        m_found.correlation = -2;
        for (std::size_t i = 0; i < m_search.iterations && idle < m_search.patience; ++i) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at program {} of {}", i, m_search.iterations);
            const double before = m_found.correlation;
            step();
            idle = m_found.correlation > before || m_population.size() < populationSize ? 0 : idle + 1;
            context.progress(double(i + 1) / double(m_search.iterations));
        }
        context.progress(1);
        return m_found;
    }

private:
    void step()
    {
        const bool isFirst = m_population.size() < populationSize || m_search.way == ProxySearch::Way::Random;
        const ProxyProgram program = isFirst ? m_operations.program(m_random) : child();
        if (!m_seen.insert(traitsOf(program)).second) {
            ++m_found.equivalent;
            return;
        }
        ++m_found.tried;
        const std::vector<double> scores = scoresOf(program, m_layers, m_table);
        const double early = correlationOf(scores, m_table, earlyRows);
        const double all = correlationOf(scores, m_table, m_table.quality.size());
        const bool isGood = early >= -.2 && std::isfinite(all);
        if (m_search.way == ProxySearch::Way::Evolution)
            m_operations.count(program, isGood);
        if (!isGood) {
            ++m_found.rejected;
            return;
        }
        if (all > m_found.correlation) {
            m_found.correlation = all;
            m_found.program = program;
        }
        m_population.push_back({program, all});
        if (m_population.size() > populationSize)
            m_population.pop_front();
    }

    ProxyProgram child()
    {
        std::vector<const Member*> tournament;
        for (std::size_t i = 0; i < tournamentSize; ++i)
            tournament.push_back(&m_population[below(m_random, m_population.size())]);
        const Member& fittest =
            **std::max_element(tournament.begin(), tournament.end(), [](const Member* a, const Member* b) {
                return a->correlation < b->correlation;
            });
        const Member& other =
            **std::max_element(tournament.begin(), tournament.end(), [&](const Member* a, const Member* b) {
                return distanceBetween(a->program, fittest.program)
                    < distanceBetween(b->program, fittest.program);
            });
        ProxyProgram made = fittest.program;
        const bool isCrossed = below(m_random, 2) != 0;
        if (isCrossed) {
            const ProxyProgram& given = other.program;
            (below(m_random, 2) != 0 && made.second ? *made.second : made.first) =
                given.second && below(m_random, 2) != 0 ? *given.second : given.first;
        }
        if (!isCrossed || below(m_random, 2) != 0)
            m_operations.mutate(made, m_random);
        return made;
    }

    std::span<const ProxySample> m_layers;
    const ProxyTable& m_table;
    ProxySearch m_search;
    std::mt19937_64 m_random;
    Operations m_operations;
    std::deque<Member> m_population; ///< the oldest first
    std::set<std::vector<std::int64_t>> m_seen;
    ProxyFound m_found;
};

} // namespace

std::vector<double>
scoresOf(const ProxyProgram& program, std::span<const ProxySample> layers, const ProxyTable& table)
{
    std::vector<double> worth;
    for (const ProxySample& layer : layers)
        worth.push_back(valueOf(program, layer));
    std::vector<double> scores;
    for (const std::vector<double>& bits : table.bits) {
        double sum = 0;
        for (std::size_t i = 0; i < worth.size(); ++i)
            sum += worth[i] * (program.isLogarithmic ? std::log2(std::max(bits[i], 1e-3)) : bits[i]);
        scores.push_back(sum);
    }
    return scores;
}

bool areEquivalent(const ProxyProgram& a, const ProxyProgram& b)
{
    return traitsOf(a) == traitsOf(b);
}

Result<ProxyFound> searchProxy(
    std::span<const ProxySample> layers, const ProxyTable& table, const ProxySearch& search,
    const MethodContext& context)
{
    if (table.quality.size() < 8 || table.bits.size() != table.quality.size())
        return fail(
            ErrorCode::InvalidInput, "a search needs at least 8 measured configurations, there are {}",
            table.quality.size());
    ProxyFound found = TRY(Evolution(layers, table, search, context.seed).run(context));
    if (found.correlation < -1)
        return fail(ErrorCode::InvalidInput, "none of {} programs ranks these configurations", found.tried);
    return found;
}

double chanceOf(std::size_t rows, std::size_t tries, std::uint64_t seed)
{
    std::mt19937_64 random(seed + 1);
    std::vector<double> order(rows), shuffled(rows);
    std::iota(order.begin(), order.end(), 0.0);
    shuffled = order;
    double sum = 0;
    constexpr int draws = 20;
    for (int draw = 0; draw < draws; ++draw) {
        double best = -1;
        for (std::size_t i = 0; i < tries; ++i) {
            for (std::size_t k = rows; k > 1; --k)
                std::swap(shuffled[k - 1], shuffled[below(random, k)]);
            best = std::max(best, spearman(order, shuffled));
        }
        sum += best / draws;
    }
    return sum;
}

} // namespace tritloom
