#pragma once

#include <QLineEdit>
#include <QStyle>
#include <QVariant>

namespace tritloom {

/// A red border round what cannot be meant, as the theme has it, while that stands there.
inline void markInvalid(QLineEdit& field, bool invalid)
{
    if (field.property("invalid").toBool() == invalid)
        return;
    field.setProperty("invalid", invalid);
    field.style()->unpolish(&field); // a style sheet looks at properties once
    field.style()->polish(&field);
}

} // namespace tritloom
