#include "app/session/comparison.h"

#include "app/session/written_formats.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <set>
#include <utility>

namespace tritloom {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t mostNamed = 3; ///< formats of a method, in a sentence

/// What is kept of a row across runs; its numbers follow.
struct StoredRow {
    std::uint64_t samples, bytes, baseBytes, numbers;
    double bitsPerWeight, compressSeconds, evaluateSeconds;
};

Key keyOfRow(const ComparisonRow& row, ComparisonMeter& meter)
{
    DivergenceMeter& session = meter.session();
    Key key = keyOf("comparison 4", keyOf(session.dataKey(0), session.backendNames()));
    for (std::size_t i = 0; i < row.allocation.layers.size(); ++i)
        key = keyOf(key, session.compressor().keyOfChoice(LayerId(i), row.allocation.layers[i]));
    // Accuracy and quality are beside what the pictures are said to be.
    if (const auto* const pictures = dynamic_cast<const PictureSession*>(&session))
        for (const PictureSample& sample : pictures->samples())
            key = keyOf(
                key, std::uint64_t(sample.label ? std::size_t(*sample.label) + 1 : 0),
                std::as_bytes(std::span(sample.target.values)));
    return key;
}

void noteBase(ComparisonRow& row)
{
    if (row.baseBytes > 0)
        row.note += fmt::format(
            "{}differences only: the {} bytes of the base are needed beside them",
            row.note.empty() ? "" : "; ", row.baseBytes);
}

bool recall(ComparisonRow& row, ResultStore& store, const Key& key, std::size_t numbers)
{
    const auto bytes = store.find(key);
    StoredRow stored{};
    if (!bytes || bytes->size() < sizeof stored)
        return false;
    std::memcpy(&stored, bytes->data(), sizeof stored);
    if (stored.numbers != numbers || bytes->size() != sizeof stored + numbers * sizeof(Measured))
        return false;
    row.numbers.resize(stored.numbers);
    std::memcpy(row.numbers.data(), bytes->data() + sizeof stored, stored.numbers * sizeof(Measured));
    row.samples = stored.samples;
    row.bytes = stored.bytes;
    row.baseBytes = stored.baseBytes;
    row.bitsPerWeight = stored.bitsPerWeight;
    row.compressSeconds = stored.compressSeconds;
    row.evaluateSeconds = stored.evaluateSeconds;
    row.isDone = true;
    noteBase(row);
    return true;
}

void keep(const ComparisonRow& row, ResultStore& store, const Key& key)
{
    const StoredRow stored{row.samples,       row.bytes,           row.baseBytes,      row.numbers.size(),
                           row.bitsPerWeight, row.compressSeconds, row.evaluateSeconds};
    std::vector<std::byte> bytes(sizeof stored + row.numbers.size() * sizeof(Measured));
    std::memcpy(bytes.data(), &stored, sizeof stored);
    std::memcpy(bytes.data() + sizeof stored, row.numbers.data(), row.numbers.size() * sizeof(Measured));
    store.put(key, "comparison", bytes);
}

Result<void> fill(
    ComparisonRow& row, ComparisonMeter& meter, std::stop_token stop,
    const std::function<void(double)>& progress)
{
    Compressor& compressor = meter.session().compressor();
    const Model& model = compressor.model();
    // Means over the calibration data are gathered once for all rows: by no row's clock.
    if (const LayerMethod* const method = compressor.methods()(row.candidate.method);
        method != nullptr && compressor.statistics() != nullptr && !model.layers.empty()
        && method->calibration() != Calibration::None)
        (void)TRY(compressor.statistics()->of(LayerId(0), method->calibration(), stop));
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        compressor.forget(LayerId(i), row.allocation.layers[i]);
    const Clock::time_point begin = Clock::now();
    std::uint64_t others = model.bytes(), bytes = 0, parameters = 0;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const CompressedLayer made = TRY(compressor.compress(LayerId(i), row.allocation.layers[i], stop));
        others -= model.layers[i].storedBytes;
        bytes += made.bytes();
        if (made.isReplacement())
            for (const LayerReplacement::Part& part : made.replacement()->parts)
                row.baseBytes += part.isShared ? part.tensor.bytes().size() : 0;
        parameters += model.layers[i].parameters();
        progress(0.7 * double(i + 1) / double(model.layers.size()));
    }
    row.compressSeconds = secondsSince(begin);
    // What was really stored, where a method could only say how much at most.
    row.bytes = others + bytes;
    row.bitsPerWeight = 8 * double(bytes) / double(std::max<std::uint64_t>(parameters, 1));
    ComparisonNumbers found = TRY(meter.measure(row.allocation, stop));
    if (!std::isfinite(found.numbers.front().value))
        return fail(ErrorCode::InvalidInput, "the divergence is not finite");
    row.evaluateSeconds = found.seconds;
    row.numbers = std::move(found.numbers);
    row.samples = found.samples;
    row.isDone = true;
    progress(1);
    return {};
}

