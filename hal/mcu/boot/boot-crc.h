/* CRC-32 of IEEE 802.3, as hal/bytes/crc32.ts has it. */
#ifndef BOOT_CRC_H
#define BOOT_CRC_H

#include <stddef.h>
#include <stdint.h>

uint32_t boot_crc(const volatile uint8_t *bytes, size_t size);

#endif
