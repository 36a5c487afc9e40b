#include "plugins/memory_faults/memory_faults.h"

#include "core/base/half.h"
#include "core/method/usual_parameters.h"
#include "plugins/memory_faults/protected_half.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <set>

namespace tritloom {
namespace {

struct Settings {
    double hard = 0, soft = 0;
    std::size_t block = 8, seeds = 3, chunks = 2;
    bool lossless = false;
    // Nanojoules, example values of an MLC cell: only their ratios enter the shares shown.
    double readSoft = .427, readHard = .579, writeSoft = 1.084, writeHard = 2.653;
};

/// A way to keep the layers: how to store one, and how to read it back after faults.
struct Variant {
    std::string name;
    std::uint64_t bytes = 0;
    PatternCounts patterns{}; ///< of all cells; those that say codings hold 00 or 11
    std::vector<ModelProbe::Losses> losses; ///< by seed

    [[nodiscard]] std::size_t hard() const { return patterns[1] + patterns[2]; }
    [[nodiscard]] std::size_t cells() const { return patterns[0] + hard() + patterns[3]; }
    void count(std::span<const std::uint8_t> stored)
    {
        bytes += stored.size();
        const PatternCounts own = patternsIn(stored);
        for (std::size_t i = 0; i < own.size(); ++i)
            patterns[i] += own[i];
    }
};

/// How far halves are protected.
enum class Protection { None, Backup, Coded };

std::vector<float> halvesBack(std::span<const std::uint16_t> words)
{
    std::vector<float> values;
    values.reserve(words.size());
    for (const std::uint16_t word : words) {
        const float value = halfToFloat(word);
        values.push_back(
            std::isfinite(value) ? value : 0.0f); // a runtime would refuse the file: count it as lost
    }
    return values;
}

std::span<std::uint8_t> bytesOf(std::vector<std::uint16_t>& words)
{
    return {reinterpret_cast<std::uint8_t*>(words.data()), words.size() * 2};
}

std::vector<std::uint16_t> halvesOf(std::span<const float> values, float factor)
{
    std::vector<std::uint16_t> words;
    words.reserve(values.size());
    for (const float value : values)
        words.push_back(
            floatToHalf(factor * std::clamp(std::isfinite(value) ? value : 0.0f, -65504.0f, 65504.0f)));
    return words;
}

/// The parts that say which weights the others are: masks and lists of columns. With one bit of them wrong
/// nothing else fits, so they are kept where the codings of protected halves are, without faults.
std::set<std::size_t> structureOf(const LayerReplacement& replacement)
{
    std::set<std::size_t> parts;
    for (const Node& node : replacement.graph.nodes)
        if (node.op.kind == OpKind::Gather || node.op.kind == OpKind::SparseLinear)
            parts.insert(std::size_t(node.weights.front()));
    return parts;
}

class Lab {
public:
    Lab(ModelProbe& probe, const Settings& settings, const MethodContext& context)
        : m_probe(probe)
        , m_settings(settings)
        , m_context(context)
    {
    }

    Result<std::vector<Variant>> run()
    {
        std::vector<Variant> variants;
        const std::size_t total = 3 + m_probe.candidates().size();
        for (const auto& [name, protection] :
             {std::pair("halves as they are", Protection::None),
              std::pair("halves, signs backed up", Protection::Backup),
              std::pair("halves, protected", Protection::Coded)}) {
            variants.push_back(TRY(halves(name, protection)));
            m_context.progress(double(variants.size()) / double(total));
        }
        for (std::size_t c = 0; c < m_probe.candidates().size(); ++c) {
            variants.push_back(TRY(packed(c)));
            m_context.progress(double(variants.size()) / double(total));
        }
        return variants;
    }

