/* Ntstrsafe.h - the spelling some sources use. */
#include "ntstrsafe.h"
