/* The functions that XS wants of its platform: a fixed heap, no modules, no debugger, promise jobs at the end of a turn. */
#include "xsAll.h"
#include "xsScript.h"

#include "platform.h"
#include "prepare-memory.h"
#include "rom.h"
#include "semihosting.h"
#include "sizes.h"
#include "start.h"

extern uint8_t stack_limit[], data_start[];

static uint8_t chunk_heap[CHUNK_BYTES] __attribute__((aligned(8)));
static txSlot stack[STACK_SLOTS];
static txSlot slot_heap[SLOTS];

uint8_t *rom_limit;

/* XS asks once for chunks, for its stack and for slots, with the sizes of its creation; there is nothing to grow by. */
void *fxAllocateChunks(txMachine *the, txSize size)
{
	if (!platform_is_prepared()) return prepare_chunks(the, size);
	return the->firstBlock == NULL && size <= (txSize)sizeof chunk_heap ? chunk_heap : NULL;
}

void fxFreeChunks(txMachine *the, void *chunks)
{
	(void)the;
	(void)chunks;
}

txSlot *fxAllocateSlots(txMachine *the, txSize count)
{
	if (!platform_is_prepared()) return prepare_slots(the, count);
	if (the->stackBottom == NULL) {
		if (count > STACK_SLOTS) return NULL;
		memset(stack, PAINT, sizeof stack);
		return stack;
	}
	return the->firstHeap == NULL && count <= SLOTS ? slot_heap : NULL;
}

void fxFreeSlots(txMachine *the, void *slots)
{
	(void)the;
	(void)slots;
}

char *fxCStackLimit(void)
{
	/* XS looks before it goes deeper; what it calls meanwhile needs room as well. */
	enum { MARGIN = 1536 };
	return (char *)stack_limit + MARGIN;
}

void fxCreateMachinePlatform(txMachine *the)
{
	the->promiseJobs = 0;
}

void fxDeleteMachinePlatform(txMachine *the)
{
	(void)the;
}

void fxQueuePromiseJobs(txMachine *the)
{
	the->promiseJobs = 1;
}

/* Everything is one script. */
txID fxFindModule(txMachine *the, txSlot *realm, txID id, txSlot *slot)
{
	(void)the;
	(void)realm;
	(void)id;
	(void)slot;
	return XS_NO_ID;
}

void fxLoadModule(txMachine *the, txSlot *module, txID id)
{
	(void)module;
	(void)id;
	mxSyntaxError("there are no modules here");
}

/* `eval` and `Function` are not for a board: there is no parser. */
txScript *fxParseScript(txMachine *the, void *stream, txGetter getter, txUnsigned flags)
{
	(void)stream;
	(void)getter;
	(void)flags;
	mxSyntaxError("there is no parser here");
	return NULL;
}

static void tell_full_heap(const txMachine *the)
{
	char text[96];
	snprintf(text, sizeof text, "hal/mcu: XS is out of memory: %ld of %ld slots, %ld of %ld bytes\n", (long)the->currentHeapCount,
		(long)the->maximumHeapCount, (long)the->currentChunksSize, (long)the->maximumChunksSize);
	semihosting_say(text);
}

void fxAbort(txMachine *the, int status)
{
	switch (status) {
	case XS_NOT_ENOUGH_MEMORY_EXIT: tell_full_heap(the); break;
	case XS_STACK_OVERFLOW_EXIT: semihosting_say("hal/mcu: XS's stack is full\n"); break;
	case XS_UNHANDLED_EXCEPTION_EXIT: semihosting_say("hal/mcu: an exception that nothing catches\n"); break;
	case XS_UNHANDLED_REJECTION_EXIT: semihosting_say("hal/mcu: a rejection that nothing catches\n"); break;
	default: semihosting_say("hal/mcu: XS aborts\n"); break;
	}
	semihosting_exit(10 + status);
}

void platform_initialize(void)
{
	rom_limit = platform_is_prepared() ? data_start : NULL;
	fxInitializeSharedCluster();
}

int platform_is_prepared(void)
{
	return ((const struct rom_prepared *)rom_head)->kind == ROM_PREPARED;
}

txMachine *platform_clone(void)
{
	const struct rom_prepared *const rom = (const struct rom_prepared *)rom_head;
	txCreation creation = {
		.initialChunkSize = CHUNK_BYTES - sizeof(txBlock),
		.initialHeapCount = SLOTS,
		.stackCount = STACK_SLOTS,
		.initialKeyCount = KEYS,
		.incrementalKeyCount = KEYS_MORE,
		.nameModulo = NAME_MODULO,
		.symbolModulo = SYMBOL_MODULO,
	};
	return fxPrepareMachine(&creation, (txPreparation *)&rom->preparation, "smartbox", NULL, NULL);
}

void platform_run_jobs(txMachine *the)
{
	do {
		while (the->promiseJobs) {
			the->promiseJobs = 0;
			fxRunPromiseJobs(the);
		}
		fxEndJob(the);
	} while (the->promiseJobs);
}

uint32_t platform_meter(txMachine *the)
{
#ifdef mxMetering
	return the->meterIndex;
#else
	(void)the;
	return 0;
#endif
}

void platform_reset_meter(txMachine *the)
{
#ifdef mxMetering
	the->meterIndex = 0;
#else
	(void)the;
#endif
}

static int is_untouched(const txSlot *slot)
{
	const uint8_t *const bytes = (const uint8_t *)slot;
	for (size_t i = 0; i < sizeof *slot; i++) {
		if (bytes[i] != PAINT) return 0;
	}
	return 1;
}

uint32_t platform_stack_most(void)
{
	/* XS fills it from the top down, and uses what is left at the bottom to print numbers. */
	enum { CLEARLY_UNUSED = 16 };
	uint32_t used = 0;
	for (uint32_t depth = 1, untouched = 0; depth <= STACK_SLOTS && untouched < CLEARLY_UNUSED; depth++) {
		untouched = is_untouched(stack + STACK_SLOTS - depth) ? untouched + 1 : 0;
		if (untouched == 0) used = depth;
	}
	return used;
}

struct heap_use platform_heap(txMachine *the)
{
	return (struct heap_use){
		.slots = (uint32_t)the->currentHeapCount,
		.peak_slots = (uint32_t)the->peakHeapCount,
		.chunk_bytes = (uint32_t)the->currentChunksSize,
		.peak_chunk_bytes = (uint32_t)the->peakChunksSize,
	};
}
