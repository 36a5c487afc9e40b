#include "app/session/comparison.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace tritloom {
namespace {

using Clock = std::chrono::steady_clock;

/// What is kept of a row across runs.
struct StoredRow {
    Measured perplexity, referencePerplexity, kl, topTokenAgreement;
    std::uint64_t tokens, bytes;
    double bitsPerWeight, compressSeconds, evaluateSeconds;
};

Key keyOfRow(const ComparisonRow& row, EvaluationSession& session)
{
    Key key = keyOf("comparison", session.textKey(0), session.pass().executor().backendNames());
    for (std::size_t i = 0; i < row.allocation.layers.size(); ++i)
        key = keyOf(key, session.pass().compressor().keyOfChoice(LayerId(i), row.allocation.layers[i]));
    return key;
}

bool recall(ComparisonRow& row, ResultStore* store, const Key& key)
{
    const auto bytes = store == nullptr ? std::nullopt : store->find(key);
    StoredRow stored{};
    if (!bytes || bytes->size() != sizeof stored)
        return false;
    std::memcpy(&stored, bytes->data(), sizeof stored);
    row.perplexity = stored.perplexity;
    row.referencePerplexity = stored.referencePerplexity;
    row.kl = stored.kl;
    row.topTokenAgreement = stored.topTokenAgreement;
    row.tokens = stored.tokens;
    row.bytes = stored.bytes;
    row.bitsPerWeight = stored.bitsPerWeight;
    row.compressSeconds = stored.compressSeconds;
    row.evaluateSeconds = stored.evaluateSeconds;
    row.isDone = true;
    return true;
}

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

Result<void> fill(
    ComparisonRow& row, EvaluationSession& session, std::stop_token stop,
    const std::function<void(double)>& progress)
{
    Compressor& compressor = session.pass().compressor();
    const Model& model = compressor.model();
    const Clock::time_point begin = Clock::now();
    std::uint64_t others = model.bytes(), bytes = 0, parameters = 0;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const CompressedLayer made = TRY(compressor.compress(LayerId(i), row.allocation.layers[i], stop));
        others -= model.layers[i].storedBytes;
        bytes += made.bytes();
        parameters += model.layers[i].parameters();
        progress(0.7 * double(i + 1) / double(model.layers.size()));
    }
    row.compressSeconds = secondsSince(begin);
    // What was really stored, where a method could only say how much at most.
    row.bytes = others + bytes;
    row.bitsPerWeight = 8 * double(bytes) / double(std::max<std::uint64_t>(parameters, 1));
    const Clock::time_point measured = Clock::now();
    const Evaluation evaluation =
        TRY(session.evaluate(row.allocation, stop, {}, EvaluationSession::Keep::Nothing));
    row.evaluateSeconds = secondsSince(measured);
    row.perplexity = evaluation.perplexity;
    row.referencePerplexity = evaluation.referencePerplexity;
    row.kl = evaluation.kl;
    row.topTokenAgreement = evaluation.topTokenAgreement;
    row.tokens = evaluation.tokens;
    row.isDone = true;
    progress(1);
    return {};
}

} // namespace

std::string methodText(const Candidate& candidate)
{
    std::string text = candidate.method;
    for (const auto& [name, value] : candidate.parameters)
        text += fmt::format(" {}={:g}", name, value);
    return text;
}

Result<std::vector<ComparisonRow>> comparisonRows(
    const Model& model, const std::vector<std::string>& formats, const std::vector<Candidate>& methods,
    const MethodLookup& lookup)
{
    std::vector<ComparisonRow> rows;
    for (const Candidate& method : methods)
        if (lookup(method.method) == nullptr)
            return fail(ErrorCode::NotFound, "no method is called '{}'", method.method);
    for (const std::string& format : formats) {
        if (format.find("row") == std::string::npos)
            (void)TRY(parseNumberFormat(format));
        for (const Candidate& method : methods) {
            ComparisonRow row;
            row.candidate = {format, method.method, method.parameters};
            row.allocation = uniform(model, row.candidate);
            bool fits = true;
            for (LayerChoice& choice : row.allocation.layers) {
                const NumberFormatPtr chosen = TRY(parseNumberFormat(choice.format));
                // Signs and codes without a scale are a part of replacements, not formats for a whole layer.
                const bool isPart = chosen->id() == "sign" || chosen->id().starts_with("code");
                const bool whole = !isPart || lookup(choice.method)->makesReplacements();
                if (whole && lookup(choice.method)->supports(*chosen))
                    continue;
                // Rows too short for the format fall back to a float, which has nothing to fit.
                fits = fits && chosen->isFloat();
                choice = {choice.format, "rtn", {}};
            }
            if (!fits)
                continue;
            row.bytes = bytesOf(model, row.allocation, lookup);
            row.bitsPerWeight = bitsPerWeight(model, row.allocation, lookup);
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

Result<void> runComparison(
    std::vector<ComparisonRow>& rows, EvaluationSession& session, ResultStore* store, std::stop_token stop,
    const std::function<void(std::size_t, const ComparisonRow&)>& onRow,
    const std::function<void(double)>& progress)
{
    for (std::size_t i = 0; i < rows.size(); ++i) {
        ComparisonRow& row = rows[i];
        const auto part = [&](double fraction) { progress((double(i) + fraction) / double(rows.size())); };
        if (!row.isDone) {
            const Key key = keyOfRow(row, session);
            if (!recall(row, store, key)) {
                const auto filled = fill(row, session, stop, part);
                if (!filled && filled.error().code == ErrorCode::Cancelled)
                    return filled;
                if (!filled) {
                    row.failure = filled.error().message;
                    row.isDone = true;
                } else if (store != nullptr) {
                    const StoredRow stored{row.perplexity,
                                           row.referencePerplexity,
                                           row.kl,
                                           row.topTokenAgreement,
                                           row.tokens,
                                           row.bytes,
                                           row.bitsPerWeight,
                                           row.compressSeconds,
                                           row.evaluateSeconds};
                    store->put(key, "comparison", std::as_bytes(std::span(&stored, 1)));
                }
            }
        }
        part(1);
        onRow(i, row);
    }
    return {};
}

} // namespace tritloom