/// What ComparisonRow::note says.
std::string noteOf(const Model& model, const ComparisonRow& row)
{
    const std::string& asked = row.candidate.format;
    const auto format = parseNumberFormat(asked);
    if (!format) // a group as long as the row fits every row
        return {};
    std::set<std::string> others;
    std::size_t count = 0;
    for (const LayerChoice& choice : row.allocation.layers)
        if (choice.format != asked) {
            others.insert(choice.format);
            ++count;
        }
    return count == 0 ? std::string()
                      : fmt::format(
                          "{} of {} layers are {}: their rows are no multiple of {}", count,
                          model.layers.size(), fmt::join(others, ", "), (*format)->blockElements());
}

} // namespace

std::string methodText(const Candidate& candidate, const MethodLookup& lookup)
{
    std::string text = candidate.method;
    const LayerMethod* const method =
        lookup && !candidate.parameters.empty() ? lookup(candidate.method) : nullptr;
    const auto specs = method != nullptr ? method->parameters() : std::vector<ParameterSpec>();
    for (const auto& [name, value] : candidate.parameters)
        text += fmt::format(" {}={}", name, parameterText(specs, name, value));
    return text;
}

Result<std::vector<Candidate>> methodsFor(
    const Model& model, const std::vector<Candidate>& methods, const MethodLookup& lookup,
    std::vector<std::string>* leftOut)
{
    std::vector<Candidate> fitting;
    for (const Candidate& asked : methods) {
        const LayerMethod* const method = lookup(asked.method);
        if (method == nullptr)
            return fail(ErrorCode::NotFound, "no method is called '{}'", asked.method);
        TRY_VOID(checkParameters({asked.method, asked.parameters}, method->parameters()));
        if (const std::string why = whyNotEverywhere(model, *method); why.empty())
            fitting.push_back(asked);
        else if (leftOut != nullptr)
            leftOut->push_back(fmt::format("{} is left out: {}", methodText(asked, lookup), why));
    }
    return fitting;
}

