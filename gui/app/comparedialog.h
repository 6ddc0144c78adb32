// Asks which two traces to compare: open ones, recent ones, or files.
#pragma once

#include "gui/models/comparison.h"

#include <QDialog>

class QComboBox;
class QDialogButtonBox;
class QLabel;

namespace rdrlab::gui {

class CompareDialog : public QDialog
{
    Q_OBJECT
public:
    /// `first` is proposed as A, the next best as B.
    CompareDialog(
        const QStringList& open,
        const QStringList& recent,
        const QString& first,
        QWidget* parent = nullptr);

    QString path(DiffSide side) const;
    void choose(DiffSide side, const QString& path);

private:
    void browse(DiffSide side);
    void check();

    std::array<QComboBox*, 2> m_boxes {};
    QLabel* m_answer;
    QDialogButtonBox* m_buttons;
};

} // namespace rdrlab::gui
