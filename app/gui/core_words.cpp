#include "app/gui/core_words.h"

#include "app/gui/number_text.h"
#include "app/gui/plugin_words.h"
#include "app/gui/reader_sentences.h"
#include "app/gui/report_sentences.h"
#include "app/gui/size_sentences.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

#include <array>
#include <optional>
#include <utility>
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
    QT_TRANSLATE_NOOP(
        "Core",
        "evaluated: the outputs of the file that was written and of its recipe differ by %1 of their root "
        "mean square, where the recipe changes %2"),
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
    QT_TRANSLATE_NOOP(
        "Core",
        "this kind of file has no place for what runs a language model: what is written can be looked at, "
        "not "
        "evaluated"),
    QT_TRANSLATE_NOOP(
        "Core",
        "attention sees the last %1 tokens only, llama.cpp lets it see all in models of this architecture: "
        "what it makes of longer texts is not what is measured here"),
    QT_TRANSLATE_NOOP("Core", "%1: %2 of its %3 numbers are NaN or infinite"),
    QT_TRANSLATE_NOOP("Core", "it stores outputs by time step, and this model is given none"),
    QT_TRANSLATE_NOOP(
        "Core",
        "it stores outputs by time step, and more than that goes into %1: choose it for single layers"),
    QT_TRANSLATE_NOOP(
        "Core", "the base holds the weights of the model itself: there is no difference to store"),
    QT_TRANSLATE_NOOP(
        "Core",
        "in %1 of %2 layers more than 30 % of the differences to the base are exactly 0 (%3 % in %4): their "
        "signs are arbitrary and act as noise"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1 of %2 layers differ from the base by more than 30 % of its norm (%3 % in %4): is it what this "
        "model was tuned from?"),
    QT_TRANSLATE_NOOP(
        "Core",
        "in %1 of %2 layers the difference to the base is of low rank, as after merging a LoRA: its two "
        "factors would be smaller and nearer than signs"),
    QT_TRANSLATE_NOOP("Core", "%1: the model has no layer to compress, so there is nothing to export"),
    QT_TRANSLATE_NOOP("Core", "%1: this is a folder, choose the name of a file"),
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
        "%1: the method '%2' stores more than one matrix, which this kind of file cannot hold: export to "
        "*.tritloom"),
    QT_TRANSLATE_NOOP(
        "Core", "the model's output is NaN or infinite after %1 tokens: its weights are, or values overflow"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1: it is stored as more than one matrix, such as rounded inputs or columns apart, which a "
        "transform "
        "would undo: transform the model that this one was made of"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1 layers that were stored in a few bits, such as %2, are floats now: choose formats for them "
        "again"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1: it is stored as more than one matrix, which this kind of file cannot hold: choose a format for "
        "it "
        "or export to *.tritloom"),
    QT_TRANSLATE_NOOP(
        "Core", "%1: outputs stored by time step cannot be written as ONNX: export to *.tritloom"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1: %2 by a method that stores more than one matrix cannot be written as ONNX: export to "
        "*.tritloom"),
    QT_TRANSLATE_NOOP("Core", "the name of a tensor is not UTF-8: '%1'"),
    QT_TRANSLATE_NOOP("Core", "the metadata entry '%1' is not UTF-8"),
    QT_TRANSLATE_NOOP("Core", "the metadata entry '%1' is NaN or infinite"),
    QT_TRANSLATE_NOOP("Core", "a text of the operators is not UTF-8: '%1'"),
    QT_TRANSLATE_NOOP("Core", "the operator '%1' reads '%2' before it is made"),
    QT_TRANSLATE_NOOP("Core", "the operator '%1' has no type or gives nothing"),
    QT_TRANSLATE_NOOP("Core", "the attribute '%1' of the operator '%2' holds a graph"),
    QT_TRANSLATE_NOOP("Core", "the constant '%1' of the operators holds %2, which its type does not"),
    QT_TRANSLATE_NOOP("Core", "'%1' has %2 dimensions, %3 can be kept"),
    QT_TRANSLATE_NOOP("Core", "the architecture '%1' has no translation into GGUF's names"),
    QT_TRANSLATE_NOOP("Core", "%1 is no kind of file for networks on pictures: take the ending %2"),
    QT_TRANSLATE_NOOP("Core", "%1 is a kind of file for networks on pictures alone: take the ending %2"),
    QT_TRANSLATE_NOOP("Core", "%1: there is something there already, choose a new name"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1: this is the model that this one was tuned from, choose another name for the compressed file"),
    QT_TRANSLATE_NOOP(
        "Core",
        "this kind of file holds differences to the model that this one was tuned from: choose that one "
        "first"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1: the model that this one was tuned from has the same name and is looked for by it: choose "
        "another name"),
    QT_TRANSLATE_NOOP(
        "Core",
        "no layer is stored as a difference to %1: choose bitdelta, or the target 'tritloom', which holds "
        "all"),
    QT_TRANSLATE_NOOP("Core", "no allocation was found that keeps all budgets: raise one of them"),
    QT_TRANSLATE_NOOP("Core", "found by chance: nothing proves that it is best"),
    QT_TRANSLATE_NOOP("Core", "it holds differences to %1"),
    QT_TRANSLATE_NOOP("Core", "%1: it is a model of its own, no fine-tune stored as differences to %2"),
    QT_TRANSLATE_NOOP("Core", "%1 of %2 layers are %3: their rows are no multiple of %4"),
    QT_TRANSLATE_NOOP(
        "Core", "the network takes pictures of any size, and this file %1 x %2: %3 is made for one"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1: it holds differences to a model that it does not name: name it with --base, or put this file "
        "into "
        "that model's folder"),
    QT_TRANSLATE_NOOP("Core", "%1: the base has nothing that '%2' belongs to"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1: it holds differences to '%2', which was not found: put it beside this file, open it first, or "
        "name it with --base"),
    QT_TRANSLATE_NOOP("Core", "%1: it holds differences to '%2', and what was found is not that model: %3"),
    QT_TRANSLATE_NOOP(
        "Core", "%1: it holds differences to '%2', and what was asked for is not that model: %3"),
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
    // Of pictures, transforms, allocators, metrics, models and the filter of layers.
    QT_TRANSLATE_NOOP(
        "Core",
        "%1 of %2 pictures are stored as JPEG, which rewrites the lowest bits: a detector may tell the "
        "formats apart, save all in one way first"),
    QT_TRANSLATE_NOOP("Core", "%1 of %2 pictures are stored as JPEG, which rewrites the lowest bits"),
    QT_TRANSLATE_NOOP("Core", "'%1' counts as generated (class 0), '%2' as real (class 1)"),
    QT_TRANSLATE_NOOP(
        "Core",
        "the pictures have %1 classes, the network knows %2: theirs count as its first ones in the order of "
        "the alphabet unless --labels gives the order"),
    QT_TRANSLATE_NOOP("Core", "%1 pictures outside of the class folders were left out"),
    QT_TRANSLATE_NOOP("Core", "no picture has a class, so only the difference to the reference is measured"),
    QT_TRANSLATE_NOOP("Core", "%1 of %2 pictures have no class"),
    QT_TRANSLATE_NOOP("Core", "%1 of %2 pictures were resized to %3 x %4"),
    QT_TRANSLATE_NOOP("Core", "%1 of %2 pictures were stretched to %3 x %4"),
    QT_TRANSLATE_NOOP("Core", "pictures are given as %1, a guess: the file does not say how it takes them"),
    QT_TRANSLATE_NOOP(
        "Core",
        "no usual way to give pictures does better than chance on %1 of them, so they are given as %2, a "
        "guess: do the classes fit?"),
    QT_TRANSLATE_NOOP("Core", "%1, 8-bit activations as in runtimes"),
    QT_TRANSLATE_NOOP("Core", "%1, half precision"),
    QT_TRANSLATE_NOOP("Core", "%1, half precision: not quicker here, so exact"),
    QT_TRANSLATE_NOOP("Core", "Reference (slow, for comparison)"),
    QT_TRANSLATE_NOOP("Core", "of %1 of %2 pictures the middle is taken, at most %3 x %4 pixels"),
    QT_TRANSLATE_NOOP("Core", "the pictures were shrunk %1 times each way by bicubic resampling"),
    QT_TRANSLATE_NOOP("Core", "noise of %1 / 255 was added to the pictures, seed %2"),
    QT_TRANSLATE_NOOP(
        "Core", "the prompt is longer than the %1 tokens of the text encoder, the last %2 are left out"),
    QT_TRANSLATE_NOOP("Core", "pictures are given as %1, which of %2 usual ways does best on %3 of them"),
    QT_TRANSLATE_NOOP("Core", "seed %1"),
    QT_TRANSLATE_NOOP("Core", "ONNX, INT4 (operator set 21)"),
    QT_TRANSLATE_NOOP("Core", "picture %1"),
    QT_TRANSLATE_NOOP(
        "Core",
        "it works on pictures, and there are none yet: name a folder of them (--images) or drop one on the "
        "window"),
    QT_TRANSLATE_NOOP(
        "Core",
        "biases and norms now fit layers in %1 by %2; of other bits, and uncompressed, the model computes "
        "something else than before"),
    QT_TRANSLATE_NOOP("Core", "%1 of %2 layers have no bias and no batch norm behind them and stay"),
    QT_TRANSLATE_NOOP("Core", "the width %1 is mixed in blocks of %2, the largest power of two in it"),
    QT_TRANSLATE_NOOP("Core", "the norm '%1' stays: it is not behind a convolution that it alone reads"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1 pairs of layers were equalised; in front of %2 layers stands something else than ReLU or a pool"),
    QT_TRANSLATE_NOOP("Core", "norms can be folded only where the graph of the model is known"),
    QT_TRANSLATE_NOOP("Core", "this network has no batch norm behind a convolution"),
    QT_TRANSLATE_NOOP("Core", "layers can be equalised only where the graph of the model is known"),
    QT_TRANSLATE_NOOP(
        "Core",
        "no two layers of this network follow each other with only ReLU or a pool between (fold batch norms "
        "first)"),
    QT_TRANSLATE_NOOP("Core", "biases can be corrected only where the graph of the model is known"),
    QT_TRANSLATE_NOOP("Core", "none of the %1 layers of this model has a bias or a batch norm behind it"),
    QT_TRANSLATE_NOOP("Core", "layer norms take the mean away, which a rotation does not keep"),
    QT_TRANSLATE_NOOP("Core", "tables of positions cannot be rotated with the stream yet"),
    QT_TRANSLATE_NOOP("Core", "something other than a product writes the residual stream"),
    QT_TRANSLATE_NOOP(
        "Core", "the output matrix is the table of the embedding, so the last norm cannot be folded into it"),
    QT_TRANSLATE_NOOP("Core", "no residual stream was found in this graph"),
    QT_TRANSLATE_NOOP("Core", "a rotation can be folded only where the graph of the model is known"),
    QT_TRANSLATE_NOOP("Core", "scales can be folded only where the graph of the model is known"),
    QT_TRANSLATE_NOOP("Core", "this model has no place where scales can be folded"),
    QT_TRANSLATE_NOOP("Core", "all layers are of one group: this is a plain program over one budget"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1 of %2 layers carry nothing of a single token (queries and keys): this metric cannot tell what "
        "they stand"),
    QT_TRANSLATE_NOOP("Core", "%1 bits a weight of %2; the bound is for widths near it"),
    QT_TRANSLATE_NOOP(
        "Core",
        "gain of unequal bits over equal ones: %1 of the loss is left (geometric over arithmetic mean)"),
    QT_TRANSLATE_NOOP("Core", "%1 of %2 parts at the lower width"),
    QT_TRANSLATE_NOOP("Core", "not proven best within %1 s: give it more time"),
    QT_TRANSLATE_NOOP("Core", "%1 of %2 layers control content and were judged by similarity"),
    QT_TRANSLATE_NOOP("Core", "threshold %1"),
    QT_TRANSLATE_NOOP("Core", "widths near the mean need a budget of bytes"),
    QT_TRANSLATE_NOOP("Core", "a common threshold needs a budget of bytes"),
    QT_TRANSLATE_NOOP("Core", "two groups need a budget of bytes"),
    QT_TRANSLATE_NOOP("Core", "equal loss needs a budget of bytes"),
    QT_TRANSLATE_NOOP("Core", "the file does not say which architecture it is"),
    QT_TRANSLATE_NOOP("Core", "the architecture '%1' is not known here"),
    QT_TRANSLATE_NOOP("Core", "it seems to be half of an autoencoder: %1 is not beside it"),
    QT_TRANSLATE_NOOP("Core", "the file says it is %1, its tensors are not those of one"),
    QT_TRANSLATE_NOOP("Core", "the model has no layers"),
    QT_TRANSLATE_NOOP("Core", "none of these methods can write any of these formats"),
    QT_TRANSLATE_NOOP("Core", "'%1' is no comparison: write it like bits<4"),
    QT_TRANSLATE_NOOP(
        "Core",
        "layers have no '%1': use name, role, format, stored, bits, size, parameters, rows, columns, "
        "sensitivity, error, block or pinned"),
    QT_TRANSLATE_NOOP("Core", "layers have no '%1'; did you mean '%2'?"),
    QT_TRANSLATE_NOOP("Core", "'%1' has nothing to compare with"),
    QT_TRANSLATE_NOOP("Core", "'%1': %2 is a text, use =, != or ~"),
    QT_TRANSLATE_NOOP("Core", "'%1': %2 is a number, use <, <=, >, >=, = or !="),
    QT_TRANSLATE_NOOP("Core", "'%1': '%2' is no number"),
};

struct Pattern {
    const char* said;
    QRegularExpression expression;
    QLatin1String bytes = {}; ///< digits of the places that are counts of bytes
};

/// What the sentence looks like with anything in its places.
QRegularExpression expressionOf(const char* sentence)
{
    static const QRegularExpression place(QStringLiteral("%[1-9]"));
    const QString text = QString::fromUtf8(sentence);
    QString expression;
    qsizetype done = 0;
    for (auto matches = place.globalMatch(text); matches.hasNext();) {
        const auto match = matches.next();
        expression += QRegularExpression::escape(text.mid(done, match.capturedStart() - done))
            + QStringLiteral("(.+?)");
        done = match.capturedEnd();
    }
    expression += QRegularExpression::escape(text.mid(done));
    return QRegularExpression(QRegularExpression::anchoredPattern(expression));
}

std::vector<Pattern> patterns()
{
    std::vector<Pattern> made;
    for (const char* const sentence : sentences)
        made.push_back({sentence, expressionOf(sentence)});
    for (const char* const sentence : reportSentences)
        made.push_back({sentence, expressionOf(sentence)});
    for (const char* const sentence : readerSentences)
        made.push_back({sentence, expressionOf(sentence)});
    for (const auto& [sentence, bytes, said] : sentencesOfBytes)
        made.push_back({said, expressionOf(sentence), QLatin1String(bytes)});
    return made;
}

/// In the language of the window; nothing where nobody has translated it.
std::optional<QString> knownWords(const QString& sentence)
{
    if (const QString said = pluginWords(sentence); said != sentence)
        return said;
    static const std::vector<Pattern> known = patterns();
    for (const auto& [source, expression, bytes] : known)
        if (const auto match = expression.match(sentence); match.hasMatch()) {
            QString said = QCoreApplication::translate("Core", source);
            for (int i = match.lastCapturedIndex(); i > 0; --i) {
                const QString place = QString::number(i), what = match.captured(i);
                said.replace(
                    QLatin1Char('%') + place,
                    bytes.contains(place) ? formatBytes(what.toULongLong()) : localNumbers(what));
            }
            return said;
        }
    return std::nullopt;
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

QString coreWords(const QString& sentence)
{
    if (const auto said = knownWords(sentence))
        return *said;
    // "model.gguf: the file is empty": what stands before says where.
    const QString seam = QStringLiteral(": ");
    for (qsizetype at = sentence.indexOf(seam); at > 0; at = sentence.indexOf(seam, at + 1))
        if (const auto rest = knownWords(sentence.mid(at + seam.size())))
            return coreWords(sentence.left(at)) + seam + *rest;
    return localNumbers(sentence);
}

QString coreWords(const std::string& sentence)
{
    return coreWords(QString::fromStdString(sentence));
}

} // namespace tritloom
