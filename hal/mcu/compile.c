/*
 * Runs on the machine that builds: compiles a script with XS's own compiler to bytecode for the same XS with 16-bit names, as the
 * microcontroller's has them. Writes what is to lie in the first place of the flash (rom.h).
 *
 *   compile SCRIPT.js PROGRAM.bin
 */
#include "xsAll.h"
#include "xsScript.h"

#include "rom.h"

static char *read_file(const char *path, long *size)
{
	FILE *const file = fopen(path, "rb");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (*size = ftell(file)) < 0) return NULL;
	rewind(file);
	char *const text = malloc((size_t)*size + 1);
	if (text == NULL || fread(text, 1, (size_t)*size, file) != (size_t)*size) return NULL;
	text[*size] = 0;
	fclose(file);
	return text;
}

/* Functions and strings of the program stay where the bytecode lies, in flash, as the SDK's linker has it. */
static txU1 in_place(txU1 code)
{
	switch (code) {
	case XS_CODE_CODE_1: return XS_CODE_CODE_ARCHIVE_1;
	case XS_CODE_CODE_2: return XS_CODE_CODE_ARCHIVE_2;
	case XS_CODE_CODE_4: return XS_CODE_CODE_ARCHIVE_4;
	case XS_CODE_STRING_1: return XS_CODE_STRING_ARCHIVE_1;
	case XS_CODE_STRING_2: return XS_CODE_STRING_ARCHIVE_2;
	case XS_CODE_STRING_4: return XS_CODE_STRING_ARCHIVE_4;
	default: return code;
	}
}

/* Bytes of the instruction at `at`; a negative size in XS's table says how many bytes of it tell how long the rest is. */
static size_t length_of(const txU1 *at)
{
	const txS1 size = gxCodeSizes[*at];
	txU2 two;
	txU4 four;
	switch (size) {
	case 0: return 1 + sizeof(txID);
	case -1: return 2 + (size_t)at[1];
	case -2: memcpy(&two, at + 1, sizeof two); return 3 + (size_t)two;
	case -4: memcpy(&four, at + 1, sizeof four); return 5 + (size_t)four;
	default: return (size_t)size;
	}
}

static void keep_in_place(txU1 *code, size_t size)
{
	for (size_t at = 0; at < size; at += length_of(code + at)) code[at] = in_place(code[at]);
}

static int write_program(const char *path, const txScript *script)
{
	const struct rom_program program = {ROM_PROGRAM, (uint32_t)script->codeSize, (uint32_t)script->symbolsSize, 0};
	static const uint8_t gap[ROM_CODE_AT - sizeof program];
	FILE *const out = fopen(path, "wb");
	if (out == NULL) return 0;
	int is_written = fwrite(&program, sizeof program, 1, out) == 1 && fwrite(gap, sizeof gap, 1, out) == 1;
	is_written = is_written && fwrite(script->codeBuffer, (size_t)script->codeSize, 1, out) == 1;
	is_written = is_written && fwrite(script->symbolsBuffer, (size_t)script->symbolsSize, 1, out) == 1;
	return fclose(out) == 0 && is_written;
}

int main(int argc, char *argv[])
{
	txCreation creation = {
		.initialChunkSize = 1024 * 1024,
		.incrementalChunkSize = 1024 * 1024,
		.initialHeapCount = 64 * 1024,
		.incrementalHeapCount = 64 * 1024,
		.stackCount = 4096,
		.initialKeyCount = 32000,
		.incrementalKeyCount = 8000,
		.nameModulo = 1993,
		.symbolModulo = 127,
		.parserBufferSize = 8192 * 1024,
		.parserTableModulo = 1993,
	};
	if (argc != 3) {
		fprintf(stderr, "usage: compile SCRIPT.js PROGRAM.bin\n");
		return 2;
	}
	long size;
	char *const source = read_file(argv[1], &size);
	if (source == NULL) {
		perror(argv[1]);
		return 1;
	}
	fxInitializeSharedCluster();
	txMachine *const the = fxCreateMachine(&creation, "compile", NULL, XS_NO_ID);
	txStringCStream stream = {source, 0, (txSize)size};
	txScript *const script = fxParseScript(the, &stream, fxStringCGetter, mxProgramFlag);
	if (script == NULL) {
		fprintf(stderr, "%s: does not parse\n", argv[1]);
		return 1;
	}
	keep_in_place((txU1 *)script->codeBuffer, (size_t)script->codeSize);
	if (!write_program(argv[2], script)) {
		perror(argv[2]);
		return 1;
	}
	return 0;
}
