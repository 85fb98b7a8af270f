/* The boot metadata, two copies (firmware/update/SPEC.md section 3). */
#ifndef BOOT_METADATA_H
#define BOOT_METADATA_H

#include "boot-flash.h"

struct boot_metadata {
	/* Slot, 0 or 1, and the release in it. */
	uint8_t confirmed;
	uint32_t release;
	/* Whether there is a trial; if not, the three fields below it say nothing. */
	int is_trial;
	uint8_t trial_slot, tries;
	uint32_t trial_release;
	/* The lowest security version that may run. */
	uint32_t floor;
	/* Given up last; 0: none, and `why` says nothing. */
	uint32_t returned;
	uint8_t why;
};

/* What is in force, made firm before it is acted on. 0: neither copy is sound, and `to` is untouched. */
int boot_metadata_read(const struct boot_flash *flash, struct boot_metadata *to);

/* 0: the part does not take it; what was in force stays so. */
int boot_metadata_write(const struct boot_flash *flash, const struct boot_metadata *next);

#endif
