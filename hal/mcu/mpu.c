#include "mpu.h"

#include <stdint.h>

#define SHCSR (*(volatile uint32_t *)0xE000ED24)
#define SHCSR_MEMFAULTENA (1u << 16)

#define MPU_CTRL (*(volatile uint32_t *)0xE000ED94)
#define MPU_RNR (*(volatile uint32_t *)0xE000ED98)
#define MPU_RBAR (*(volatile uint32_t *)0xE000ED9C)
#define MPU_RASR (*(volatile uint32_t *)0xE000EDA0)

#define CTRL_ENABLE 1u
/* What no region covers is as without the unit. */
#define CTRL_PRIVDEFENA (1u << 2)
#define RASR_ENABLE 1u
/* A region has 2 to the power of this and 1 bytes. */
#define RASR_SIZE(EXPONENT) ((uint32_t)((EXPONENT) - 1) << 1)
/* Normal memory, as flash is. */
#define RASR_CACHEABLE (1u << 17)
#define RASR_READ_ONLY (6u << 24)

void mpu_protect(enum mpu_region region, unsigned long from, unsigned long bytes, int is_protected)
{
	SHCSR |= SHCSR_MEMFAULTENA;
	MPU_RNR = region;
	MPU_RBAR = from;
	MPU_RASR = RASR_READ_ONLY | RASR_CACHEABLE | RASR_SIZE(__builtin_ctzl(bytes)) | (is_protected ? RASR_ENABLE : 0);
	MPU_CTRL = CTRL_PRIVDEFENA | CTRL_ENABLE;
	__asm__ volatile("dsb\n isb");
}
