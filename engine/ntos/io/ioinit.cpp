// ioinit.cpp - birth and end of the I/O manager.
#include "engine/ntos/inc/init.h"
#include "engine/ntos/io/iopriv.h"

/// Types File, Device, Driver; empty lists. ps, se and ob are up.
void IoInitSystem(void)
{
    ObpSecurityIsReady();
    IopInitIrps();
    IopInitCalls();
    IopInitCancel();
    IopInitFileSystems();
    IopInitDrivers();
    IopInitDevices();
    IopInitFiles();
}

/// Tells the drivers that asked for it, unloads them, and gives back what rests. IRPs that are
/// still alive are reported by the leak report of pool.
void IoShutdownSystem(void)
{
    IopSendShutdown();
    IopShutdownDrivers();
    ObpDrainDeferred();
    IopShutdownIrps();
}
