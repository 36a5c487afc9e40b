#include "app/cli/option_groups.h"

#include <algorithm>

namespace tritloom::cli {
namespace {

template <typename... Tasks>
constexpr unsigned only(Tasks... tasks)
{
    return ((1U << unsigned(tasks)) | ...);
}

constexpr unsigned generation = only(PictureTask::Generation), allTasks = ~0U,
                   picturesMade = ~only(PictureTask::Classification, PictureTask::Detection);

const GroupedOption* find(const QString& option)
{
    const auto list = groupedOptions();
    const auto found = std::ranges::find_if(
        list, [&](const GroupedOption& row) { return option == QLatin1String(row.name); });
    return found == list.end() ? nullptr : &*found;
}

} // namespace

// The only list.
std::span<const GroupedOption> groupedOptions()
{
    static constexpr GroupedOption list[] = {
        {"text", OptionGroup::Text, 0},
        {"imatrix", OptionGroup::Text, 0},
        {"context", OptionGroup::Text, 0},
        {"chunks", OptionGroup::Text, 0},
        {"base", OptionGroup::Text, 0},
        {"tokens", OptionGroup::Text, 0},
        {"temperature", OptionGroup::Text, 0},
        {"task", OptionGroup::Pictures, allTasks},
        {"images", OptionGroup::Pictures, ~generation},
        {"labels", OptionGroup::Pictures, only(PictureTask::Classification)},
        {"low-bits", OptionGroup::Pictures, only(PictureTask::Classification)},
        {"limit", OptionGroup::Pictures, ~generation},
        {"range", OptionGroup::Pictures, allTasks},
        {"mean", OptionGroup::Pictures, allTasks},
        {"std", OptionGroup::Pictures, allTasks},
        {"noise", OptionGroup::Pictures, only(PictureTask::Restoration)},
        {"size", OptionGroup::Pictures, allTasks},
        {"calibration-count", OptionGroup::Pictures, allTasks},
        {"products", OptionGroup::Pictures, allTasks},
        {"features", OptionGroup::Pictures, picturesMade},
        {"features-weights", OptionGroup::Pictures, picturesMade},
        {"features-input", OptionGroup::Pictures, picturesMade},
        {"steps", OptionGroup::Generation, generation},
        {"calibration-steps", OptionGroup::Generation, generation},
        {"prompt", OptionGroup::Generation, generation},
        {"negative-prompt", OptionGroup::Generation, generation},
        {"guidance", OptionGroup::Generation, generation},
        {"sampler", OptionGroup::Generation, generation},
        {"samples", OptionGroup::Generation, generation},
        {"device", OptionGroup::Running, allTasks},
        {"threads", OptionGroup::Running, allTasks},
        {"json", OptionGroup::Running, allTasks},
        {"help", OptionGroup::Running, allTasks},
    };
    return list;
}

OptionGroup groupOf(const QString& option)
{
    const GroupedOption* const row = find(option);
    return row == nullptr ? OptionGroup::Own : row->group;
}

const char* titleOf(OptionGroup group)
{
    switch (group) {
    case OptionGroup::Own:
        break;
    case OptionGroup::Text:
        return "Language models";
    case OptionGroup::Pictures:
        return "Networks on pictures";
    case OptionGroup::Generation:
        return "Networks that make pictures";
    case OptionGroup::Running:
        return "Running and printing";
    }
    return "Options";
}

bool applies(const QString& option, std::optional<PictureTask> task)
{
    const GroupedOption* const row = find(option);
    if (row == nullptr || row->group == OptionGroup::Running)
        return true;
    if (!task || row->group == OptionGroup::Text)
        return !task && row->group == OptionGroup::Text;
    return (row->tasks >> unsigned(*task) & 1U) != 0;
}

} // namespace tritloom::cli
