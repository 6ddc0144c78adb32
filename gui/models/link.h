// A place in a trace as text that one can send to somebody:
//
//   demo.rdrtrace#seq=42&object=17&field=UncleanCount&a=10&b=90
//
// object is a number or a name (RX_CONTEXT%231), field a name, a and b are the markers. All parts
// may be missing; what a trace does not have is ignored when going there.
#pragma once

#include "gui/models/focus.h"

#include <QString>

namespace rdrlab::gui {

struct Place
{
    Seq seq = 0; // 0: where the scenario begins
    QString object; // number or name; "": none
    QString field;
    Seq markerA = 0;
    Seq markerB = 0;

    static Place of(const Focus& focus, const trace::Reader& reader);
    /// Moves the focus there, as far as the trace has it.
    void apply(Focus& focus, const trace::Reader& reader) const;
    /// "seq=42&object=17"; "" when nothing is set.
    QString print() const;
    /// False and one line in `error` when a part is not understood.
    static bool parse(const QString& text, Place& place, QString& error);
};

struct Link
{
    QString path;
    Place place;
    bool hasPlace = false;

    /// A name with # that exists as a file is that file.
    static bool parse(const QString& text, Link& link, QString& error);
    QString print() const;
};

} // namespace rdrlab::gui
