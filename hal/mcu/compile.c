/*
 * Runs on the machine that builds: compiles a script with XS's own compiler to bytecode for the same XS with 16-bit names, as the
 * microcontroller's has them. Writes a header that `main.c` includes.
 *
 *   compile SCRIPT.js PROGRAM.h
 */
#include "xsAll.h"
#include "xsScript.h"

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

static void write_bytes(FILE *file, const char *name, const txS1 *bytes, txSize size)
{
	fprintf(file, "static const uint8_t %s[] = {", name);
	for (txSize i = 0; i < size; i++) fprintf(file, "%s%u,", i % 32 == 0 ? "\n" : "", (unsigned)(uint8_t)bytes[i]);
	fprintf(file, "\n};\n#define %s_SIZE %ldu\n", name, (long)size);
}

int main(int argc, char *argv[])
{
	txCreation creation = {
		1024 * 1024, 1024 * 1024, 64 * 1024, 64 * 1024, 4096, 32000, 8000, 1993, 127, 8192 * 1024, 1993,
	};
	if (argc != 3) {
		fprintf(stderr, "usage: compile SCRIPT.js PROGRAM.h\n");
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
	FILE *const out = fopen(argv[2], "w");
	if (out == NULL) {
		perror(argv[2]);
		return 1;
	}
	fprintf(out, "/* Written by compile. */\n#include <stdint.h>\n");
	write_bytes(out, "PROGRAM_SYMBOLS", script->symbolsBuffer, script->symbolsSize);
	write_bytes(out, "PROGRAM_CODE", script->codeBuffer, script->codeSize);
	fprintf(out, "static uint8_t PROGRAM_RAM[PROGRAM_CODE_SIZE];\n");
	return fclose(out) == 0 ? 0 : 1;
}
