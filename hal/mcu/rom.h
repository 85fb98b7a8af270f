/*
 * The prepared program, in three places of the flash (board.ld). As the image is linked first, the first place holds the program
 * as bytecode, and the board evaluates it there (prepare.c); linked with what came of that, the image starts from it (platform.c).
 */
#ifndef ROM_H
#define ROM_H

#include <stdint.h>

/* What the first place begins with. */
enum rom_kind { ROM_PROGRAM = 0x474f5250, ROM_PREPARED = 0x50455250 };

/* Of a program that waits to be evaluated: `compile.c` writes it, then the code, then the names. */
struct rom_program {
	uint32_t kind, code_size, symbols_size, reserved;
};

/* Bytes of the first place before the code; what is prepared keeps its own facts there. */
#define ROM_CODE_AT 256

/* Provided by board.ld: where each place begins and ends. */
extern uint8_t rom_head[], rom_head_end[], rom_slots[], rom_slots_end[], rom_chunks[], rom_chunks_end[];

#endif
