#include "app/gui/export/export_checks.h"

#include "app/gui/core_words.h"

#include <QKeyEvent>

#include <algorithm>
#include <vector>

namespace tritloom {
namespace {

enum Role {
    Others = Qt::UserRole,
    WithoutNames,
    IsOpen
}; ///< names; text without them; whether they are shown
const QString closedMark = QStringLiteral(" ▸"), openMark = QStringLiteral(" ▾\n");

/// A sentence without the names in it, and those.
struct Reason {
    std::string words;
    QString names;
};

Reason reasonOf(std::string_view sentence, const std::unordered_set<std::string_view>& known)
{
    Reason reason;
    QStringList names;
    while (!sentence.empty()) {
        const std::size_t end = std::min(sentence.find(' '), sentence.size() - 1) + 1;
        std::string_view word = sentence.substr(0, end);
        sentence.remove_prefix(end);
        constexpr std::string_view around = "' ,:;";
        const std::size_t from = word.find_first_not_of(around), last = word.find_last_not_of(around);
        const std::string_view name =
            from == std::string_view::npos ? std::string_view() : word.substr(from, last - from + 1);
        if (!known.contains(name)) {
            reason.words += word;
            continue;
        }
        names << QString::fromUtf8(name.data(), qsizetype(name.size()));
        reason.words.append(word.substr(0, from)).append(1, '\0').append(word.substr(last + 1));
    }
    reason.names = names.join(QStringLiteral(" + "));
    return reason;
}

} // namespace

ExportChecks::ExportChecks(const Model& model, QWidget* parent)
    : QListWidget(parent)
{
    for (const NamedTensor& tensor : model.file->tensors)
        m_names.insert(tensor.name);
    for (const Layer& layer : model.layers)
        m_names.insert(layer.name);
    m_names.erase(std::string_view()); // which every lone mark would be
    setWordWrap(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff); // lines as wide as the list wrap
    setSelectionMode(QAbstractItemView::NoSelection);
    connect(this, &QListWidget::itemClicked, this, &ExportChecks::toggle);
}

void ExportChecks::add(QChar mark, std::span<const std::string> sentences, const QColor& colour)
{
    struct Group {
        Reason first;
        QString sentence;
        QStringList others;
    };
    std::vector<Group> groups;
    for (const std::string& sentence : sentences) {
        Reason reason = reasonOf(sentence, m_names);
        const auto same = std::ranges::find_if(groups, [&](const Group& group) {
            return group.first.words == reason.words && !reason.names.isEmpty();
        });
        if (same != groups.end())
            same->others << reason.names;
        else
            groups.push_back({std::move(reason), coreWords(sentence), {}});
    }
    for (const Group& group : groups) {
        QString text = QStringLiteral("%1  %2").arg(mark).arg(group.sentence);
        if (!group.others.isEmpty())
            text += QLatin1Char(' ') + tr("(%1 more likewise)").arg(group.others.size());
        auto* const item = new QListWidgetItem(group.others.isEmpty() ? text : text + closedMark, this);
        item->setForeground(colour);
        if (group.others.isEmpty())
            continue;
        item->setData(WithoutNames, text);
        item->setData(Others, group.others.join(QStringLiteral(", ")));
        item->setToolTip(tr("A click or the space bar shows which"));
    }
}

void ExportChecks::toggle(QListWidgetItem* item)
{
    const QString others = item->data(Others).toString();
    if (others.isEmpty())
        return;
    const bool opens = !item->data(IsOpen).toBool();
    item->setData(IsOpen, opens);
    item->setText(item->data(WithoutNames).toString() + (opens ? openMark + others : closedMark));
}

void ExportChecks::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space && currentItem() != nullptr)
        toggle(currentItem());
    else
        QListWidget::keyPressEvent(event);
}

} // namespace tritloom
