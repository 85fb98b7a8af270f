/* Which image boots (firmware/update/SPEC.md section 8); hal/boot/stub.ts says the same for the simulator. */
#ifndef BOOT_CHOOSE_H
#define BOOT_CHOOSE_H

#include "boot-image.h"

struct boot_choice {
	/* 0 or 1; -1: there is no image that may run, and the rest says nothing. */
	int slot;
	struct boot_image image;
	/* The watchdog is to run from here on. */
	int is_trial;
};

/* Chooses, and counts the try durably before it returns. Writes the two sectors of the boot metadata and nothing else. */
struct boot_choice boot_choose(const struct boot_flash *flash);

#endif
