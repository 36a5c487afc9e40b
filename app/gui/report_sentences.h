#pragma once

#include <QCoreApplication>

#include <array>

namespace tritloom {

/// What reports of analyses say, for coreWords(), with places for names and numbers. Sentences without such
/// places are rows of the translation alone.
constexpr std::array reportSentences{
    QT_TRANSLATE_NOOP("Core", "layers by format: %1"),
    QT_TRANSLATE_NOOP(
        "Core",
        "Blocks go from %1 by %2 to %3 by %4, the least important first; layers outside blocks are as stored, "
        "and bits are of the blocks. Perplexity as stored: %5, on the calibration text."),
    QT_TRANSLATE_NOOP(
        "Core",
        "With %1 of %2 blocks low the KL divergence is %3 nats in the order of LIM and %4 in its reverse, %5 "
        "in the order of ZD and %6 in its reverse, %7 in %8 random orders."),
    QT_TRANSLATE_NOOP("Core", "The order of %1 holds here: chance is worse, and its reverse is worst."),
    QT_TRANSLATE_NOOP("Core", "The order of %1 is better than its reverse, but no better rule than chance."),
    QT_TRANSLATE_NOOP("Core", "The order of %1 does not hold here: its reverse is no worse."),
    QT_TRANSLATE_NOOP(
        "Core", "%1 is the nearest format to both widths: name one of the higher and one of the lower width"),
    QT_TRANSLATE_NOOP(
        "Core",
        "for %1 of %2 layers the project names a format or method that this program does not have, so they "
        "are as stored: %3"),
    QT_TRANSLATE_NOOP("Core", "%1 are %2 bytes, the smallest choice of formats has %3"),
    QT_TRANSLATE_NOOP(
        "Core", "%1 pictures. Random low bits are set in 0.875 of bytes and score 369117 a channel."),
    QT_TRANSLATE_NOOP(
        "Core",
        "With %1 groups %2 of %3 channels are in the last one, under a scale that may be too coarse for "
        "them; the first scale made for fewer channels moves the thresholds."),
    QT_TRANSLATE_NOOP("Core", "best %1 cuts"),
    QT_TRANSLATE_NOOP("Core", "%1 groups"),
    QT_TRANSLATE_NOOP("Core", "%1 ranges"),
    QT_TRANSLATE_NOOP("Core", "As stored, outputs of %1 x %2, circular padding"),
    QT_TRANSLATE_NOOP(
        "Core", "%1 layers have a shape for which no kernel is orthogonal: their L_orth cannot reach 0."),
    QT_TRANSLATE_NOOP(
        "Core", "%1 layers were left out: three dimensions, or more than %2 channels (parameter widest)."),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1 parameters without embeddings in the first model. Bits are nominal, as in the published fit of "
        "GPTQ on Pythia; losses are of the calibration text, embeddings and head as stored."),
    QT_TRANSLATE_NOOP(
        "Core",
        "Fitted to %1 measurements above %2 nats; of their logarithms it tells %3 of the variance. It says "
        "nothing of methods that were not among them."),
    QT_TRANSLATE_NOOP("Core", "No fit: %1."),
    QT_TRANSLATE_NOOP("Core", "%1 samples over %2 steps of the sampler, the noisiest first."),
    QT_TRANSLATE_NOOP(
        "Core", "The feature is what flows into stage %1, where the network is narrowest, of one picture."),
    QT_TRANSLATE_NOOP("Core", "%1 bits on half octaves"),
    QT_TRANSLATE_NOOP("Core", "The same class as the simulation: %1 in 32-bit floats, %2 in 64 bits."),
    QT_TRANSLATE_NOOP(
        "Core",
        "The largest difference of any of %1 tensors of codes and of the answer, in steps: %2 where each is "
        "made of the same codes, %3 behind all others, %4 where the simulation has 64 bits."),
    QT_TRANSLATE_NOOP("Core", "The same class as the network as stored: %1 in whole numbers, %2 simulated."),
    QT_TRANSLATE_NOOP(
        "Core",
        "Ranges come from the first %1 pictures. Floats prepare the picture; between its codes and the "
        "answer there are none."),
    QT_TRANSLATE_NOOP(
        "Core", "%1 of %2 layers have weights of 2 or more and are protected smaller by a power of two."),
    QT_TRANSLATE_NOOP(
        "Core",
        "Each cell of two bits that holds 01 or 10 flips one of them with probability %1 %, the others with "
        "%2 %; %3 seeds. Perplexity without faults: %4."),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1 random mixtures of %2 formats at %3 bits a weight, sizes equal to %4 %; quality is the KL "
        "divergence measured on %5 parts of the data."),
    QT_TRANSLATE_NOOP(
        "Core",
        "The evolved program is %1; %2 programs were tried, %3 computed what another did, %4 did not work."),
    QT_TRANSLATE_NOOP("Core", "What %1 says against measured divergence"),
    QT_TRANSLATE_NOOP("Core", "%1 evolved on"),
    QT_TRANSLATE_NOOP("Core", "%1 held out"),
    QT_TRANSLATE_NOOP("Core", "%1 bits, unified"),
    QT_TRANSLATE_NOOP("Core", "%1 bits, table 1"),
    QT_TRANSLATE_NOOP("Core", "Relative squared error at %1 bits, mean over the steps"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1 steps in %2 groups: the error of activations at %3 bits is %4 with one range and %5 with one a "
        "group."),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1 networks at %2 settings. All bits count: scales of the formats, and 16 for every norm and bias."),
    QT_TRANSLATE_NOOP("Core", "Quality against %1"),
    QT_TRANSLATE_NOOP("Core", "%1, share of 16 bits"),
    QT_TRANSLATE_NOOP("Core", "mostly %1 bits"),
    QT_TRANSLATE_NOOP(
        "Core", "the calibration text scores no token of %1: name a longer one with --calibration"),
    QT_TRANSLATE_NOOP("Core", "none of %1 layers is a product of at most %2 channels over two dimensions"),
    QT_TRANSLATE_NOOP(
        "Core",
        "%1: bits are held against quality for networks on pictures that can be run, with some formats"),
};

} // namespace tritloom
