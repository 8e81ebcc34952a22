// A folder for data: made, held by one process at a time, and what is wrong with it in words.
import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DatabaseError } from './errors.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';

export interface HeldFolder extends FolderLock {
  /** Absolute, without symbolic links. */
  readonly path: string;
}

/**
 * Makes the folder when it does not exist and holds it until released.
 * @throws {DatabaseError} when it cannot be used; {@link DataFolderLockedError} when another process holds it.
 */
export async function holdFolder(folder: string): Promise<HeldFolder> {
  const wanted = resolve(folder);
  try {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    const path = await realpath(wanted);
    const { release } = await lockFolder(path);
    return { path, release };
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError(
      'DATA_DIR',
      `${wanted} cannot be used (${reasonOf(error)}); expected a folder this user may write to.`,
      { cause: error },
    );
  }
}

/** The system's code, or the first line of what was said. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not a database folder';
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message.split('\n')[0] ?? '';
}
