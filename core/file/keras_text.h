#pragma once

#include "core/file/model_file.h"

namespace tritloom::kerasText {

/// Keras keeps the text of a model beside its weights: for NAME_weights.hdf5 or NAME.hdf5 the vocabulary of
/// characters NAME_vocab.json ({"a": 7, "<s>": 464}) and NAME_config.json, as textgenrnn names them; where
/// there is no such vocabulary the only *_vocab.json of the folder is meant. Sets the keys "tokenizer.ggml.*"
/// (model "characters") and "textgenrnn.*". Without such files nothing is set; a vocabulary that cannot be
/// used is a notice. Errors: InvalidInput, Io (a file that is there but is no JSON).
[[nodiscard]] Result<void> readBeside(const std::filesystem::path& weights, ModelFile& model);

} // namespace tritloom::kerasText
