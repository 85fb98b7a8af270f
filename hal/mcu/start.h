/* How much memory was in use at most since reset. */
#ifndef START_H
#define START_H

#include <stddef.h>
#include <stdint.h>

/* What untouched stack is filled with. */
#define PAINT 0xa5

/* Bytes of the C stack. */
size_t stack_most(void);

/* Bytes that malloc has had from the system. */
size_t malloc_most(void);

/* Gives malloc other memory than the board's; before its first use. */
void malloc_from(uint8_t *from, uint8_t *to);

#endif
