// The languages of the visualizer. English is in the sources; a translation is a .ts file in this
// folder and a name in the list below. A window shows the language it was built in: who changes the
// language builds the window anew.
#pragma once

#include <QString>
#include <memory>
#include <vector>

class QTranslator;

namespace rdrlab::gui {

class Languages
{
public:
    static Languages& instance();
    ~Languages();

    struct Language
    {
        QString id; // "de"
        QString name; // in the language itself
    };
    static const std::vector<Language>& all();

    /// "system" follows the locale of the desktop; an unknown wish counts as "system". Texts, Qt's
    /// own texts and numbers follow. Needs an application.
    void choose(const QString& wish);
    const QString& wish() const { return m_wish; }
    const QString& current() const { return m_current; } // id

private:
    Languages();
    void drop();

    QString m_wish;
    QString m_current;
    std::vector<std::unique_ptr<QTranslator>> m_installed;
};

} // namespace rdrlab::gui
