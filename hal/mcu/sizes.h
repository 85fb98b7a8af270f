/* Memory of the XS machine. The bytecode's objects live in this heap too: on a board they are prepared in flash. */
#ifndef SIZES_H
#define SIZES_H

#define CHUNK_BYTES (1024 * 1024)
#define SLOTS 60000
/* As the boards have it (manifest.json, creation.stack). */
#define STACK_SLOTS 1536
#define KEYS 6000
#define NAME_MODULO 1993
#define SYMBOL_MODULO 127

/* The longest message of the bridge and its frame (hal/bridge/PROTOCOL.md, section 2). */
#define MESSAGE_BYTES (64 * 1024 + 64)

#endif
