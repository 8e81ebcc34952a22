// Bounds the size of a request's body, announced or not.
import { clientError } from '../error-codes.ts';
import type { GatewayPlugin } from './plugin.ts';

/** An announced length is trusted, because node:http cuts the body there; a body sent in chunks is counted while it is read. */
export function useBodyLimit(maxBytes: number): GatewayPlugin {
  const tooLarge = (found: string) =>
    clientError('REQUEST_ENTITY_TOO_LARGE', `The request body has ${found}; at most ${maxBytes} bytes are read.`, {
      facts: { limit: maxBytes },
    });
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      if (request.method === 'GET') return;
      const announced = request.headers.get('content-length');
      if (announced !== null) {
        if (Number(announced) > maxBytes) throw tooLarge(`${announced} bytes`);
        return;
      }
      if (requestParser === undefined) return;
      setRequestParser(async (original) => {
        const chunks: Uint8Array[] = [];
        let size = 0;
        const reader = original.body?.getReader();
        for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
          size += read.value.byteLength;
          if (size > maxBytes) {
            discard(reader);
            throw tooLarge('more');
          }
          chunks.push(read.value);
        }
        const { method, headers, signal } = original;
        return requestParser(
          new fetchAPI.Request(original.url, { method, headers, signal, body: Buffer.concat(chunks) }),
        );
      });
    },
  };
}

/** Reads on without keeping anything: to stop reading would cut the connection before the answer is out. Node's request timeout bounds it. */
function discard(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): void {
  const next = (): Promise<void> | undefined => reader?.read().then(({ done }) => (done ? undefined : next()));
  next()?.catch(() => {});
}
