#include "app/gui/layers/layer_filter.h"

#include "app/session/near_word.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <cmath>

namespace tritloom {
namespace {

/// "4", "1.5MB", "12%", "7B": decimal units; MiB and its kind count in 1024.
std::optional<double> numberOf(const QString& text)
{
    static const QRegularExpression pattern(
        QStringLiteral("^([0-9]*\\.?[0-9]+(?:e[+-]?[0-9]+)?)\\s*([a-z%]*)$"),
        QRegularExpression::CaseInsensitiveOption);
    const auto match = pattern.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    const double number = match.captured(1).toDouble();
    QString unit = match.captured(2).toLower();
    if (unit.isEmpty() || unit == QLatin1String("b"))
        return number;
    if (unit == QLatin1String("%"))
        return number / 100;
    double base = 1000;
    if (unit.endsWith(QLatin1String("ib"))) {
        base = 1024;
        unit.chop(2);
    } else if (unit.size() > 1 && unit.endsWith(u'b')) {
        unit.chop(1);
    }
    static const QString prefixes = QStringLiteral("kmgt");
    const auto power = unit.size() == 1 ? prefixes.indexOf(unit.front()) : -1;
    return power < 0 ? std::nullopt : std::optional(number * std::pow(base, double(power) + 1));
}

} // namespace

Result<LayerFilter::Term> LayerFilter::parseTerm(QString term)
{
    struct FieldRow {
        const char* name;
        Field field;
        bool isNumber;
    };
    // The only list of what a comparison may name.
    static constexpr std::array<FieldRow, 15> fields{
        {{"name", Field::Name, false},
         {"role", Field::Role, false},
         {"format", Field::Format, false},
         {"stored", Field::Stored, false},
         {"bits", Field::Bits, true},
         {"bpw", Field::Bits, true},
         {"size", Field::Size, true},
         {"bytes", Field::Size, true},
         {"parameters", Field::ParameterCount, true},
         {"rows", Field::Rows, true},
         {"columns", Field::Columns, true},
         {"sensitivity", Field::Sensitivity, true},
         {"error", Field::Error, true},
         {"block", Field::Block, true},
         {"pinned", Field::Pinned, false}}};
    static const QRegularExpression pattern(QStringLiteral("^([a-zA-Z]+)(<=|>=|!=|<|>|=|~)(.*)$"));

    Term result;
    const std::string whole = term.toStdString();
    if (term.size() > 1 && (term.startsWith(u'-') || term.startsWith(u'!'))) {
        result.negated = true;
        term.remove(0, 1);
    }
    if (term.compare(QLatin1String("pinned"), Qt::CaseInsensitive) == 0) {
        result.field = Field::Pinned;
        return result;
    }
    const auto match = pattern.match(term);
    if (!match.hasMatch()) {
        if (term.contains(QRegularExpression(QStringLiteral("[<>=~]"))))
            return fail(ErrorCode::InvalidInput, "'{}' is no comparison: write it like bits<4", whole);
        result.text = term;
        return result;
    }
    const FieldRow* row = nullptr;
    for (const FieldRow& candidate : fields)
        if (match.captured(1).compare(QLatin1String(candidate.name), Qt::CaseInsensitive) == 0)
            row = &candidate;
    if (row == nullptr || row->field == Field::Pinned) {
        std::vector<std::string> known;
        for (const FieldRow& candidate : fields)
            if (candidate.field != Field::Pinned)
                known.emplace_back(candidate.name);
        const std::string asked = match.captured(1).toStdString();
        if (const std::string meant = nearestWord(asked, known); row == nullptr && !meant.empty())
            return fail(ErrorCode::InvalidInput, "layers have no '{}'; did you mean '{}'?", asked, meant);
        return fail(
            ErrorCode::InvalidInput,
            "layers have no '{}': use name, role, format, stored, bits, size, parameters, rows, columns, "
            "sensitivity, error, block or pinned",
            asked);
    }
    static const QStringList operators{"<", "<=", ">", ">=", "=", "!=", "~"};
    result.field = row->field;
    result.comparison = Comparison(operators.indexOf(match.captured(2)));
    const QString value = match.captured(3);
    if (value.isEmpty())
        return fail(ErrorCode::InvalidInput, "'{}' has nothing to compare with", whole);
    if (!row->isNumber) {
        if (result.comparison < Comparison::Equal)
            return fail(ErrorCode::InvalidInput, "'{}': {} is a text, use =, != or ~", whole, row->name);
        result.text = value;
        return result;
    }
    if (result.comparison == Comparison::Contains)
        return fail(
            ErrorCode::InvalidInput, "'{}': {} is a number, use <, <=, >, >=, = or !=", whole, row->name);
    static const QRegularExpression rank(
        QStringLiteral("^p([0-9]{1,2}(?:\\.[0-9]+)?|100)$"), QRegularExpression::CaseInsensitiveOption);
    if (const auto ranked = rank.match(value); ranked.hasMatch()) {
        result.percentile = ranked.captured(1).toDouble();
        return result;
    }
    const auto number = numberOf(value);
    if (!number)
        return fail(ErrorCode::InvalidInput, "'{}': '{}' is no number", whole, value.toStdString());
    result.number = *number;
    return result;
}

Result<LayerFilter> LayerFilter::parse(const QString& text)
{
    // "bits < 4" means "bits<4".
    static const QRegularExpression space(QStringLiteral("\\s*(<=|>=|!=|<|>|=|~)\\s*"));
    QString joined = text;
    joined.replace(space, QStringLiteral("\\1"));
    LayerFilter filter;
    for (const QString& term : joined.split(QRegularExpression(QStringLiteral("\\s+")), Qt::SkipEmptyParts))
        filter.m_terms.push_back(TRY(parseTerm(term)));
    return filter;
}

bool LayerFilter::holds(const Term& term, const LayerFacts& facts)
{
    const auto text = [&](const QString& value) {
        switch (term.comparison) {
        case Comparison::Equal:
            return value.compare(term.text, Qt::CaseInsensitive) == 0;
        case Comparison::Different:
            return value.compare(term.text, Qt::CaseInsensitive) != 0;
        default:
            return value.contains(term.text, Qt::CaseInsensitive);
        }
    };
    const auto number = [&](std::optional<double> value) {
        if (!value)
            return false;
        // What is shown with two digits is meant when it is typed with two digits.
        const bool equal = std::abs(*value - term.number) <= 0.005 * std::max(1e-9, std::abs(term.number));
        switch (term.comparison) {
        case Comparison::Less:
            return *value < term.number;
        case Comparison::LessEqual:
            return *value < term.number || equal;
        case Comparison::Greater:
            return *value > term.number;
        case Comparison::GreaterEqual:
            return *value > term.number || equal;
        case Comparison::Equal:
            return equal;
        case Comparison::Different:
            return !equal;
        case Comparison::Contains:
            return false;
        }
        return false;
    };
    switch (term.field) {
    case Field::Name:
        return text(facts.name);
    case Field::Role:
        return text(facts.role);
    case Field::Format:
        return text(facts.format);
    case Field::Stored:
        return text(facts.storedFormat);
    case Field::Pinned:
        return facts.pinned;
    default:
        return number(valueOf(term.field, facts));
    }
}

std::optional<double> LayerFilter::valueOf(Field field, const LayerFacts& facts)
{
    switch (field) {
    case Field::Bits:
        return facts.bits;
    case Field::Size:
        return facts.bytes;
    case Field::ParameterCount:
        return facts.parameters;
    case Field::Rows:
        return facts.rows;
    case Field::Columns:
        return facts.columns;
    case Field::Sensitivity:
        return facts.sensitivity;
    case Field::Error:
        return facts.error;
    case Field::Block:
        return facts.block;
    default:
        return std::nullopt;
    }
}

void LayerFilter::rankAmong(std::span<const LayerFacts> layers)
{
    for (Term& term : m_terms) {
        if (!term.percentile)
            continue;
        std::vector<double> values;
        for (const LayerFacts& facts : layers)
            if (const auto value = valueOf(term.field, facts))
                values.push_back(*value);
        if (values.empty())
            continue; // of what nobody measured no comparison holds
        // The least value that so many of all do not exceed.
        const auto rank = std::size_t(std::ceil(*term.percentile / 100 * double(values.size())));
        const auto at = values.begin() + std::ptrdiff_t(std::max<std::size_t>(rank, 1) - 1);
        std::ranges::nth_element(values, at);
        term.number = *at;
    }
}

bool LayerFilter::matches(const LayerFacts& facts) const
{
    for (const Term& term : m_terms)
        if (holds(term, facts) == term.negated)
            return false;
    return true;
}

} // namespace tritloom
