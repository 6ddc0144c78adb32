#include "gui/i18n/languages.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

// Resources of a static library are only linked in when asked for, outside any namespace.
static void loadTranslations()
{
    Q_INIT_RESOURCE(i18n);
}

namespace rdrlab::gui {

namespace {

// As the desktop says it, before anything set another default.
const QLocale& desktopLocale()
{
    static const QLocale locale = QLocale::system();
    return locale;
}

QString idOf(const QString& wish)
{
    for (const Languages::Language& language : Languages::all()) {
        if (language.id == wish) {
            return wish;
        }
    }
    for (const QString& tag : desktopLocale().uiLanguages()) {
        for (const Languages::Language& language : Languages::all()) {
            if (tag.section(QLatin1Char('-'), 0, 0) == language.id) {
                return language.id;
            }
        }
    }
    return QStringLiteral("en");
}

} // namespace

const std::vector<Languages::Language>& Languages::all()
{
    static const std::vector<Language> languages
        = { { QStringLiteral("en"), QStringLiteral("English") },
            { QStringLiteral("de"), QStringLiteral("Deutsch") } };
    return languages;
}

Languages& Languages::instance()
{
    static Languages languages;
    return languages;
}

Languages::Languages()
    : m_wish(QStringLiteral("system"))
    , m_current(QStringLiteral("en"))
{
    loadTranslations();
}

Languages::~Languages() = default;

void Languages::drop()
{
    for (const auto& translator : m_installed) {
        QCoreApplication::removeTranslator(translator.get());
    }
    m_installed.clear();
}

void Languages::choose(const QString& wish)
{
    drop();
    m_current = idOf(wish);
    m_wish = wish == m_current ? wish : QStringLiteral("system");
    // The region stays the desktop's while its language does: 1.5 or 1,5 is the person's habit.
    QLocale::setDefault(
        desktopLocale().name().section(QLatin1Char('_'), 0, 0) == m_current ? desktopLocale()
                                                                            : QLocale(m_current));
    const auto install = [this](const QString& file, const QString& folder) {
        auto translator = std::make_unique<QTranslator>();
        if (translator->load(file, folder)) {
            QCoreApplication::installTranslator(translator.get());
            m_installed.push_back(std::move(translator));
        }
    };
    // The last one installed is asked first. English has the plural forms, also for what another
    // language lacks; Qt's own file may be missing on the machine.
    install(QStringLiteral("rdrlab_en"), QStringLiteral(":/i18n"));
    if (m_current != QLatin1String("en")) {
        install(
            QStringLiteral("qtbase_") + m_current,
            QLibraryInfo::path(QLibraryInfo::TranslationsPath));
        install(QStringLiteral("rdrlab_") + m_current, QStringLiteral(":/i18n"));
    }
}

} // namespace rdrlab::gui
