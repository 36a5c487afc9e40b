#pragma once

#include "core/architecture/model.h"

/// textgenrnn (github.com/minimaxir/textgenrnn): characters -> embedding -> LSTMs -> the average over time of
/// embedding and all LSTMs, weighted by a softmax -> softmax over characters. It reads a window of the last
/// characters, shorter texts filled with 0 in front, and keeps nothing from one character to the next.
namespace tritloom::textgenrnn {

constexpr std::string_view id = "textgenrnn"; ///< general.architecture

/// Whether tensors of Keras are those of such a network, by their names.
[[nodiscard]] bool isNetwork(const ModelFile&);

/// Names tensors as computed with: token_embd.weight [V, e], blk.N.lstm_input.weight [4 h, inputs], its bias
/// [4 h], blk.N.lstm_recurrent.weight [4 h, h], its bias [4 h] where there are two, attention.weight [1, e +
/// N h], output.weight [V, e + N h], output.bias [V]. Rows of the LSTMs: input, forget, cell, output gate.
/// Matrices as Keras stores them ([inputs, 4 h]) stay in the mapped file, those in CuDNN's order are copied.
/// Does nothing to shapes that do not fit: build() says so.
void prepare(ModelFile&);

/// The next character's logits after each position, [T, V]. A position sees what its own window of
/// "textgenrnn.context_window" (40) characters holds, from the last begin of a text on, so that one pass over
/// many texts gives what a run for each window gives. Made of ordinary ops, a step of an LSTM after the
/// other: its matrices are linear layers like others, and whatever replaces a layer replaces them. Errors:
/// NotFound, InvalidInput (shapes), Unsupported (a window beyond 256).
[[nodiscard]] Result<Graph> build(const ModelFile&);

} // namespace tritloom::textgenrnn

namespace tritloom {

/// How many of the last tokens a language model needs to be given for the next one because it keeps no state;
/// 0: it keeps one, and needs only what is new.
[[nodiscard]] std::size_t tokensReadAgain(const ModelFile&);

} // namespace tritloom
