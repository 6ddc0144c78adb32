// Gives every test the application it needs: no screen, settings of its own.
#include "gui/themes/appstyle.h"
#include "tests/gui/guisupport.h"

#include <QApplication>
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#include <memory>

namespace {

class ApplicationListener : public Catch::TestEventListenerBase
{
public:
    using TestEventListenerBase::TestEventListenerBase;

    void testRunStarting(const Catch::TestRunInfo& info) override
    {
        TestEventListenerBase::testRunStarting(info);
        qputenv("QT_QPA_PLATFORM", "offscreen");
        rdrlab::gui::testing::useOwnSettings();
        static int argc = 1;
        static char name[] = "gui_tests";
        static char* argv[] = { name, nullptr };
        m_application = std::make_unique<QApplication>(argc, argv);
        QApplication::setStyle(new rdrlab::gui::AppStyle);
    }

    void testRunEnded(const Catch::TestRunStats& stats) override
    {
        m_application.reset();
        TestEventListenerBase::testRunEnded(stats);
    }

private:
    std::unique_ptr<QApplication> m_application;
};

CATCH_REGISTER_LISTENER(ApplicationListener)

} // namespace
