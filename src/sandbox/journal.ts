// Remembers what changed a sandbox, so that one started again on the same file, even after a crash, goes on where it was.
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import type { CallTwists } from './faults.ts';

/** One request that changed something, with the moment it did. */
export interface JournalEntry {
  /** Sandbox time, epoch milliseconds. */
  readonly at: number;
  /** Real time, epoch milliseconds. */
  readonly realAt: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly twists: CallTwists | null;
}

/** What a journal must have been begun with to be gone on with: the same choices make the same portfolio. */
export type JournalIdentity = Readonly<Record<string, string | number | boolean>>;

interface JournalHead {
  readonly journal: 1;
  readonly startAt: number;
  readonly identity: JournalIdentity;
}

export interface Journal {
  /** Epoch milliseconds at which the sandbox of this journal began. */
  readonly startAt: number;
  /** What happened before this start, in order. */
  readonly past: readonly JournalEntry[];
  /** Written when it returns: what a caller was told survives the end of the process. */
  append(entry: JournalEntry): void;
  /** Does one piece of work after the other: the journal's order is the order in which things were done. */
  inTurn(work: () => Promise<void>): Promise<void>;
}

/** The journal was begun with another choice of an option than it is now opened with. */
export class JournalMismatchError extends Error {
  override readonly name = 'JournalMismatchError';
  readonly file: string;
  /** Name of the option. */
  readonly option: string;
  readonly begun: JournalIdentity[string] | undefined;
  constructor(
    file: string,
    option: string,
    { begun, given }: { begun: JournalIdentity[string] | undefined; given: JournalIdentity[string] | undefined },
  ) {
    super(
      `${file} belongs to a sandbox with ${option} ${begun}, this one has ${option} ${given}: remove its folder to start afresh`,
    );
    this.file = file;
    this.option = option;
    this.begun = begun;
  }
}

/**
 * Opens the journal at `file`, or begins one. A last line that was cut off by a crash was never answered and is dropped.
 * @throws {JournalMismatchError} when the file belongs to a sandbox with other options; Error in one sentence when it is no journal.
 */
export function openJournal(file: string, identity: JournalIdentity, now: number): Journal {
  if (!existsSync(file)) {
    const head: JournalHead = { journal: 1, startAt: now, identity };
    writeFileSync(file, `${JSON.stringify(head)}\n`);
  }
  const text = dropCutOffLine(file, readFileSync(file, 'utf8'));
  const [head, ...past] = text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
  assertHead(head, identity, file);
  let last: Promise<void> = Promise.resolve();
  return {
    startAt: head.startAt,
    past: past as JournalEntry[],
    append: (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`),
    inTurn(work) {
      const done = last.then(work);
      last = done.catch(() => {});
      return done;
    },
  };
}

function dropCutOffLine(file: string, text: string): string {
  const kept = text.slice(0, text.lastIndexOf('\n') + 1);
  if (kept.length < text.length) truncateSync(file, Buffer.byteLength(kept));
  return kept;
}

function assertHead(head: unknown, identity: JournalIdentity, file: string): asserts head is JournalHead {
  if (typeof head !== 'object' || head === null || !('journal' in head) || head.journal !== 1)
    throw new Error(`${file} is not the journal of a sandbox: move it away to start afresh`);
  const begun = (head as JournalHead).identity;
  const differing = Object.keys(identity).filter((name) => begun[name] !== identity[name]);
  const [name] = differing;
  if (name !== undefined) throw new JournalMismatchError(file, name, { begun: begun[name], given: identity[name] });
}
