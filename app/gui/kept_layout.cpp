#include "app/gui/kept_layout.h"

#include "app/session/workspace.h"
#include "core/store/project_store.h"

#include <QSettings>

namespace tritloom {
namespace {

constexpr const char* inProject = "windowLayout";

/// Networks on pictures, language models and lists of fine-tunes have other pages: what is hidden for one is not
/// for the other.
QString keyOf(const Workspace& workspace)
{
    QString key = QStringLiteral("window/layout");
    if (workspace.model().picture)
        key += QLatin1String("OfPictures");
    if (!workspace.fineTunes()->isEmpty())
        key += QLatin1String("OfTunes");
    return key;
}

} // namespace

QByteArray keptLayout(Workspace& workspace)
{
    if (ProjectStore* const store = workspace.store())
        if (const auto kept = store->setting(inProject))
            return {reinterpret_cast<const char*>(kept->data()), qsizetype(kept->size())};
    return QSettings().value(keyOf(workspace)).toByteArray();
}

void keepLayout(Workspace& workspace, const QByteArray& layout)
{
    QSettings().setValue(keyOf(workspace), layout);
    if (ProjectStore* const store = workspace.store())
        (void)store->setSetting(
            inProject, std::as_bytes(std::span(layout.constData(), std::size_t(layout.size()))));
}

} // namespace tritloom
