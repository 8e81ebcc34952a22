// What can be wrong with the database at start-up, in one sentence an operator can act on. Never a password.

/** The variable a database is chosen by. */
export type DatabaseVariable = 'DATABASE_URL' | 'DATA_DIR';

/** The database cannot be used; the message names the variable, what was found and what is expected. */
export class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError';
  readonly variable: DatabaseVariable;
  constructor(variable: DatabaseVariable, sentence: string, options?: ErrorOptions) {
    super(`${variable}: ${sentence}`, options);
    this.variable = variable;
  }
}

/** Another process has the data folder open; `pid` is null when it did not answer in time. */
export class DataFolderLockedError extends DatabaseError {
  override readonly name = 'DataFolderLockedError';
  readonly folder: string;
  readonly pid: number | null;
  constructor(folder: string, pid: number | null) {
    const holder = pid === null ? 'another process' : `process ${pid}`;
    super('DATA_DIR', `${folder} is in use by ${holder}; stop that one first, or choose another folder for this one.`);
    this.folder = folder;
    this.pid = pid;
  }
}
