#pragma once

#include <QCoreApplication>

#include <array>

namespace tritloom {

/// Sentences in which some numbers are counts of bytes, which of them (by their digits), and how they are
/// said with sizes.
struct SentenceOfBytes {
    const char *sentence, *bytes, *said;
};
constexpr std::array sentencesOfBytes{
    SentenceOfBytes{
        "the budget is %1 bytes, norms and biases alone have %2", "12",
        QT_TRANSLATE_NOOP("Core", "the budget is %1, norms and biases alone take %2")},
    SentenceOfBytes{
        "the budget is %1 bytes, the smallest choice has %2", "12",
        QT_TRANSLATE_NOOP("Core", "the budget is %1, the smallest choice takes %2")},
    SentenceOfBytes{
        "the budget is %1 bytes, the smallest possible choice has %2", "12",
        QT_TRANSLATE_NOOP("Core", "the budget is %1, the smallest possible choice takes %2")},
    SentenceOfBytes{
        "differences only: the %1 bytes of the base are needed beside them", "1",
        QT_TRANSLATE_NOOP("Core", "differences only: the %1 of the base are needed beside them")},
    SentenceOfBytes{
        "the rest of an export that was cut off, %1 bytes, is removed", "1",
        QT_TRANSLATE_NOOP("Core", "the rest of an export that was cut off, %1, is removed")},
    SentenceOfBytes{
        "%1 tensors are %2, which this kind of file cannot hold: they are written as %3, %4 bytes in place "
        "of %5",
        "45",
        QT_TRANSLATE_NOOP(
            "Core",
            "%1 tensors are %2, which this kind of file cannot hold: they are written as %3, %4 in place of "
            "%5")},
    SentenceOfBytes{
        "%1 tensors are %2, which INT4 would hold: they are written as INT8, %3 bytes in place of %4", "34",
        QT_TRANSLATE_NOOP(
            "Core", "%1 tensors are %2, which INT4 would hold: they are written as INT8, %3 in place of %4")},
    SentenceOfBytes{
        "%1 tensors are %2, which ONNX has no type for: they are written as %3, %4 bytes in place of %5",
        "45",
        QT_TRANSLATE_NOOP(
            "Core",
            "%1 tensors are %2, which ONNX has no type for: they are written as %3, %4 in place of %5")},
    SentenceOfBytes{
        "all tensors take %1 bytes in this file, and %2 as their formats pack them", "12",
        QT_TRANSLATE_NOOP("Core", "all tensors take %1 in this file, and %2 as their formats pack them")},
    SentenceOfBytes{
        "%1 bytes of %2 are not in the file, which opens where that lies beside it or is named", "1",
        QT_TRANSLATE_NOOP(
            "Core", "%1 of %2 are not in the file, which opens where that lies beside it or is named")},
    SentenceOfBytes{
        "%1 bytes of the base model are in the file, so that it opens alone", "1",
        QT_TRANSLATE_NOOP("Core", "%1 of the base model are in the file, so that it opens alone")},
};

} // namespace tritloom
