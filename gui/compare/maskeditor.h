// What a comparison leaves out, for a person to change: by check marks, or as the TOML text that
// `rdrlab diff --mask` takes.
#pragma once

#include "gui/models/maskmodel.h"

#include <QDialog>

class QDialogButtonBox;
class QLabel;
class QPlainTextEdit;
class QTreeView;

namespace rdrlab::gui {

class MaskEditor : public QDialog
{
    Q_OBJECT
public:
    /// `standard` is what "Standard" goes back to.
    MaskEditor(
        const trace::DiffMask& mask, const trace::DiffMask& standard, QWidget* parent = nullptr);

    const trace::DiffMask& mask() const { return m_model.mask(); }
    /// Takes a mask as text; false while it is none, which the dialog says.
    bool setText(const QString& text);
    QString text() const;

private:
    void load();
    void save();
    void showText();
    void readText();

    trace::DiffMask m_standard;
    MaskModel m_model;
    QTreeView* m_list;
    QPlainTextEdit* m_text;
    QLabel* m_answer;
    QDialogButtonBox* m_buttons;
    bool m_isShowing = false; // the text follows the list just now, or the list the text
};

} // namespace rdrlab::gui
