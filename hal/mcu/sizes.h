/* Memory of the XS machine. Together with C's own (board.ld) no more than 160 KiB. */
#ifndef SIZES_H
#define SIZES_H

#define CHUNK_BYTES (35 * 1024)
#define SLOTS 5300
#define STACK_SLOTS 768
/* Names that turn up while the program runs, and by how many more at a time if they do not suffice. */
#define KEYS 32
#define KEYS_MORE 32

/* Of the tables of names, which each machine copies: few, and long lists in them. */
#define NAME_MODULO 127
#define SYMBOL_MODULO 3

/* The longest message of the bridge, which HELLO tells (hal/bridge/PROTOCOL.md, section 2), and its type. */
#define MESSAGE_BYTES (8 * 1024 + 1)

/* Of the evaluation, which has the flash for its memory: slots that it grows by, so that few holes are left; stack; names. */
#define PREPARE_SLOTS 512
#define PREPARE_STACK_SLOTS 4096
#define PREPARE_KEYS 6000

#endif
