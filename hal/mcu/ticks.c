#include "ticks.h"

#define TIMER0_CTRL (*(volatile uint32_t *)0x40000000)
#define TIMER0_VALUE (*(volatile uint32_t *)0x40000004)
#define TIMER0_RELOAD (*(volatile uint32_t *)0x40000008)
#define CTRL_ENABLE 1u

static uint64_t passed;
static uint32_t last;

void ticks_start(void)
{
	TIMER0_CTRL = 0;
	TIMER0_RELOAD = UINT32_MAX;
	TIMER0_VALUE = UINT32_MAX;
	TIMER0_CTRL = CTRL_ENABLE;
	last = UINT32_MAX;
	passed = 0;
}

uint64_t ticks(void)
{
	const uint32_t now = TIMER0_VALUE;
	/* It counts down, and round. */
	passed += last - now;
	last = now;
	return passed;
}
