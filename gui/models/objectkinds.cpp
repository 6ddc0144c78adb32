#include "gui/models/objectkinds.h"

#include <array>

namespace rdrlab::gui {

namespace {

using trace::ObjectKind;

constexpr std::array kKinds
    = { ObjectKind::SrvCall,    ObjectKind::NetRoot, ObjectKind::VNetRoot, ObjectKind::Fcb,
        ObjectKind::SrvOpen,    ObjectKind::Fobx,    ObjectKind::File,     ObjectKind::Handle,
        ObjectKind::RxContext,  ObjectKind::Irp,     ObjectKind::Exchange, ObjectKind::CacheMap,
        ObjectKind::Connection, ObjectKind::Session, ObjectKind::Tree,     ObjectKind::MupPrefix,
        ObjectKind::MupFile,    ObjectKind::Process, ObjectKind::Thread,   ObjectKind::Driver,
        ObjectKind::Device,     ObjectKind::Resource };

} // namespace

std::span<const ObjectKind> objectKindOrder()
{
    return kKinds;
}

} // namespace rdrlab::gui
