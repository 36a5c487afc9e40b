#pragma once

#include "core/base/result.h"

#include <QString>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tritloom {

/// A picture file of a set, and where it stands.
struct PictureFile {
    QString path; ///< absolute
    QString folder; ///< below the set's folder, "" at its top
    QString stem; ///< name without folder and extension
};

struct Labels {
    std::vector<std::optional<std::size_t>> classes; ///< by file
    std::vector<std::string> names; ///< by class, where they are known
    bool areFolders = false; ///< one folder a class
};

/// The class of every file: from the labels file where one is given, else from one folder a class, else from the
/// file name ("n01440764_tench", "00017_7"). Classes are numbers, or places in the labels file's list, or places in
/// the sorted list of all there are. Files without a class have none. Errors: Io, InvalidInput.
[[nodiscard]] Result<Labels>
labelsOf(const std::vector<PictureFile>& files, const std::filesystem::path& labels, std::size_t classCount);

} // namespace tritloom
