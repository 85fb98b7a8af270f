#include "chip-flash.h"

#include "mpu.h"
#include "nor.h"
#include "xs.h"

/* The board's PSRAM (Arm DAI 0500): the emulator can keep it in a file, which outlives it. */
#define CELLS ((volatile uint8_t *)0x60000000)
#define CELLS_BYTES (16ul * 1024 * 1024)
#define SECTOR_BYTES 4096

static void unlock(int is_unlocked)
{
	mpu_protect(MPU_CHIP_FLASH, (unsigned long)CELLS, CELLS_BYTES, !is_unlocked);
}

/*
 * Turns of an empty loop for each byte. On the emulator a record then takes some milliseconds and a sector some tens of them, as with the
 * W25Q family (its tPP and tSE): long enough for a kill to fall into.
 */
enum { PROGRAM_TURNS = 30000, ERASE_TURNS = 3000 };

static void work(int is_erase)
{
	for (volatile unsigned turns = is_erase ? ERASE_TURNS : PROGRAM_TURNS; turns > 0; turns--) {}
}

static const struct nor chip = {CELLS, CELLS_BYTES, SECTOR_BYTES, unlock, work};

/* An argument that is an address or a size; what is none is beyond everything. */
static size_t size_of(xsIntegerValue value)
{
	return value < 0 ? SIZE_MAX : (size_t)value;
}

/* chipFlashRead(at: number, size: number): ArrayBuffer. Throws RangeError. */
static void chip_flash_read(xsMachine *the)
{
	const size_t at = size_of(xsToInteger(xsArg(0))), size = size_of(xsToInteger(xsArg(1)));
	if (at > CELLS_BYTES || size > CELLS_BYTES - at) xsRangeError("beyond the flash");
	xsResult = xsArrayBuffer(NULL, (xsIntegerValue)size);
	nor_read(&chip, at, xsToArrayBuffer(xsResult), size);
}

/* chipFlashProgram(at: number, bytes: ArrayBuffer): void. Throws RangeError. */
static void chip_flash_program(xsMachine *the)
{
	const size_t at = size_of(xsToInteger(xsArg(0)));
	if (!nor_program(&chip, at, xsToArrayBuffer(xsArg(1)), (size_t)xsGetArrayBufferLength(xsArg(1)))) {
		xsRangeError("beyond the flash");
	}
}

/* chipFlashErase(at: number): void. Throws RangeError. */
static void chip_flash_erase(xsMachine *the)
{
	if (!nor_erase(&chip, size_of(xsToInteger(xsArg(0))))) xsRangeError("no sector of the flash begins there");
}

void chip_flash_define(xsMachine *the)
{
	xsResult = xsNewHostFunction(chip_flash_read, 2);
	xsDefine(xsGlobal, xsID("chipFlashRead"), xsResult, xsDontEnum);
	xsResult = xsNewHostFunction(chip_flash_program, 2);
	xsDefine(xsGlobal, xsID("chipFlashProgram"), xsResult, xsDontEnum);
	xsResult = xsNewHostFunction(chip_flash_erase, 1);
	xsDefine(xsGlobal, xsID("chipFlashErase"), xsResult, xsDontEnum);
}

void chip_flash_protect(void)
{
	unlock(0);
}
