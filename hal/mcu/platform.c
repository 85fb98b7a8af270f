/* The functions that XS wants of its platform: a fixed heap, no modules, no debugger, promise jobs at the end of a turn. */
#include "xsAll.h"
#include "xsScript.h"

#include "platform.h"
#include "semihosting.h"
#include "sizes.h"
#include "start.h"

extern uint8_t stack_limit[];
extern void fxRemapIDs(txMachine *the, txByte *code, txSize size, txID *ids);

static uint8_t chunk_heap[CHUNK_BYTES] __attribute__((aligned(8)));
static txSlot stack[STACK_SLOTS];
static txSlot slot_heap[SLOTS];

/* XS asks once for chunks, for its stack and for slots, with the sizes of its creation; there is nothing to grow by. */
void *fxAllocateChunks(txMachine *the, txSize size)
{
	return the->firstBlock == NULL && size <= (txSize)sizeof chunk_heap ? chunk_heap : NULL;
}

void fxFreeChunks(txMachine *the, void *chunks)
{
	(void)the;
	(void)chunks;
}

txSlot *fxAllocateSlots(txMachine *the, txSize count)
{
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
	enum { MARGIN = 4096 };
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

void fxAbort(txMachine *the, int status)
{
	(void)the;
	switch (status) {
	case XS_NOT_ENOUGH_MEMORY_EXIT: semihosting_say("hal/mcu: XS is out of memory\n"); break;
	case XS_STACK_OVERFLOW_EXIT: semihosting_say("hal/mcu: XS's stack is full\n"); break;
	case XS_UNHANDLED_EXCEPTION_EXIT: semihosting_say("hal/mcu: an exception that nothing catches\n"); break;
	case XS_UNHANDLED_REJECTION_EXIT: semihosting_say("hal/mcu: a rejection that nothing catches\n"); break;
	default: semihosting_say("hal/mcu: XS aborts\n"); break;
	}
	semihosting_exit(10 + status);
}

void platform_initialize(void)
{
	fxInitializeSharedCluster();
}

/* XS's numbers of the program's names, which it calls by numbers of its own: the first two bytes count them, then each ends with a 0. */
static void number_names(txMachine *the, const struct program *program, txID *ids)
{
	const txS1 *at = (const txS1 *)program->symbols;
	txID count;
	mxDecodeID(at, count);
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		ids[i] = fxNewNameC(the, (txString)at);
		at += strlen((const char *)at) + 1;
	}
}

void platform_run(txMachine *the, const struct program *program, uint8_t *ram)
{
	static txID ids[KEYS];
	txSlot *const realm = mxProgram.value.reference->next->value.module.realm;
	number_names(the, program, ids);
	memcpy(ram, program->code, program->code_size);
	fxRemapIDs(the, (txByte *)ram, (txSize)program->code_size, ids);
	/* Without symbols: XS then runs the code where it lies, and frees nothing. */
	txScript script = {.codeBuffer = (txS1 *)ram, .codeSize = (txSize)program->code_size};
	fxRunScript(the, &script, mxRealmGlobal(realm), NULL, mxRealmClosures(realm)->value.reference, NULL,
		mxProgram.value.reference);
	mxPop();
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

uint32_t platform_stack_most(void)
{
	/* XS fills it from the top down. */
	const uint8_t *at = (const uint8_t *)stack;
	while (at < (const uint8_t *)(stack + STACK_SLOTS) && *at == PAINT) at++;
	return (uint32_t)(((const uint8_t *)(stack + STACK_SLOTS) - at + sizeof(txSlot) - 1) / sizeof(txSlot));
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
