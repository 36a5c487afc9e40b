#pragma once

#include "core/method/analysis.h"

#include <QTabWidget>

namespace tritloom {

/// A report to look at: what it means in words, its tables and its charts, each behind a tab of its own, as
/// there is little room. GUI thread only.
class ReportView final : public QTabWidget {
    Q_OBJECT

public:
    explicit ReportView(QWidget* parent = nullptr);
    void show(const Report& report);
};

} // namespace tritloom
