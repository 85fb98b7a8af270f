/*
 * The firmware on an emulated microcontroller, at the engine's end of the bridge (hal/bridge/PROTOCOL.md). The files 3 and 4 that
 * the emulator was started with are the way to the device end: the same commands as a worker of `xsnap` takes, so that one driver
 * (sim/engines/xs-worker.ts) serves both.
 *
 *   from there:  ?MESSAGE   hand MESSAGE to the firmware      /MESSAGE   the answer to a call
 *   to there:    ?MESSAGE   a call of the firmware            .REPORT\1MESSAGE   the turn is over    !TEXT   an exception
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip-flash.h"
#include "mpu.h"
#include "netstring.h"
#include "platform.h"
#include "prepare.h"
#include "semihosting.h"
#include "sizes.h"
#include "start.h"
#include "ticks.h"
#include "xs.h"

enum exit_status { OVER = 0, NO_WAY_TO_THE_WORLD = 2, BROKEN_MESSAGE = 3 };

static struct netstrings world;
static uint8_t message[MESSAGE_BYTES];
/* Ticks from reset to the first message, and of all turns; what a report takes to be written is not among them. */
static uint64_t ticks_of_turns;
static uint64_t turn_began;

/* The next message; leaves when the world has gone: nothing of the program may run then. */
static size_t receive(void)
{
	const long size = netstring_read(&world, message, sizeof message);
	if (size == -1) semihosting_exit(OVER);
	if (size < 1) {
		semihosting_say("hal/mcu: a message that is none\n");
		semihosting_exit(BROKEN_MESSAGE);
	}
	return (size_t)size;
}

static void send(const void *head, size_t head_size, const void *body, size_t body_size)
{
	if (!netstring_write(&world, head, head_size, body, body_size)) semihosting_exit(OVER);
}

/* issueCommand(request: ArrayBuffer): ArrayBuffer: a call of the firmware, and the world's answer. */
static void issue_command(xsMachine *the)
{
	const xsUnsignedValue size = xsGetArrayBufferLength(xsArg(0));
	send("?", 1, xsToArrayBuffer(xsArg(0)), size);
	const size_t answer = receive();
	if (message[0] != '/') semihosting_exit(BROKEN_MESSAGE);
	xsResult = xsArrayBuffer(message + 1, (xsIntegerValue)(answer - 1));
}

static void collect_garbage(xsMachine *the)
{
	xsCollectGarbage();
}

/* XS's inner and public views of a machine have different names. */
static void define_globals(struct sxMachine *inner)
{
	xsMachine *const machine = (xsMachine *)inner;
	xsBeginHost(machine);
	xsResult = xsNewHostFunction(issue_command, 1);
	xsDefine(xsGlobal, xsID("issueCommand"), xsResult, xsDontEnum);
	xsResult = xsNewHostFunction(collect_garbage, 0);
	xsDefine(xsGlobal, xsID("gc"), xsResult, xsDontEnum);
	chip_flash_define(the);
	xsEndHost(machine);
}

#define DECIMALS_OF_64_BITS 20

/* The small newlib prints no 64 bits. `to`: DECIMALS_OF_64_BITS and a zero; the result points into it. */
static const char *decimals_of(uint64_t number, char to[DECIMALS_OF_64_BITS + 1])
{
	char *at = to + DECIMALS_OF_64_BITS;
	*at = 0;
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return at;
}

/* Hands a message to the firmware, and reports what came of it. */
static void turn(xsMachine *machine, size_t size)
{
	struct sxMachine *const inner = (struct sxMachine *)machine;
	platform_reset_meter(inner);
	xsBeginHost(machine);
	xsVars(1);
	/* Kept across xsCatch, which is a longjmp. */
	volatile int is_thrown = 0;
	xsTry {
		xsVar(0) = xsArrayBuffer(message + 1, (xsIntegerValue)(size - 1));
		xsVar(0) = xsCall1(xsGlobal, xsID("handleCommand"), xsVar(0));
	}
	xsCatch {
		is_thrown = 1;
		xsVar(0) = xsException;
		xsException = xsUndefined;
	}
	platform_run_jobs(inner);
	ticks_of_turns += ticks() - turn_began;
	if (is_thrown) {
		const char *const text = xsToString(xsVar(0));
		send("!", 1, text, strlen(text));
	} else {
		const struct heap_use heap = platform_heap(inner);
		char head[320], decimals[DECIMALS_OF_64_BITS + 1];
		const int length = snprintf(head, sizeof head,
			".{\"currentHeapCount\":%lu,\"compute\":%lu,\"peakHeapCount\":%lu,\"chunkBytes\":%lu,\"peakChunkBytes\":%lu,"
			"\"ticks\":%s,\"stackSlots\":%lu,\"stackBytes\":%lu,\"mallocBytes\":%lu}\1",
			(unsigned long)heap.slots, (unsigned long)platform_meter(inner), (unsigned long)heap.peak_slots,
			(unsigned long)heap.chunk_bytes, (unsigned long)heap.peak_chunk_bytes, decimals_of(ticks_of_turns, decimals),
			(unsigned long)platform_stack_most(), (unsigned long)stack_most(), (unsigned long)malloc_most());
		send(head, (size_t)length, xsToArrayBuffer(xsVar(0)), xsGetArrayBufferLength(xsVar(0)));
	}
	xsEndHost(machine);
}

#ifdef mxMetering
static xsBooleanValue go_on(xsMachine *the, xsUnsignedValue index)
{
	(void)the;
	(void)index;
	return 1;
}
#endif

/* Code and the prepared program, all that lies in flash (board.ld). */
#define FLASH_BYTES (4ul * 1024 * 1024)

int main(void)
{
	if (!platform_is_prepared()) return prepare(define_globals);
	platform_initialize();
	mpu_protect(MPU_PROGRAM, 0, FLASH_BYTES, 1);
	chip_flash_protect();
	world.from = semihosting_open("/dev/fd/3", OPEN_READ);
	world.to = semihosting_open("/dev/fd/4", OPEN_WRITE);
	if (world.from < 0 || world.to < 0) {
		semihosting_say("hal/mcu: files 3 and 4 of the emulator are not open\n");
		return NO_WAY_TO_THE_WORLD;
	}
	xsMachine *const machine = (xsMachine *)platform_clone();
#ifdef mxMetering
	xsBeginMetering(machine, go_on, 0);
#endif
	for (;;) {
		const size_t size = receive();
		if (message[0] != '?') semihosting_exit(BROKEN_MESSAGE);
		turn(machine, size);
		turn_began = ticks();
	}
#ifdef mxMetering
	xsEndMetering(machine);
#endif
}
