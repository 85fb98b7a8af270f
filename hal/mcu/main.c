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

#include "netstring.h"
#include "platform.h"
#include "program.h"
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

static void define_globals(xsMachine *machine)
{
	xsBeginHost(machine);
	xsResult = xsNewHostFunction(issue_command, 1);
	xsDefine(xsGlobal, xsID("issueCommand"), xsResult, xsDontEnum);
	xsResult = xsNewHostFunction(collect_garbage, 0);
	xsDefine(xsGlobal, xsID("gc"), xsResult, xsDontEnum);
	xsEndHost(machine);
}

static void load(xsMachine *machine)
{
	static const struct program program = {PROGRAM_SYMBOLS, PROGRAM_SYMBOLS_SIZE, PROGRAM_CODE, PROGRAM_CODE_SIZE};
	xsBeginHost(machine);
	xsTry {
		platform_run((struct sxMachine *)machine, &program, PROGRAM_RAM);
	}
	xsCatch {
		const char *const text = xsToString(xsException);
		send("!", 1, text, strlen(text));
		semihosting_exit(OVER);
	}
	xsEndHost(machine);
	platform_run_jobs((struct sxMachine *)machine);
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
		char head[320];
		const int length = snprintf(head, sizeof head,
			".{\"currentHeapCount\":%lu,\"compute\":%lu,\"peakHeapCount\":%lu,\"chunkBytes\":%lu,\"peakChunkBytes\":%lu,"
			"\"ticks\":%llu,\"stackSlots\":%lu,\"stackBytes\":%lu,\"mallocBytes\":%lu}\1",
			(unsigned long)heap.slots, (unsigned long)platform_meter(inner), (unsigned long)heap.peak_slots,
			(unsigned long)heap.chunk_bytes, (unsigned long)heap.peak_chunk_bytes, (unsigned long long)ticks_of_turns,
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

int main(void)
{
	world.from = semihosting_open("/dev/fd/3", OPEN_READ);
	world.to = semihosting_open("/dev/fd/4", OPEN_WRITE);
	if (world.from < 0 || world.to < 0) {
		semihosting_say("hal/mcu: files 3 and 4 of the emulator are not open\n");
		return NO_WAY_TO_THE_WORLD;
	}
	xsCreation creation = {
		.initialChunkSize = CHUNK_BYTES - 1024,
		.initialHeapCount = SLOTS - 2,
		.stackCount = STACK_SLOTS,
		.initialKeyCount = KEYS,
		.nameModulo = NAME_MODULO,
		.symbolModulo = SYMBOL_MODULO,
	};
	platform_initialize();
	xsMachine *const machine = xsCreateMachine(&creation, "smartbox", NULL);
	define_globals(machine);
#ifdef mxMetering
	xsBeginMetering(machine, go_on, 0);
#endif
	load(machine);
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
