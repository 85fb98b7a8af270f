/* XS on a bare Cortex-M: what its sources want to know of the machine (named to them by XSPLATFORM). */
#ifndef XS_PLATFORM_H
#define XS_PLATFORM_H

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define XS_FUNCTION_NORETURN __attribute__((noreturn))

/* Promise jobs wait, and are run before a turn ends. */
#define mxMachinePlatform \
	int promiseJobs;

#define mxUseDefaultBuildKeys 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultCStackLimit 0
/* mxCESU8 is not set: as on the boards, strings are counted by code point. */

/*
 * What lies below is flash (board.ld): the collector of garbage leaves it alone. 0 while the program is being prepared there. The patches
 * of sim/engines/xs/mcu-patches.ts put the question to XS's own places.
 */
extern uint8_t *rom_limit;
#define mxInRom(POINTER) ((uint8_t *)(POINTER) < rom_limit)

#endif
