#include "app/gui/core_words.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

#include <array>
#include <span>
#include <vector>

namespace tritloom {
namespace {

/// The only list. %1 to %9 stand for names and numbers, in the order of the English sentence.
constexpr std::array sentences{
    QT_TRANSLATE_NOOP("Core", "every block length divides its rows, and llama.cpp knows every type"),
    QT_TRANSLATE_NOOP("Core", "read back: %1 tensors have the names, shapes and bytes that were written"),
    QT_TRANSLATE_NOOP("Core", "read back: %1 tensors have the names and bytes that were written"),
    QT_TRANSLATE_NOOP("Core", "read back: %1 tensors have the bytes that were written"),
    QT_TRANSLATE_NOOP("Core", "read back: %1 tensors stand for the numbers that were written"),
    QT_TRANSLATE_NOOP("Core", "read back: %1 operators, as many as were written"),
    QT_TRANSLATE_NOOP(
        "Core",
        "evaluated: the outputs of the file that was written and of its recipe differ by %1 of their root "
        "mean square"),
    QT_TRANSLATE_NOOP("Core", "evaluated: %1"),
    QT_TRANSLATE_NOOP("Core", "not evaluated: stopped, after the file was written and read back"),
    QT_TRANSLATE_NOOP("Core", "not evaluated: %1"),
    QT_TRANSLATE_NOOP("Core", "%1 layers are %2, %3 were written as the numbers they stand for"),
    QT_TRANSLATE_NOOP("Core", "%1: %2 cannot be %3: %4; the floats it stands for were written"),
    QT_TRANSLATE_NOOP("Core", "%1 folded batch norms became biases"),
    QT_TRANSLATE_NOOP(
        "Core", "the inputs of %1 layers are rounded by QuantizeLinear with the ranges of the calibration"),
    QT_TRANSLATE_NOOP(
        "Core",
        "onnxruntime rounds the inputs of MatMul to 8 bits unless session.qdq_matmulnbits_accuracy_level is "
        "1"),
    QT_TRANSLATE_NOOP("Core", "%1 tensors that checkpoints have no place for were left out"),
    QT_TRANSLATE_NOOP(
        "Core",
        "The vocabulary has no newline, without which llama.cpp does not load it: '%1' is written as the "
        "newline's byte"),
    QT_TRANSLATE_NOOP("Core", "tensor '%1': GGUF has no type for the format '%2'"),
    QT_TRANSLATE_NOOP(
        "Core",
        "tensor '%1' has rows of %2 elements, no multiple of %3's blocks of %4; llama.cpp takes %5 here"),
    QT_TRANSLATE_NOOP(
        "Core",
        "tensor '%1' has rows of %2 elements, no multiple of %3's blocks of %4: choose f16 or blocks that "
        "fit"),
    QT_TRANSLATE_NOOP(
        "Core",
        "tensor '%1' stays as ternary codes, for which GGUF has no type: choose a format, such as tq2_0"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1: the method '%2' stores more than one matrix, which a GGUF file cannot hold: export to "
        "*.tritloom"),
    QT_TRANSLATE_NOOP("Core", "the architecture '%1' has no translation into GGUF's names"),
    QT_TRANSLATE_NOOP("Core", "%1: there is something there already, choose a new name"),
    QT_TRANSLATE_NOOP("Core", "%1: %2 inputs are not divisible by the group of %3"),
    QT_TRANSLATE_NOOP("Core", "%1: %2 outputs are not divisible by 4"),
    QT_TRANSLATE_NOOP("Core", "%1: GPTQ has 2, 3, 4 and 8 bits, not %2"),
    QT_TRANSLATE_NOOP("Core", "%1: %2 codes of %3 bits do not fill 32-bit words"),
    // Of reports.
    QT_TRANSLATE_NOOP("Core", "These sizes lie inside the fit."),
    QT_TRANSLATE_NOOP("Core", "These sizes lie outside the fit: read both laws as a band."),
    QT_TRANSLATE_NOOP("Core", "Bits count scales; norms and biases are left out on both sides."),
    QT_TRANSLATE_NOOP(
        "Core", "Rounding without training: methods that train move the best width below four bits."),
    QT_TRANSLATE_NOOP("Core", "Perplexity of the model as it is: %1, on its calibration text."),
    QT_TRANSLATE_NOOP("Core", "With %1 tokens a budget is best spent at %2 bits, however large it is."),
    QT_TRANSLATE_NOOP("Core", "Measured: KL divergence with one layer at a time as %1 by %2."),
    QT_TRANSLATE_NOOP("Core", "Of %1 layers, one random order in twenty reaches a rho of %2."),
    QT_TRANSLATE_NOOP("Core", "%1 seeds. Perplexity without faults: %2."),
    QT_TRANSLATE_NOOP("Core", "%1 networks on %2 calibration samples."),
    QT_TRANSLATE_NOOP("Core", "%1 leaves the least error on %2 of %3 layers."),
    QT_TRANSLATE_NOOP("Core", "What is made is rounded to bytes once, the same way for all."),
    QT_TRANSLATE_NOOP(
        "Core", "A model that was calibrated for one number of steps drifts when it is run with another."),
    QT_TRANSLATE_NOOP("Core", "A picture runs through the network %1 times: errors of the steps add up."),
    QT_TRANSLATE_NOOP(
        "Core", "Rounding without training, measured once on one set of samples: no error bars over seeds."),
};

struct Pattern {
    const char* source;
    QRegularExpression expression;
};

std::vector<Pattern> patterns()
{
    static const QRegularExpression place(QStringLiteral("%[1-9]"));
    std::vector<Pattern> made;
    for (const char* const sentence : sentences) {
        QString expression;
        const QString text = QString::fromUtf8(sentence);
        qsizetype done = 0;
        for (auto matches = place.globalMatch(text); matches.hasNext();) {
            const auto match = matches.next();
            expression += QRegularExpression::escape(text.mid(done, match.capturedStart() - done))
                + QStringLiteral("(.+?)");
            done = match.capturedEnd();
        }
        expression += QRegularExpression::escape(text.mid(done));
        made.push_back({sentence, QRegularExpression(QRegularExpression::anchoredPattern(expression))});
    }
    return made;
}

} // namespace

QString localNumbers(const QString& text)
{
    static const QRegularExpression number(
        QStringLiteral("(?<![\\w.,/])(?<!\\w-)(\\d+)\\.(\\d+(?:e[+-]?\\d+)?)(?!\\.?\\w)"));
    const QString point = QLocale().decimalPoint();
    return point == QLatin1String(".")
        ? text
        : QString(text).replace(number, QStringLiteral("\\1") + point + QStringLiteral("\\2"));
}

QString coreWords(const std::string& sentence)
{
    static const std::vector<Pattern> known = patterns();
    const QString text = QString::fromStdString(sentence);
    for (const auto& [source, expression] : known)
        if (const auto match = expression.match(text); match.hasMatch()) {
            QString said = QCoreApplication::translate("Core", source);
            for (int i = match.lastCapturedIndex(); i > 0; --i)
                said.replace(QLatin1Char('%') + QString::number(i), match.captured(i));
            return localNumbers(said);
        }
    return localNumbers(text);
}

} // namespace tritloom