    /// Layers with weights of 2 and more, which are kept smaller by a power of two to be protected.
    [[nodiscard]] std::size_t scaledLayers() const { return m_scaled.size(); }

private:
    Result<void> measure(Variant& variant, const std::vector<ModelProbe::Replaced>& replaced)
    {
        auto losses = m_probe.losses(replaced, m_settings.chunks);
        if (!losses && losses.error().code == ErrorCode::InvalidInput) { // flipped bits left no numbers
            constexpr double lost = std::numeric_limits<double>::infinity();
            losses = ModelProbe::Losses{.negativeLogLikelihood = lost, .divergence = lost};
        }
        variant.losses.push_back(TRY(std::move(losses)));
        return {};
    }

    Result<Variant> halves(std::string name, Protection protection)
    {
        Variant variant{.name = std::move(name)};
        for (std::size_t seed = 0; seed < m_settings.seeds; ++seed) {
            std::vector<ModelProbe::Replaced> replaced;
            for (std::size_t i = 0; i < m_probe.layers().size(); ++i) {
                if (m_context.stop.stop_requested())
                    return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
                const Tensor weights = TRY(m_probe.weights(i));
                std::vector<float> values = weights.toFloats();
                const std::uint64_t own = seed * 7919 + i;
                values = protection == Protection::None
                    ? bare(values, seed == 0 ? &variant : nullptr, own)
                    : kept(values, i, protection, seed == 0 ? &variant : nullptr, own);
                replaced.push_back({i, Tensor::adoptFloats(weights.type().shape, std::move(values))});
            }
            TRY_VOID(measure(variant, replaced));
        }
        return variant;
    }

    void corrupt(std::span<std::uint8_t> bytes, std::uint64_t seed) const
    {
        injectFaults(bytes, m_settings.hard, m_settings.soft, seed);
    }

    /// What is read of values that are stored as halves. counts: null when they were counted before.
    std::vector<float> bare(std::span<const float> values, Variant* counts, std::uint64_t seed) const
    {
        std::vector<std::uint16_t> words = halvesOf(values, 1);
        if (counts != nullptr)
            counts->count(bytesOf(words));
        corrupt(bytesOf(words), seed);
        return halvesBack(words);
    }

    std::vector<float> kept(
        std::span<const float> values, std::size_t layer, Protection protection, Variant* counts,
        std::uint64_t seed)
    {
        // Rounded to a half first: 1.9998 is 2 there.
        float factor = 1;
        std::vector<std::uint16_t> words = halvesOf(values, factor);
        while (!std::ranges::all_of(words, canBackUp)) {
            factor /= 2;
            words = halvesOf(values, factor);
        }
        if (factor != 1)
            m_scaled.insert(layer);
        ProtectedWords stored;
        if (protection == Protection::Coded)
            stored = protect(words, m_settings.block, m_settings.lossless);
        else
            std::ranges::transform(words, std::back_inserter(stored.words), backedUp);
        if (counts != nullptr) {
            counts->count(bytesOf(stored.words));
            counts->bytes += (stored.codings.size() + 3) / 4 + (factor != 1 ? 1 : 0);
            counts->patterns[0] += stored.codings.size();
        }
        corrupt(bytesOf(stored.words), seed);
        for (std::size_t w = 0; w < words.size(); ++w)
            words[w] = decoded(
                stored.words[w],
                stored.codings.empty() ? Coding::NoChange : stored.codings[w / m_settings.block]);
        std::vector<float> read = halvesBack(words);
        for (float& value : read)
            value /= factor;
        return read;
    }

    /// A stored tensor as it is read after faults.
    Tensor corrupted(const Tensor& stored, Variant* counts, std::uint64_t seed, bool hasFaults) const
    {
        std::vector<std::uint8_t> bytes(stored.bytes().size());
        std::memcpy(bytes.data(), stored.bytes().data(), bytes.size());
        if (counts != nullptr)
            counts->count(bytes);
        if (hasFaults)
            corrupt(bytes, seed);
        std::vector<std::byte> read(bytes.size());
        std::memcpy(read.data(), bytes.data(), bytes.size());
        return Tensor::adopt(stored.type(), std::move(read));
    }

