#include "app/cli/model_commands.h"

#include "core/export/export_target.h"

#include <QJsonArray>

namespace tritloom::cli {

int targets(Context& context, const QStringList& arguments)
{
    if (!context.parse(arguments, 0))
        return context.exitCode;
    QJsonArray list;
    std::vector<QStringList> rows;
    for (const ExportTarget& target : exportTargets()) {
        const auto text = [](std::string_view view) {
            return QString::fromUtf8(view.data(), qsizetype(view.size()));
        };
        list.append(QJsonObject{
            {"id", text(target.id)}, {"title", text(target.title)}, {"patterns", text(target.patterns)}});
        rows.push_back({text(target.id), text(target.title), text(target.patterns)});
    }
    if (context.json())
        context.print({{"targets", list}});
    else
        printTable({"target", "title", "files"}, rows);
    return Done;
}

} // namespace tritloom::cli
