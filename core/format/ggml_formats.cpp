#include "core/format/ggml_formats.h"

#include <algorithm>

namespace tritloom::ggmlFormat {
namespace {

// The only list of lists.
constexpr std::span<const Row> (*lists[])() = {simpleRows, superRows, tableRows, ternaryRows, gridRows};

} // namespace

Result<NumberFormatPtr> parse(std::string_view id)
{
    for (const auto list : lists) {
        const auto rows = list();
        const auto row = std::find_if(rows.begin(), rows.end(), [id](const Row& r) { return r.id == id; });
        if (row != rows.end())
            return row->make();
    }
    return fail(ErrorCode::NotFound, "ggml has no block type called '{}'", id);
}

std::vector<std::string> examples()
{
    std::vector<std::string> ids;
    for (const auto list : lists)
        for (const Row& row : list())
            if (row.make()->isWritable())
                ids.emplace_back(row.id);
    return ids;
}

} // namespace tritloom::ggmlFormat
