// Waits for what a process that was forked has to say.
import type { ChildProcess } from 'node:child_process';

/** The next message of one kind. @throws when the process ends before. */
export function replyOf<R extends { readonly kind: string }, K extends R['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<R, { readonly kind: K }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: R): void => {
      if (message.kind !== kind) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(message as Extract<R, { readonly kind: K }>);
    };
    const onExit = (code: number | null): void => reject(new Error(`A process of the bench ended with ${code}.`));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}
