#include "app/gui/methods/glossary.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <array>

namespace tritloom {
namespace {

constexpr std::array<GlossaryTerm, 24> terms{{
    {"asymmetric", QT_TRANSLATE_NOOP("Glossary", "Asymmetric range"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Levels run from the least to the largest value, so a zero point is stored beside the scale. It "
         "pays where values lie on one side of zero."),
     "asymmetric,zero point,from least to"},
    {"binary", QT_TRANSLATE_NOOP("Glossary", "Binary and ternary"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Only signs, or signs and zero, times a scale: one bit a weight, or about one and a half. Products "
         "become additions."),
     "binary,binaries,ternary,sign,one bit"},
    {"bit-operations", QT_TRANSLATE_NOOP("Glossary", "Bit operations"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Multiply-adds times the bits of both factors: a measure of work that does not ask for a device."),
     "bit operations,bops"},
    {"calibration", QT_TRANSLATE_NOOP("Glossary", "Calibration"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Some text or pictures are run through the model to learn what goes into each layer. No label is "
         "needed and no weight is trained."),
     "calibration,calibrat,inputs"},
    {"codebook", QT_TRANSLATE_NOOP("Glossary", "Codebook"),
     QT_TRANSLATE_NOOP(
         "Glossary", "A table of levels that need not be evenly spaced; what is stored is an index into it."),
     "codebook,quantile,table,grid"},
    {"distillation", QT_TRANSLATE_NOOP("Glossary", "Distillation"),
     QT_TRANSLATE_NOOP(
         "Glossary", "The compressed model is trained to answer as the original does. It needs gradients."),
     "distillation"},
    {"double-binary", QT_TRANSLATE_NOOP("Glossary", "Sum of binaries"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "A weight as the sum of a few sign planes, each with its scale; every plane more halves what is "
         "left over."),
     "planes,dual binar,sum of two"},
    {"equalisation", QT_TRANSLATE_NOOP("Glossary", "Equalisation"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Factors move from one layer into the next so that the channels of both use their range. The "
         "function stays the same."),
     "equalisation,evens out,folded"},
    {"granularity", QT_TRANSLATE_NOOP("Glossary", "Granularity"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "How many weights share a scale: a matrix, a row, or a group of 16 to 256 within a row. Smaller "
         "groups fit better and store more scales."),
     "group,block,per row,by row,channel"},
    {"hessian", QT_TRANSLATE_NOOP("Glossary", "Curvature"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "How fast the loss rises when weights move: the trace of its second derivatives. Flat layers stand "
         "fewer bits."),
     "hessian,curved,trace"},
    {"gram", QT_TRANSLATE_NOOP("Glossary", "Gram matrix"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Mean products of the inputs of a layer with one another. With it the error of the output is known "
         "without running the layer."),
     "gram"},
    {"integer-only", QT_TRANSLATE_NOOP("Glossary", "Integers only"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Sums are kept in whole numbers and scaled by a multiplication and a shift, so that no float is "
         "needed between layers."),
     "integer-arithmetic,shifts,dyadic"},
    {"integer-program", QT_TRANSLATE_NOOP("Glossary", "Integer program"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "The choice of a format for every layer as a problem for a solver: least cost within budgets, with "
         "a proof or a known gap."),
     "integer program,program"},
    {"mixed", QT_TRANSLATE_NOOP("Glossary", "Mixed precision"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Layers that matter get more bits than others, within one budget. That is what the loom shows."),
     "mixed,allocation,bits for"},
    {"outliers", QT_TRANSLATE_NOOP("Glossary", "Outliers"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "A few channels or weights far larger than the rest. A range that holds them leaves few levels for "
         "all others."),
     "outlier,salient,loud"},
    {"power-of-two", QT_TRANSLATE_NOOP("Glossary", "Powers of two"),
     QT_TRANSLATE_NOOP("Glossary", "Levels or scales are powers of two, so a product is a shift of bits."),
     "power of two,powers of two,shift"},
    {"ptq", QT_TRANSLATE_NOOP("Glossary", "After training"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "A finished model is rounded with a little data or none. Everything in this window works so."),
     "post-training,without training"},
    {"qat", QT_TRANSLATE_NOOP("Glossary", "In training"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Rounding takes place in every step of training, and gradients pass through it as if it were not "
         "there. It goes lowest, and costs a training."),
     "not the training,fine-tun,quantization-aware"},
    {"range", QT_TRANSLATE_NOOP("Glossary", "Range"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "The values that the levels cover. A smaller one cuts off what is far out and rounds the rest more "
         "finely; how far to go is searched by error, share of values or divergence."),
     "range,clip,percentile"},
    {"reconstruction", QT_TRANSLATE_NOOP("Glossary", "Reconstruction"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Each weight may go up or down, and the choice is made so that the output of the layer stays, not "
         "the weight."),
     "rounding,make up for the error,output of the layer"},
    {"sensitivity", QT_TRANSLATE_NOOP("Glossary", "Sensitivity"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "What the model loses when one layer alone is compressed: measured in the sweep, or estimated by a "
         "metric."),
     "sensitiv,importance,how much"},
    {"static-dynamic", QT_TRANSLATE_NOOP("Glossary", "Static and dynamic"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Ranges of activations are fixed beforehand, or taken anew for every token. Dynamic ones are closer "
         "and cost a look at all values."),
     "static,dynamic,as it runs"},
    {"uniform", QT_TRANSLATE_NOOP("Glossary", "Uniform levels"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Evenly spaced levels: a whole number times a scale. The plainest format, and the fastest where "
         "processors multiply whole numbers."),
     "whole number,evenly spaced,nearest level"},
    {"vector", QT_TRANSLATE_NOOP("Glossary", "Vector codes"),
     QT_TRANSLATE_NOOP(
         "Glossary",
         "Several weights at a time share one index into a table of points, which wastes less space than a "
         "level for each."),
     "e8p,lattice,columns at a time"},
}};

QString say(const char* text)
{
    return QCoreApplication::translate("Glossary", text);
}

} // namespace

std::span<const GlossaryTerm> glossary()
{
    return terms;
}

QString titleOf(const GlossaryTerm& term)
{
    return say(term.title);
}

QString meaningOf(const GlossaryTerm& term)
{
    return say(term.meaning);
}

bool occursIn(const GlossaryTerm& term, const QString& text)
{
    const QStringList keywords = QString::fromUtf8(term.keywords).split(QLatin1Char(','));
    return std::ranges::any_of(
        keywords, [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

} // namespace tritloom