Result<std::vector<ComparisonRow>> comparisonRows(
    const Model& model, const std::vector<std::string>& formats, const std::vector<Candidate>& methods,
    const MethodLookup& lookup, std::vector<std::string>* leftOut)
{
    std::vector<ComparisonRow> rows;
    const std::vector<Candidate> fitting = TRY(methodsFor(model, methods, lookup, leftOut));
    const std::vector<Candidate> rounding{{"", "rtn", {}}};
    for (const std::string& format : formats) {
        const bool isFloat =
            format.find("row") == std::string::npos && TRY(parseNumberFormat(format))->isFloat();
        // In a float there is nothing to fit: by all methods it is the same.
        for (const Candidate& method : isFloat && !fitting.empty() ? rounding : fitting) {
            ComparisonRow row;
            row.candidate = {format, method.method, method.parameters};
            row.method = methodText(row.candidate, lookup);
            row.allocation = uniform(model, row.candidate);
            std::string whyNot;
            for (std::size_t i = 0; i < row.allocation.layers.size(); ++i) {
                LayerChoice& choice = row.allocation.layers[i];
                const NumberFormatPtr chosen = TRY(parseNumberFormat(choice.format));
                if (isFloat || writesLayers(*lookup(choice.method), *chosen))
                    continue;
                // Rows too short for the format fall back to a float, which has nothing to fit.
                if (!chosen->isFloat() && whyNot.empty())
                    whyNot = choice.format == format
                        ? fmt::format(
                            "{} by {} is left out: the method does not write this format, but {}", format,
                            row.method, writtenFormatIds(*lookup(method.method), mostNamed))
                        : fmt::format(
                            "{} by {} is left out: rows of {} weights make it {} in {}, and the method "
                            "writes {}",
                            format, row.method, model.layers[i].columns, choice.format, model.layers[i].name,
                            writtenFormatIds(*lookup(method.method), mostNamed));
                choice = {choice.format, "rtn", {}};
            }
            if (!whyNot.empty()) {
                if (leftOut != nullptr)
                    leftOut->push_back(std::move(whyNot));
                continue;
            }
            row.note = noteOf(model, row);
            row.bytes = bytesOf(model, row.allocation, lookup);
            row.bitsPerWeight = bitsPerWeight(model, row.allocation, lookup);
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

ComparisonRow originalRow(const Model& model)
{
    ComparisonRow row;
    row.candidate.format = "original";
    row.candidate.method.clear();
    row.method = "original"; // by which legends and tables call it
    row.allocation = model.original();
    row.bytes = model.bytes();
    row.bitsPerWeight = bitsPerWeight(model, row.allocation, {});
    return row;
}

Result<void> runComparison(
    std::vector<ComparisonRow>& rows, ComparisonMeter& meter, ResultStore* store, std::stop_token stop,
    const std::function<void(std::size_t, const ComparisonRow&)>& onRow,
    const std::function<void(double)>& progress)
{
    bool isChecked = false;
    const auto check = [&] {
        return std::exchange(isChecked, true) ? Result<void>() : checkMeasurable(meter.session(), stop);
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        ComparisonRow& row = rows[i];
        const auto part = [&](double fraction) { progress((double(i) + fraction) / double(rows.size())); };
        if (!row.isDone) {
            constexpr double ofSweep = 0.8; // of the time of a row under a budget
            const bool chooses = row.budgetBytes > 0;
            auto made = Result<void>();
            if (chooses) {
                TRY_VOID(check());
                made = allocateRow(
                    row, meter.session(), store, stop, [&](double fraction) { part(ofSweep * fraction); });
            }
            if (made) {
                const Key key = keyOfRow(row, meter);
                if (store == nullptr || !recall(row, *store, key, meter.kind().columns.size())) {
                    TRY_VOID(check());
                    made = fill(row, meter, stop, [&](double fraction) {
                        part(chooses ? ofSweep + (1 - ofSweep) * fraction : fraction);
                    });
                    if (made && store != nullptr)
                        keep(row, *store, key);
                    noteBase(row);
                }
            }
            if (!made && made.error().code == ErrorCode::Cancelled)
                return made;
            if (!made) {
                row.failure = made.error().message;
                row.isDone = true;
            }
        }
        part(1);
        onRow(i, row);
    }
    return {};
}

std::size_t recallComparison(std::vector<ComparisonRow>& rows, ComparisonMeter& meter, ResultStore& store)
{
    std::size_t known = 0;
    for (ComparisonRow& row : rows)
        if (!row.isDone && (row.budgetBytes == 0 || recallAllocation(row, meter.session(), store))
            && recall(row, store, keyOfRow(row, meter), meter.kind().columns.size()))
            ++known;
    return known;
}

} // namespace tritloom
