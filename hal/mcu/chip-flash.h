/* The flash that lies in the emulated board's own memory, as the program sees it. */
#ifndef CHIP_FLASH_H
#define CHIP_FLASH_H

struct xsMachineRecord;

/* Puts the functions `chipFlashRead`, `chipFlashProgram` and `chipFlashErase` among the machine's globals; within xsBeginHost. */
void chip_flash_define(struct xsMachineRecord *the);

/* From now on nobody but these functions can write there. */
void chip_flash_protect(void);

#endif
