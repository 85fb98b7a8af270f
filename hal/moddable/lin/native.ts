/** What only the SDK's Linux simulator has (`platform-lin.c`). */

/** An environment variable; undefined: it is not set. */
export function env(this: void, name: string): string | undefined {
  return native("xs_smartbox_env").call(this, name);
}

/** Ends the process. */
export function exit(this: void, status: number): never {
  return native("xs_smartbox_exit").call(this, status) as never;
}

/** A file as NOR flash: what a method answers is an error's text. */
export class FlashFile extends Native("xs_smartbox_flash_destructor") {
  /** Throws when the file cannot be used. */
  constructor(path: string, sizeBytes: number, readOnly: boolean) {
    super();
    native("xs_smartbox_flash").call(this, path, sizeBytes, readOnly);
  }
  read(offset: number, into: Uint8Array): string | undefined {
    return native("xs_smartbox_flash_read").call(this, offset, into);
  }
  program(offset: number, bytes: Uint8Array): string | undefined {
    return native("xs_smartbox_flash_program").call(this, offset, bytes);
  }
  erase(offset: number, sizeBytes: number): string | undefined {
    return native("xs_smartbox_flash_erase").call(this, offset, sizeBytes);
  }
}
