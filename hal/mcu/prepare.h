/* Evaluates the program where it is going to lie in flash, and writes what came of it. Runs when the image is built, not on a board. */
#ifndef PREPARE_H
#define PREPARE_H

struct sxMachine;

/*
 * Needs an image whose first place holds ROM_PROGRAM. `define` puts the program's host functions into the machine. Writes the three
 * places to the emulator's files 4, 5 and 6. An exit code; what is wrong is said.
 */
int prepare(void (*define)(struct sxMachine *machine));

#endif