    Result<Variant> packed(std::size_t candidate)
    {
        const CandidateInfo& info = m_probe.candidates()[candidate];
        Variant variant{.name = info.method == "rtn" ? info.format : info.format + " " + info.method};
        for (std::size_t seed = 0; seed < m_settings.seeds; ++seed) {
            std::vector<ModelProbe::Replaced> replaced;
            for (std::size_t i = 0; i < m_probe.layers().size(); ++i) {
                if (m_context.stop.stop_requested())
                    return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
                Variant* const counts = seed == 0 ? &variant : nullptr;
                const std::uint64_t own = seed * 7919 + i;
                const CompressedLayer made = TRY(m_probe.layerAs(i, candidate));
                std::vector<float> values;
                if (made.isReplacement()) {
                    LayerReplacement read = *made.replacement();
                    const std::set<std::size_t> structure = structureOf(read);
                    for (std::size_t p = 0; p < read.parts.size(); ++p)
                        if (!read.parts[p].isShared) // the base of a delta lies in a memory of its own
                            read.parts[p].tensor = corrupted(
                                read.parts[p].tensor, counts, own + (p << 40), !structure.contains(p));
                    values = TRY(denseWeights(read)).toFloats();
                } else {
                    values = corrupted(made.tensor(), counts, own, true).toFloats();
                }
                for (float& value : values)
                    value = std::isfinite(value) ? value : 0.0f;
                const ModelProbe::LayerFacts& facts = m_probe.layers()[i];
                replaced.push_back({i, Tensor::adoptFloats({facts.rows, facts.columns}, std::move(values))});
            }
            TRY_VOID(measure(variant, replaced));
        }
        return variant;
    }

    ModelProbe& m_probe;
    const Settings& m_settings;
    const MethodContext& m_context;
    std::set<std::size_t> m_scaled; ///< by index
};

std::string share(double part, double whole)
{
    return fmt::format("{:.1f} %", 100 * part / whole);
}

Report::Table patternTable(const std::vector<Variant>& variants)
{
    Report::Table table{"What cells hold", {"stored as", "00", "01", "10", "11"}, {}};
    for (const Variant& v : variants) {
        table.rows.push_back({v.name});
        for (const std::size_t count : v.patterns)
            table.rows.back().push_back(share(double(count), double(v.cells())));
    }
    return table;
}

} // namespace

std::vector<ParameterSpec> MemoryFaults::parameters() const
{
    return {
        {.key = "hard",
         .title = "Faults in cells of 01 and 10",
         .unit = "%",
         .standard = 1.5,
         .lowest = 0,
         .highest = 100},
        {.key = "soft",
         .title = "Faults in cells of 00 and 11",
         .unit = "%",
         .standard = 0,
         .lowest = 0,
         .highest = 100},
        {.key = "block",
         .title = "Halves under one coding",
         .unit = "",
         .standard = 8,
         .lowest = 1,
         .highest = 16,
         .whole = true},
        switchParameter("lossless", "Without rounding", false),
        {.key = "seeds",
         .title = "Seeds",
         .unit = "",
         .standard = 3,
         .lowest = 1,
         .highest = 100,
         .whole = true},
        chunksParameter(2),
        {.key = "read_soft",
         .title = "Reading a cell of 00 or 11",
         .unit = "nJ",
         .standard = Settings{}.readSoft,
         .lowest = 1e-6,
         .highest = 1e6},
        {.key = "read_hard",
         .title = "Reading a cell of 01 or 10",
         .unit = "nJ",
         .standard = Settings{}.readHard,
         .lowest = 1e-6,
         .highest = 1e6},
        {.key = "write_soft",
         .title = "Writing a cell of 00 or 11",
         .unit = "nJ",
         .standard = Settings{}.writeSoft,
         .lowest = 1e-6,
         .highest = 1e6},
        {.key = "write_hard",
         .title = "Writing a cell of 01 or 10",
         .unit = "nJ",
         .standard = Settings{}.writeHard,
         .lowest = 1e-6,
         .highest = 1e6}};
}

Result<Report>
MemoryFaults::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    Settings settings;
    settings.hard = TRY(parameterValue(specs, given, "hard")) / 100;
    settings.soft = TRY(parameterValue(specs, given, "soft")) / 100;
    settings.block = std::size_t(TRY(parameterValue(specs, given, "block")));
    settings.lossless = TRY(parameterValue(specs, given, "lossless")) != 0;
    settings.seeds = std::size_t(TRY(parameterValue(specs, given, "seeds")));
    settings.chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    settings.readSoft = TRY(parameterValue(specs, given, "read_soft"));
    settings.readHard = TRY(parameterValue(specs, given, "read_hard"));
    settings.writeSoft = TRY(parameterValue(specs, given, "write_soft"));
    settings.writeHard = TRY(parameterValue(specs, given, "write_hard"));
    if (probe->graph() == nullptr)
        return fail(ErrorCode::Unsupported, "faults are judged by running the model, which cannot be run");
    const double original = TRY(probe->losses({}, settings.chunks)).negativeLogLikelihood;
    Lab lab(*probe, settings, context);
    const std::vector<Variant> variants = TRY(lab.run());

