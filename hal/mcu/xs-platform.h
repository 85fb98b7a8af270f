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

#endif
