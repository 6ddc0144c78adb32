#include "gui/models/link.h"

#include "gui/models/texts.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QUrl>
#include <QUrlQuery>

namespace rdrlab::gui {

namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Link)
};

} // namespace

Place Place::of(const Focus& focus, const trace::Reader& reader)
{
    Place place;
    place.seq = focus.seq();
    place.object = focus.object() != 0 ? QString::number(focus.object()) : QString();
    place.field = focus.field() != 0 ? texts::foreign(reader.string(focus.field())) : QString();
    place.markerA = focus.markerA();
    place.markerB = focus.markerB();
    return place;
}

void Place::apply(Focus& focus, const trace::Reader& reader) const
{
    if (seq != 0) {
        focus.goTo(seq, Focus::How::Step);
    }
    if (markerA != 0) {
        focus.setMarkerA(std::min(markerA, focus.last()));
    }
    if (markerB != 0) {
        focus.setMarkerB(std::min(markerB, focus.last()));
    }
    bool isNumber = false;
    trace::ObjectId id = object.toUInt(&isNumber);
    if (!isNumber && !object.isEmpty()) {
        const auto found = reader.objectsNamed(object.toStdString());
        id = found.empty() ? 0 : found.front();
    }
    if (id != 0 && reader.object(id) != nullptr) {
        focus.choose(id, field.isEmpty() ? 0 : reader.findString(field.toStdString()));
    }
}

QString Place::print() const
{
    QUrlQuery query;
    const auto add = [&](const char* name, const QString& value) {
        if (!value.isEmpty()) {
            query.addQueryItem(
                QString::fromLatin1(name), QString::fromLatin1(QUrl::toPercentEncoding(value)));
        }
    };
    const auto number = [](Seq value) { return value != 0 ? QString::number(value) : QString(); };
    add("seq", number(seq));
    add("object", object);
    add("field", object.isEmpty() ? QString() : field);
    add("a", number(markerA));
    add("b", number(markerB));
    return query.toString(QUrl::FullyEncoded);
}

bool Place::parse(const QString& text, Place& place, QString& error)
{
    place = {};
    for (const auto& [name, value] : QUrlQuery(text).queryItems(QUrl::FullyDecoded)) {
        Seq* number = name == QLatin1String("seq") ? &place.seq
            : name == QLatin1String("a")           ? &place.markerA
            : name == QLatin1String("b")           ? &place.markerB
                                                   : nullptr;
        if (number != nullptr) {
            bool good = false;
            *number = value.toULongLong(&good);
            if (!good) {
                error
                    = Words::tr("“%1” is no event number").arg(texts::foreign(value.toStdString()));
                return false;
            }
        } else if (name == QLatin1String("object")) {
            place.object = value;
        } else if (name == QLatin1String("field")) {
            place.field = value;
        } else {
            error = Words::tr("“%1” is no part of a link; parts are seq, object, field, a, b")
                        .arg(texts::foreign(name.toStdString()));
            return false;
        }
    }
    return true;
}

bool Link::parse(const QString& text, Link& link, QString& error)
{
    link = {};
    const qsizetype hash = text.lastIndexOf(QLatin1Char('#'));
    if (hash < 0 || QFileInfo::exists(text)) {
        link.path = text;
        return true;
    }
    link.path = text.left(hash);
    link.hasPlace = true;
    return Place::parse(text.mid(hash + 1), link.place, error);
}

QString Link::print() const
{
    const QString where = place.print();
    return where.isEmpty() ? path : path + QLatin1Char('#') + where;
}

} // namespace rdrlab::gui