    Report report{.title = "Memory faults", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        fmt::format(
            "Each cell of two bits that holds 01 or 10 flips one of them with probability {:.3g} %, the "
            "others with {:.3g} %; "
            "{} seeds. Perplexity without faults: {:.4f}.",
            100 * settings.hard, 100 * settings.soft, settings.seeds, std::exp(original)),
        "Protection copies the sign into bit 14, which halves below 2 never set, and codes blocks so that "
        "few cells are "
        "hard; a read can then never be 2 or more. The standard energies are of an example cell: compare, do "
        "not quote.",
        "The paper's abstract calls what it copies the most significant bit; we take it for the sign, which "
        "shares a cell with the free bit. Other formats have no such bit and are given faults alone.",
        "Codings, masks and lists of columns are kept without faults: with one bit of them wrong nothing else "
        "fits. Weights that were no longer finite were counted as 0."};
    if (lab.scaledLayers() > 0)
        report.paragraphs.push_back(fmt::format(
            "{} of {} layers have weights of 2 or more and are protected smaller by a power of two.",
            lab.scaledLayers(), probe->layers().size()));
    Report::Table table{
        "Storage, energy and loss",
        {"stored as", "megabytes", "hard cells", "read energy", "write energy", "perplexity", "spread",
         "divergence"},
        {}};
    const auto energy = [](const Variant& v, double soft, double hard) {
        return double(v.cells() - v.hard()) * soft + double(v.hard()) * hard;
    };
    const double readBase = energy(variants[0], settings.readSoft, settings.readHard),
                 writeBase = energy(variants[0], settings.writeSoft, settings.writeHard);
    for (const Variant& v : variants) {
        double mean = 0, square = 0, divergence = 0;
        for (const auto& loss : v.losses) {
            mean += loss.negativeLogLikelihood / double(v.losses.size());
            divergence += loss.divergence / double(v.losses.size());
        }
        for (const auto& loss : v.losses)
            square += std::pow(loss.negativeLogLikelihood - mean, 2) / double(v.losses.size());
        table.rows.push_back(
            {v.name, fmt::format("{:.2f}", double(v.bytes) / 1e6), share(double(v.hard()), double(v.cells())),
             share(energy(v, settings.readSoft, settings.readHard), readBase),
             share(energy(v, settings.writeSoft, settings.writeHard), writeBase),
             !std::isfinite(mean)       ? "overflows"
                 : mean > std::log(1e6) ? "over 1000000"
                                        : fmt::format("{:.4g}", std::exp(mean)),
             std::isfinite(square) ? fmt::format("{:.3g}", std::sqrt(square)) : "",
             std::isfinite(divergence) ? fmt::format("{:.4g}", divergence) : ""});
    }
    report.tables.push_back(std::move(table));
    report.tables.push_back(patternTable(variants));
    return report;
}

} // namespace tritloom
