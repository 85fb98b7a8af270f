/* Of XS's inner types: what the prepared program's facts are, and where the machine that is being prepared gets its memory. */
#ifndef PREPARE_MEMORY_H
#define PREPARE_MEMORY_H

#include "rom.h"

/* The beginning of the first place, once prepared. XS knows how to go on from a txPreparation. */
struct rom_prepared {
	uint32_t kind;
	txPreparation preparation;
};

/* As fxAllocateChunks and fxAllocateSlots, in flash. */
void *prepare_chunks(txMachine *the, txSize size);
txSlot *prepare_slots(txMachine *the, txSize count);

#endif
