#include "boot-image.h"

#include "boot-crc.h"

#define MAGIC 0x4d494253u /* SBIM */
#define FORMAT 1

enum field { MAGIC_AT = 0, FORMAT_AT = 4, LENGTH_AT = 8, RELEASE_AT = 12, SECURITY_AT = 16, PAYLOAD_CRC_AT = 20, CRC_AT = 60 };

struct boot_image boot_image_in(const struct boot_flash *flash, unsigned slot)
{
	const struct boot_image none = {0, 0, 0};
	const volatile uint8_t *const head = flash->cells + SLOT_AT(slot);
	if (word_at(head + MAGIC_AT) != MAGIC || head[FORMAT_AT] != FORMAT) return none;
	if (word_at(head + CRC_AT) != boot_crc(head, CRC_AT)) return none;
	const size_t length = word_at(head + LENGTH_AT);
	if (length < 1 || length > SLOT_BYTES - IMAGE_HEADER_BYTES) return none;
	if (word_at(head + PAYLOAD_CRC_AT) != boot_crc(head + IMAGE_HEADER_BYTES, length)) return none;
	return (struct boot_image){length, word_at(head + RELEASE_AT), word_at(head + SECURITY_AT)};
}
