// The opaque form that places in the log take outside: sealed, signed, and good only for the log and the rights they were given under.
import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { CursorError } from '../lib/cursor.ts';
import type { Limits } from '../lib/visible.ts';

/** What a subscription may begin with the present state of. Their order is part of every cursor; new ones go to the end. */
const SNAPSHOT_SUBJECTS = ['Transfer', 'Order', 'Plan', 'BulkJob', 'Domain'] as const;
export type SnapshotSubject = (typeof SNAPSHOT_SUBJECTS)[number];

/**
 * A place in the log. `snapshot`: the reader had only begun to receive the present state of these subjects, in order of id, and has it up to and including
 * this one; null once it has all of it.
 */
export interface LogPosition {
  readonly sequence: bigint;
  readonly snapshot: { readonly of: SnapshotSubject; readonly until: string } | null;
}

export interface LogCursors {
  cursorAt(sequence: bigint, snapshot?: LogPosition['snapshot']): string;
  /** @throws {CursorError} for whatever was not made by `cursorAt` of the same log and rights; it does not tell which of the two is wrong. */
  positionOf(cursor: string): LogPosition;
}

/** Comes before every id of a snapshot: nothing of it was received yet. */
export const NOTHING_YET = '00000000-0000-0000-0000-000000000000';

const VERSION = 1;
const SEQUENCE_BYTES = 8;
const UUID_BYTES = 16;
const SIGNATURE_BYTES = 16;
const PLAIN = 1 + SEQUENCE_BYTES;
const WITH_SNAPSHOT = PLAIN + 1 + UUID_BYTES;
const MOST_CHARACTERS = 64;

/**
 * Nothing is readable in them: how far apart two places are would tell how much happens to others. The signature of what is inside is where the cipher
 * begins ("synthetic initialisation vector"), so the same place has the same cursor every time.
 * @param log whoever knows its secret can make cursors.
 */
export function createCursors(log: { readonly name: string; readonly secret: string }, rights: Limits): LogCursors {
  const { organizationId, clientId } = rights;
  const keyFor = (use: 'sign' | 'hide'): Buffer =>
    createHmac('sha256', log.secret)
      .update(JSON.stringify(['cursor', VERSION, use, log.name, organizationId, clientId]))
      .digest();
  const [signing, hiding] = [keyFor('sign'), keyFor('hide')];
  const sign = (body: Buffer): Buffer =>
    createHmac('sha256', signing).update(body).digest().subarray(0, SIGNATURE_BYTES);
  /** Hides what is shown, and shows what is hidden. */
  const turn = (text: Buffer, signature: Buffer): Buffer =>
    createCipheriv('aes-256-ctr', hiding, signature).update(text);
  return {
    cursorAt(sequence, snapshot = null) {
      const body = write({ sequence, snapshot });
      const signature = sign(body);
      return Buffer.concat([turn(body, signature), signature]).toString('base64url');
    },
    positionOf(cursor) {
      const bytes = cursor.length <= MOST_CHARACTERS ? Buffer.from(cursor, 'base64url') : Buffer.alloc(0);
      const hidden = bytes.subarray(0, -SIGNATURE_BYTES);
      const isWhole = hidden.length === PLAIN || hidden.length === WITH_SNAPSHOT;
      const signature = bytes.subarray(-SIGNATURE_BYTES);
      const body = isWhole ? turn(hidden, signature) : null;
      // One text for each cursor: characters that decode to the same bytes are refused as well.
      if (body === null || bytes.toString('base64url') !== cursor || !timingSafeEqual(signature, sign(body)))
        throw new CursorError('a text that is not one of your cursors', 'a cursor that came to you with an event');
      return read(body);
    },
  };
}

function write({ sequence, snapshot }: LogPosition): Buffer {
  const body = Buffer.alloc(snapshot === null ? PLAIN : WITH_SNAPSHOT);
  body.writeUInt8(VERSION, 0);
  body.writeBigInt64BE(sequence, 1);
  if (snapshot === null) return body;
  body.writeUInt8(SNAPSHOT_SUBJECTS.indexOf(snapshot.of), PLAIN);
  body.write(snapshot.until.replaceAll('-', ''), PLAIN + 1, UUID_BYTES, 'hex');
  return body;
}

function read(body: Buffer): LogPosition {
  const sequence = body.readBigInt64BE(1);
  const of = body.length === PLAIN ? undefined : SNAPSHOT_SUBJECTS[body.readUInt8(PLAIN)];
  if (of === undefined) return { sequence, snapshot: null };
  const until = body.toString('hex', PLAIN + 1).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { sequence, snapshot: { of, until } };
}
