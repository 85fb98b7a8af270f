/*
 * The program evaluated once, when the image is built, and then frozen as the boards' linker does it (`xsl` of the SDK): functions and
 * what cannot be written to in a copy become read-only, everything else gets a number by which the machine that runs finds its own copy
 * as soon as it writes. It is evaluated where it is going to lie, so that nothing has to be moved.
 */
#include "prepare.h"

#include "xsAll.h"
#include "xsScript.h"

#include "platform.h"
#include "prepare-memory.h"
#include "rom.h"
#include "semihosting.h"
#include "sizes.h"
#include "start.h"

enum prepare_status { PREPARED = 0, THROWN = 20, NOT_WRITTEN = 21, TOO_LARGE = 22 };

_Static_assert(sizeof(struct rom_prepared) <= ROM_CODE_AT, "the facts of the prepared program lie before its code");

extern void fxRemapIDs(txMachine *the, txByte *code, txSize size, txID *ids);

/* Where malloc and XS's stack are meanwhile (board.ld). */
extern uint8_t prepare_malloc[], prepare_stack[];

static txSlot *slots_top;

void *prepare_chunks(txMachine *the, txSize size)
{
	return the->firstBlock == NULL && size <= prepare_stack - rom_chunks ? rom_chunks : NULL;
}

txSlot *prepare_slots(txMachine *the, txSize count)
{
	if (the->stackBottom == NULL) return (txSlot *)prepare_stack + count <= (txSlot *)rom_chunks_end ? (txSlot *)prepare_stack : NULL;
	txSlot *const before = slots_top;
	if (count > (txSlot *)rom_slots_end - before) return NULL;
	slots_top += count;
	return before;
}

/* XS's numbers of the program's names, which its code calls by numbers of its own: two bytes count them, then each ends with a 0. */
static void number_names(txMachine *the, const txS1 *at, txID *ids)
{
	txID count;
	mxDecodeID(at, count);
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		ids[i] = fxNewNameC(the, (txString)at);
		at += strlen((const char *)at) + 1;
	}
}

/* Runs the program's top level. The end of its code. */
static uint8_t *evaluate(txMachine *the)
{
	const struct rom_program program = *(const struct rom_program *)rom_head;
	uint8_t *const code = rom_head + ROM_CODE_AT;
	txID *const ids = malloc(PREPARE_KEYS * sizeof(txID));
	if (ids == NULL) fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	number_names(the, (const txS1 *)code + program.code_size, ids);
	fxRemapIDs(the, (txByte *)code, (txSize)program.code_size, ids);
	free(ids);
	txSlot *const realm = mxProgram.value.reference->next->value.module.realm;
	/* Without symbols: XS then runs the code where it lies, and frees nothing. */
	txScript script = {.codeBuffer = (txS1 *)code, .codeSize = (txSize)program.code_size};
	fxRunScript(the, &script, mxRealmGlobal(realm), NULL, mxRealmClosures(realm)->value.reference, NULL,
		mxProgram.value.reference);
	mxPop();
	return code + program.code_size;
}

static int is_function(const txSlot *internal)
{
	return internal->kind == XS_CALLBACK_KIND || internal->kind == XS_CALLBACK_X_KIND || internal->kind == XS_CODE_KIND ||
		internal->kind == XS_CODE_X_KIND;
}

/* What a copy of it would share with it: the copy could not be written to, or the collector would mark what lies in flash. */
static int is_not_copied(const txSlot *internal)
{
	switch (internal->kind) {
	case XS_MAP_KIND:
	case XS_SET_KIND:
	case XS_WEAK_MAP_KIND:
	case XS_WEAK_SET_KIND:
	case XS_WEAK_REF_KIND:
	case XS_ARRAY_BUFFER_KIND:
	case XS_DATA_VIEW_KIND:
	case XS_TYPED_ARRAY_KIND:
	case XS_PROMISE_KIND:
	case XS_PROXY_KIND:
	case XS_REGEXP_KIND: return 1;
	default: return internal->ID == XS_ENVIRONMENT_BEHAVIOR;
	}
}

/* Nothing of it can be changed, so that no copy is ever made. What has private fields of its own is left as it is: those change. */
static void freeze(txSlot *instance)
{
	for (const txSlot *property = instance->next; property != NULL; property = property->next) {
		if (property->kind == XS_PRIVATE_KIND) return;
	}
	for (txSlot *property = instance->next; property != NULL; property = property->next) {
		if (property->kind != XS_ACCESSOR_KIND) property->flag |= XS_DONT_SET_FLAG;
		property->flag |= XS_DONT_DELETE_FLAG;
	}
	instance->flag |= XS_DONT_PATCH_FLAG;
}

static void freeze_function(txMachine *the, txSlot *function)
{
	freeze(function);
	if (!(function->flag & XS_CAN_CONSTRUCT_FLAG)) return;
	for (const txSlot *property = function->next; property != NULL; property = property->next) {
		if (property->ID == mxID(_prototype) && property->kind == XS_REFERENCE_KIND) freeze(property->value.reference);
	}
}

static void freeze_instance(txMachine *the, txSlot *instance)
{
	txSlot *const internal = instance->next;
	if (internal == NULL || !(internal->flag & XS_INTERNAL_FLAG)) return;
	/* Where XS puts what a match has found: where there is none, it takes memory for each match. */
	if (internal->kind == XS_REGEXP_KIND) internal->value.regexp.data = NULL;
	if (is_function(internal)) freeze_function(the, instance);
	else if (is_not_copied(internal)) freeze(instance);
}

