#pragma once

#include "core/architecture/model.h"

namespace tritloom {

/// The file as makeModel() has it: what BaseFiles are given, so that a base has the names that models have.
[[nodiscard]] inline std::shared_ptr<const ModelFile> preparedFile(ModelFile file)
{
    return makeModel(std::move(file))->file;
}

} // namespace tritloom
