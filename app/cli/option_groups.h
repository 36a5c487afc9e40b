#pragma once

#include "core/architecture/picture_model.h"

#include <QString>

#include <optional>
#include <span>

namespace tritloom::cli {

/// Where options stand in a command's help, and what models they are for.
enum class OptionGroup { Own, Text, Pictures, Generation, Running };

/// An option that several commands have. What is not in the list is the command's own.
struct GroupedOption {
    const char* name;
    OptionGroup group;
    unsigned tasks; ///< a bit for each PictureTask that it is for; of Text and Running: not looked at
};
/// app/cli/option_groups.cpp holds the only list.
[[nodiscard]] std::span<const GroupedOption> groupedOptions();
[[nodiscard]] OptionGroup groupOf(const QString& option);
[[nodiscard]] const char* titleOf(OptionGroup group); ///< of its part of the help

/// Whether an option means something for such a model. task: absent for a language model.
[[nodiscard]] bool applies(const QString& option, std::optional<PictureTask> task);

} // namespace tritloom::cli
