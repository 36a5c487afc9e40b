#pragma once

#include "core/architecture/model.h"

#include <QListWidget>

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

namespace tritloom {

/// What an export says before and after: one line a sentence. Those that say the same of other tensors are
/// one line with their number; a click or the space bar shows their names. GUI thread only.
class ExportChecks final : public QListWidget {
    Q_OBJECT

public:
    ExportChecks(const Model& model, QWidget* parent); ///< model: what is exported, outlives this

    /// Behind what is there: "✗  sentence", in the language of the window.
    void add(QChar mark, std::span<const std::string> sentences, const QColor& colour);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void toggle(QListWidgetItem* item);

    std::unordered_set<std::string_view> m_names; ///< of tensors and layers
};

} // namespace tritloom
