/* The image in a slot (firmware/update/SPEC.md section 2). */
#ifndef BOOT_IMAGE_H
#define BOOT_IMAGE_H

#include "boot-flash.h"

#define IMAGE_HEADER_BYTES 64u

struct boot_image {
	/* Of the payload, 1 to SLOT_BYTES less the header; 0: no sound image lies there, and the rest says nothing. */
	size_t length;
	uint32_t release, security;
};

/* What lies in slot 0 or 1, looked at from the first byte to the last. */
struct boot_image boot_image_in(const struct boot_flash *flash, unsigned slot);

#endif
