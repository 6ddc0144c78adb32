/* rx.h - everything a mini-redirector or RDBSS itself includes.
 *
 * Written from public documentation. The surface is that of Windows Vista and later: FCBs carry a file size lock, requests carry
 * the tracker of FCB acquisitions. A mini-redirector defines MINIRDR__NAME first.
 *
 * <ntifs.h> comes from this folder's neighbour in the emulator, from the WDK or mingw-w64 in a real kernel build.
 */
#ifndef RDR_RX_H
#define RDR_RX_H

#include <ntifs.h>
#include "rdrkit.h"

#include "rxovride.h"

#include "struchdr.h"
#include "nodetype.h"
#include "rxtypes.h"
#ifndef MINIRDR__NAME
#include "rxpooltg.h"
#endif
#include "ntrxdef.h"
#include "fcbtable.h"
#include "mrxfcb.h"
#include "rxworkq.h"
#include "rxprocs.h"
#ifndef MINIRDR__NAME
#include "rxdata.h"
#endif

#endif
