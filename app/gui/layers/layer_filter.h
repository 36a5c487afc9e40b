#pragma once

#include "core/base/result.h"

#include <QString>

#include <optional>
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
/// texts.
/// "-" before a term turns it round. A value; one parse, many matches.
class LayerFilter {
public:
    /// Errors: InvalidInput, one sentence that names the term.
    [[nodiscard]] static Result<LayerFilter> parse(const QString& text);

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
        bool negated = false;
    };
    static Result<Term> parseTerm(QString term);
    static bool holds(const Term& term, const LayerFacts& facts);

    std::vector<Term> m_terms;
};

} // namespace tritloom
