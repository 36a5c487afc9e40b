#pragma once

#include "model.h"
#include "vocabulary.h"

#include <string>
#include <vector>

namespace sample {

/// The model and its vocabulary as a GGUF v3 file: matrices F16, norms F32.
void writeGguf(
    const std::string& path, const std::vector<Parameter>& parameters, const Vocabulary& vocabulary);

} // namespace sample
