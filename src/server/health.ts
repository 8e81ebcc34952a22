// Liveness and readiness, for process managers and load balancers.
import type { ServerResponse } from 'node:http';

export interface HealthOptions {
  /** Whether what the gateway needs answers now: its database. */
  readonly isReady: () => Promise<boolean>;
  readonly isDraining: () => boolean;
}

/**
 * `/health` is 200 as long as the process serves; `/ready` is 503 while it drains or its database does not answer. Neither asks for a key, and
 * neither asks Gandi: a gateway without Gandi still answers from its mirror.
 * @returns false when the path is neither.
 */
export function createHealth({
  isReady,
  isDraining,
}: HealthOptions): (path: string, response: ServerResponse) => boolean {
  const answerReady = async (response: ServerResponse) => {
    if (isDraining()) return answer(response, 503, 'draining');
    const ready = await isReady().catch(() => false);
    answer(response, ready ? 200 : 503, ready ? 'ready' : 'database not reachable');
  };
  return (path, response) => {
    if (path === '/health') answer(response, 200, 'ok');
    else if (path === '/ready') void answerReady(response);
    else return false;
    return true;
  };
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ status: text }));
}
