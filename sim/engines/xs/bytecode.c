/*
 * Prints how many bytes of XS bytecode and symbols each ES module named on the command line compiles to, without debug
 * information: one line each, "bytecode symbols path".
 */
#include "xsAll.h"

static int measure(txMachine* the, const char* path)
{
	FILE* file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return 1;
	}
	fseek(file, 0, SEEK_END);
	long size = ftell(file);
	rewind(file);
	char* source = malloc(size + 1);
	if (!source || fread(source, 1, size, file) != (size_t)size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return 1;
	}
	source[size] = 0;
	fclose(file);
	txStringCStream stream = { source, 0, (txSize)size };
	txScript* script = fxParseScript(the, &stream, fxStringCGetter, 0);
	free(source);
	if (!script) {
		fprintf(stderr, "%s: does not parse\n", path);
		return 1;
	}
	printf("%ld %ld %s\n", (long)script->codeSize, (long)script->symbolsSize, path);
	fxDeleteScript(script);
	return 0;
}

int main(int argc, char* argv[])
{
	txCreation creation = {
		1024 * 1024, 1024 * 1024, 64 * 1024, 64 * 1024, 4096, 32000, 8000, 1993, 127, 8192 * 1024, 1993
	};
	int failures = 0;
	fxInitializeSharedCluster();
	txMachine* the = fxCreateMachine(&creation, "bytecode", NULL, XS_NO_ID);
	if (!the) {
		fprintf(stderr, "no machine\n");
		return 1;
	}
	for (int i = 1; i < argc; i++)
		failures += measure(the, argv[i]);
	fxDeleteMachine(the);
	fxTerminateSharedCluster();
	return failures ? 1 : 0;
}
