#pragma once

#include "core/method/layer_method.h"

#include <QToolButton>

namespace tritloom {

class ParameterForm;

/// A small button beside the name of a plugin that opens its ParameterForm; a dot says that values are not
/// standard, the tool tip how many. GUI thread only.
class ParameterButton final : public QToolButton {
    Q_OBJECT

public:
    explicit ParameterButton(QWidget* parent = nullptr);

    void setPlugin(const QString& title, std::vector<ParameterSpec> specs, const Parameters& values);
    [[nodiscard]] const Parameters& values() const { return m_values; }

signals:
    void chosen(); ///< the form was closed, and values are others

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void open();
    void refresh();

    QString m_title;
    std::vector<ParameterSpec> m_specs;
    Parameters m_values;
};

} // namespace tritloom
