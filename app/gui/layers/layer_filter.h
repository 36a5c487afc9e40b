#pragma once

#include "core/base/result.h"

#include <QString>

#include <optional>
#include <span>
#include <vector>

namespace tritloom {

/// What a filter can ask of a layer.
struct LayerFacts {
    QString name, role, format, storedFormat;
    double bits = 0, bytes = 0, parameters = 0, rows = 0, columns = 0;
    std::optional<double> sensitivity, error; ///< absent: not measured, no comparison holds
    std::optional<double> block;
    bool pinned = false;
};

/// Words and comparisons that must all hold: `ffn bits<4 size>1MB sensitivity>0.01 name~down pinned`.
/// A word alone is looked for in the name. Comparisons: < <= > >= = != on numbers, ~ (contains) = != on
/// texts; a number may be a rank among all layers, `sensitivity>p90`: more than nine tenths of them have.
/// "-" before a term turns it round. A value; one parse, many matches.
class LayerFilter {
public:
    /// Errors: InvalidInput, one sentence that names the term.
    [[nodiscard]] static Result<LayerFilter> parse(const QString& text);

    /// What ranks like p90 stand for among these layers; until it is asked they are 0.
    void rankAmong(std::span<const LayerFacts> layers);
    [[nodiscard]] bool matches(const LayerFacts& facts) const;
    [[nodiscard]] bool isEmpty() const { return m_terms.empty(); }

private:
    enum class Comparison { Less, LessEqual, Greater, GreaterEqual, Equal, Different, Contains };
    enum class Field {
        Name,
        Role,
        Format,
        Stored,
        Bits,
        Size,
        ParameterCount,
        Rows,
        Columns,
        Sensitivity,
        Error,
        Block,
        Pinned
    };
    struct Term {
        Field field = Field::Name;
        Comparison comparison = Comparison::Contains;
        QString text;
        double number = 0;
        std::optional<double> percentile; ///< the number is this rank's, 0 to 100
        bool negated = false;
    };
    static Result<Term> parseTerm(QString term);
    static bool holds(const Term& term, const LayerFacts& facts);
    static std::optional<double>
    valueOf(Field field, const LayerFacts& facts); ///< of fields that are numbers

    std::vector<Term> m_terms;
};

} // namespace tritloom
