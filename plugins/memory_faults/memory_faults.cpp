#include "plugins/memory_faults/memory_faults.h"

#include "core/base/half.h"
#include "core/method/usual_parameters.h"
#include "plugins/memory_faults/protected_half.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

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
    std::size_t cells = 0, hard = 0;
    std::vector<ModelProbe::Losses> losses; ///< by seed
};

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

void corrupt(std::vector<std::uint16_t>& words, const Settings& settings, std::uint64_t seed)
{
    injectFaults(
        {reinterpret_cast<std::uint8_t*>(words.data()), words.size() * 2}, settings.hard, settings.soft,
        seed);
}

std::size_t hardIn(const std::vector<std::uint16_t>& words)
{
    std::size_t count = 0;
    for (const std::uint16_t word : words)
        count += std::size_t(hardCells(word));
    return count;
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
        const std::size_t total = 2 + m_probe.candidates().size();
        variants.push_back(TRY(halves("halves as they are", false)));
        m_context.progress(1.0 / double(total));
        variants.push_back(TRY(halves("halves, protected", true)));
        m_context.progress(2.0 / double(total));
        for (std::size_t c = 0; c < m_probe.candidates().size(); ++c) {
            variants.push_back(TRY(packed(c)));
            m_context.progress(double(c + 3) / double(total));
        }
        return variants;
    }

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

    Result<Variant> halves(std::string name, bool isProtected)
    {
        Variant variant{std::move(name), 0, 0, 0, {}};
        for (std::size_t seed = 0; seed < m_settings.seeds; ++seed) {
            std::vector<ModelProbe::Replaced> replaced;
            for (std::size_t i = 0; i < m_probe.layers().size(); ++i) {
                if (m_context.stop.stop_requested())
                    return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
                const Tensor weights = TRY(m_probe.weights(i));
                std::vector<std::uint16_t> words;
                for (const float value : weights.toFloats())
                    words.push_back(
                        floatToHalf(std::clamp(std::isfinite(value) ? value : 0.0f, -65504.0f, 65504.0f)));
                const bool fits = std::ranges::all_of(words, canBackUp);
                const std::uint64_t own = seed * 7919 + i;
                if (isProtected && fits) {
                    ProtectedWords kept = protect(words, m_settings.block, m_settings.lossless);
                    count(variant, seed, kept.words, kept.codings.size());
                    corrupt(kept.words, m_settings, own);
                    for (std::size_t w = 0; w < words.size(); ++w)
                        words[w] = decoded(kept.words[w], kept.codings[w / m_settings.block]);
                } else {
                    count(variant, seed, words, 0);
                    corrupt(words, m_settings, own);
                }
                replaced.push_back({i, Tensor::adoptFloats(weights.type().shape, halvesBack(words))});
            }
            TRY_VOID(measure(variant, replaced));
        }
        return variant;
    }

    static void
    count(Variant& variant, std::size_t seed, const std::vector<std::uint16_t>& words, std::size_t codings)
    {
        if (seed != 0)
            return; // the same for every seed
        variant.bytes += 2 * words.size() + (codings + 3) / 4;
        variant.cells += 8 * words.size() + codings;
        variant.hard += hardIn(words);
    }

    Result<Variant> packed(std::size_t candidate)
    {
        const CandidateInfo& info = m_probe.candidates()[candidate];
        Variant variant{info.format, 0, 0, 0, {}};
        for (std::size_t seed = 0; seed < m_settings.seeds; ++seed) {
            std::vector<ModelProbe::Replaced> replaced;
            for (std::size_t i = 0; i < m_probe.layers().size(); ++i) {
                if (m_context.stop.stop_requested())
                    return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
                const Tensor made = TRY(m_probe.compressed(i, candidate));
                std::vector<std::uint8_t> bytes(made.bytes().size());
                std::memcpy(bytes.data(), made.bytes().data(), bytes.size());
                if (seed == 0) {
                    variant.bytes += bytes.size();
                    variant.cells += 4 * bytes.size();
                    variant.hard += hardCellsIn(bytes);
                }
                injectFaults(bytes, m_settings.hard, m_settings.soft, seed * 7919 + i);
                std::vector<std::byte> stored(bytes.size());
                std::memcpy(stored.data(), bytes.data(), bytes.size());
                std::vector<float> values = Tensor::adopt(made.type(), std::move(stored)).toFloats();
                for (float& value : values)
                    value = std::isfinite(value) ? value : 0.0f;
                replaced.push_back({i, Tensor::adoptFloats(made.type().shape, std::move(values))});
            }
            TRY_VOID(measure(variant, replaced));
        }
        return variant;
    }

    ModelProbe& m_probe;
    const Settings& m_settings;
    const MethodContext& m_context;
};

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
    const std::vector<Variant> variants = TRY(Lab(*probe, settings, context).run());

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
        "Weights that were no longer finite were counted as 0."};
    Report::Table table{
        "Storage, energy and loss",
        {"stored as", "megabytes", "hard cells", "read energy", "write energy", "perplexity", "spread",
         "divergence"},
        {}};
    const auto energy = [](const Variant& v, double soft, double hard) {
        return double(v.cells - v.hard) * soft + double(v.hard) * hard;
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
        const auto share = [](double part, double whole) {
            return fmt::format("{:.1f} %", 100 * part / whole);
        };
        table.rows.push_back(
            {v.name, fmt::format("{:.2f}", double(v.bytes) / 1e6), share(double(v.hard), double(v.cells)),
             share(energy(v, settings.readSoft, settings.readHard), readBase),
             share(energy(v, settings.writeSoft, settings.writeHard), writeBase),
             !std::isfinite(mean)       ? "overflows"
                 : mean > std::log(1e6) ? "over 1000000"
                                        : fmt::format("{:.4g}", std::exp(mean)),
             std::isfinite(square) ? fmt::format("{:.3g}", std::sqrt(square)) : "",
             std::isfinite(divergence) ? fmt::format("{:.4g}", divergence) : ""});
    }
    report.tables.push_back(std::move(table));
    return report;
}

} // namespace tritloom
