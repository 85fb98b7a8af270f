/*
 * The boot stub of the emulated microcontroller, from reset to the image. It lies behind the memory that images use: nothing that it loads
 * can hit it.
 */
#include "boot-choose.h"
#include "boot-load.h"
#include "boot-talk.h"
#include "semihosting.h"

/* Of the flash (Arm DAI 0500: PSRAM), of the memory for images, and of the stack; boot.ld. */
extern uint8_t flash_cells[], image_memory[], image_memory_end[], boot_stack_top[], boot_bss_start[], boot_bss_end[];

/* Exit codes of the emulator. */
enum exit_status { OVER = 0, NO_WAY_TO_THE_WORLD = 2, NOT_LOADED = 71, FAULT = 70 };

/* Where the processor finds its vectors (Armv7-M, B3.2.5). */
#define VTOR (*(volatile uint32_t *)0xE000ED08)

void boot_reset(void);

_Noreturn void boot_talk_over(void)
{
	semihosting_exit(OVER);
}

static void fault(void)
{
	semihosting_say("hal/mcu: a fault of the processor in the boot stub\n");
	semihosting_exit(FAULT);
}

/* Twice: at the address 0 for the reset, and beside the stub for as long as an image is written over those. */
#define VECTORS {(void (*)(void))boot_stack_top, boot_reset, fault, fault, fault, fault, fault}
__attribute__((section(".reset"), used)) static void (*const at_reset[16])(void) = VECTORS;
__attribute__((section(".vectors"), aligned(128), used)) static void (*const vectors[16])(void) = VECTORS;

/* As a reset would enter it, with its own vectors. */
static _Noreturn void enter_image(void)
{
	const uint32_t stack = word_at(image_memory), entry = word_at(image_memory + 4);
	VTOR = 0;
	__asm__ volatile("dsb\n isb\n msr msp, %0\n bx %1" : : "r"(stack), "r"(entry) : "memory");
	__builtin_unreachable();
}

static struct netstrings world;

static _Noreturn void boot(void)
{
	world.from = semihosting_open("/dev/fd/3", OPEN_READ);
	world.to = semihosting_open("/dev/fd/4", OPEN_WRITE);
	if (world.from < 0 || world.to < 0) {
		semihosting_say("hal/mcu: files 3 and 4 of the emulator are not open\n");
		semihosting_exit(NO_WAY_TO_THE_WORLD);
	}
	const struct boot_flash flash = boot_talk_flash(&world, flash_cells);
	if (!boot_talk_asked(&world)) boot_talk_over();
	const struct boot_choice choice = boot_choose(&flash);
	if (!boot_talk_tell(&world, &choice) || choice.slot < 0) boot_talk_over();
	const struct boot_memory memory = {image_memory, (size_t)(image_memory_end - image_memory)};
	if (!boot_load(flash.cells + SLOT_AT(choice.slot) + IMAGE_HEADER_BYTES, choice.image.length, &memory)) {
		semihosting_say("hal/mcu: what the slot holds is no image for this board\n");
		semihosting_exit(NOT_LOADED);
	}
	enter_image();
}

void boot_reset(void)
{
	VTOR = (uint32_t)vectors;
	for (uint8_t *at = boot_bss_start; at < boot_bss_end; at++) *at = 0;
	boot();
}