/* A variable that holds a function is what a `const` is: esbuild makes `var` of every declaration at the top of a module. */
static void freeze_variable(txSlot *variable)
{
	if (variable == NULL || variable->kind != XS_REFERENCE_KIND) return;
	const txSlot *const internal = variable->value.reference->next;
	if (internal != NULL && is_function(internal)) variable->flag |= XS_DONT_SET_FLAG;
}

static void freeze_all(txMachine *the)
{
	for (txSlot *heap = the->firstHeap; heap != NULL; heap = heap->next) {
		for (txSlot *slot = heap + 1; slot < heap->value.reference; slot++) {
			if (slot->kind == XS_INSTANCE_KIND) freeze_instance(the, slot);
			else if (slot->kind == XS_CLOSURE_KIND) freeze_variable(slot->value.closure);
		}
	}
}

/* The global object keeps what it has found in a table; what is not in it yet could not be put there later. */
static void fill_table_of_globals(txMachine *the)
{
	txSlot *const table = mxGlobal.value.reference->next;
	for (txSlot *property = table->next; property != NULL; property = property->next) {
		if (property->ID < (txID)table->value.table.length) table->value.table.address[property->ID] = property;
	}
}

/* The collector of the machine that runs asks each chunk where it is going to lie: these stay. */
static void settle_chunks(const txMachine *the)
{
	const uint8_t *const end = (uint8_t *)the->firstBlock->current;
	uint8_t *at = (uint8_t *)(the->firstBlock + 1);
	while (at < end) {
		txChunk *const chunk = (txChunk *)at;
		at = (uint8_t *)chunk->temporary;
		chunk->temporary = NULL;
	}
}

/* One past the last slot that is in use. */
static const txSlot *slots_end(const txMachine *the)
{
	for (txSlot *slot = the->freeHeap; slot != NULL; slot = slot->next) slot->flag &= (txFlag)~XS_MARK_FLAG;
	const txSlot *end = slots_top;
	while (end > (txSlot *)rom_slots && !(end[-1].flag & XS_MARK_FLAG)) end--;
	return end;
}

/* Copies `size` bytes to `*at`, which it moves on; the copy. */
static void *place(uint8_t **at, const void *from, size_t size)
{
	uint8_t *const to = *at;
	memcpy(to, from, size);
	*at = to + (size + 7) / 8 * 8;
	return to;
}

/* The facts by which XS goes on, and the tables they name behind the code, from `at` on. The end. */
static uint8_t *settle_facts(txMachine *the, uint8_t *at)
{
	at = rom_head + (size_t)(at - rom_head + 7) / 8 * 8;
	txPreparation facts = {
		.version = {XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION, 0},
		.aliasCount = the->aliasCount,
		.heapCount = (txSize)(slots_end(the) - (txSlot *)rom_slots),
		.heap = the->firstHeap,
		.stackCount = (txSize)(the->stackTop - the->stack),
		.keyCount = the->keyIndex,
		.nameModulo = the->nameModulo,
		.symbolModulo = the->symbolModulo,
		.profileID = the->profileID,
	};
	facts.stack = place(&at, the->stack, (size_t)facts.stackCount * sizeof(txSlot));
	facts.keys = place(&at, the->keyArray, (size_t)facts.keyCount * sizeof(txSlot *));
	facts.names = place(&at, the->nameTable, (size_t)facts.nameModulo * sizeof(txSlot *));
	facts.symbols = place(&at, the->symbolTable, (size_t)facts.symbolModulo * sizeof(txSlot *));
	*(struct rom_prepared *)rom_head = (struct rom_prepared){ROM_PREPARED, facts};
	return at;
}

static int write_place(const char *path, const uint8_t *from, const void *to)
{
	const int file = semihosting_open(path, OPEN_WRITE);
	return file >= 0 && semihosting_write(file, from, (size_t)((const uint8_t *)to - from));
}

int prepare(void (*define)(txMachine *machine))
{
	malloc_from(prepare_malloc, rom_head_end);
	platform_initialize();
	slots_top = (txSlot *)rom_slots;
	txCreation creation = {
		.initialChunkSize = prepare_stack - rom_chunks - (txSize)sizeof(txBlock),
		.initialHeapCount = PREPARE_SLOTS,
		.incrementalHeapCount = PREPARE_SLOTS,
		.stackCount = PREPARE_STACK_SLOTS,
		.initialKeyCount = PREPARE_KEYS,
		.nameModulo = NAME_MODULO,
		.symbolModulo = SYMBOL_MODULO,
	};
	txMachine *const the = fxCreateMachine(&creation, "smartbox", NULL, XS_NO_ID);
	define(the);
	uint8_t *volatile code_end = NULL;
	fxBeginHost(the);
	mxTry(the) {
		code_end = evaluate(the);
	}
	mxCatch(the) {
		semihosting_say("hal/mcu: the program throws: ");
		semihosting_say(fxToString(the, &mxException));
		semihosting_say("\n");
		return THROWN;
	}
	fxEndHost(the);
	platform_run_jobs(the);
	fill_table_of_globals(the);
	freeze_all(the);
	fxShareMachine(the);
	settle_chunks(the);
	uint8_t *const head_end = settle_facts(the, code_end);
	if (head_end > prepare_malloc) {
		semihosting_say("hal/mcu: the prepared program is too large for its place\n");
		return TOO_LARGE;
	}
	const struct rom_prepared *const rom = (const struct rom_prepared *)rom_head;
	if (!write_place("/dev/fd/4", rom_head, head_end) ||
		!write_place("/dev/fd/5", rom_slots, (txSlot *)rom_slots + rom->preparation.heapCount) ||
		!write_place("/dev/fd/6", rom_chunks, the->firstBlock->current)) {
		semihosting_say("hal/mcu: the prepared program cannot be written\n");
		return NOT_WRITTEN;
	}
	return PREPARED;
}
