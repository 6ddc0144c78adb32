# The files of rdbss, for every build of it. RDBSS_SEH_SOURCES use structured exceptions (__try or its stand-in).
set(RDBSS_SOURCES
    registration.cpp startstop.cpp dispatch.cpp rxcontext.cpp serial.cpp fsp.cpp workqueue.cpp timers.cpp
    prefixtable.cpp fcbtable.cpp objects.cpp reference.cpp transition.cpp
    srvcall.cpp netroot.cpp vnetroot.cpp connections.cpp disconnect.cpp querypath.cpp names.cpp
    fcb.cpp srvopen.cpp fobx.cpp resource.cpp create.cpp opens.cpp cleanup.cpp close.cpp scavenger.cpp
    read.cpp write.cpp cachesup.cpp buffers.cpp lowio.cpp lockctrl.cpp flush.cpp
    fileinfo.cpp volinfo.cpp easecurity.cpp dirctrl.cpp devfcb.cpp fsctrl.cpp buffering.cpp fastio.cpp log.cpp
    namecache.cpp midatlas.cpp)
set(RDBSS_SEH_SOURCES guard.cpp)
