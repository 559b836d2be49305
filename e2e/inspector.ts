import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Settings under which each process of a house opens an inspector, at a free port of this machine. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** Makes a process of an inspected house collect its garbage, so that what it counts on its heap after is what it holds. */
export async function collectGarbage(log: string, pid: number): Promise<void> {
  for (const [, address = ''] of log.matchAll(/Debugger listening on (ws:\S+)/g)) {
    const inspector = new WebSocket(address);
    // Of those that it found, some have ended.
    const isThere = await once(inspector, 'open').then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    try {
      const { result } = await ask<{ result: { value: number } }>(inspector, 'Runtime.evaluate', {
        expression: 'process.pid',
      });
      if (result.value !== pid) continue;
      await ask(inspector, 'HeapProfiler.collectGarbage');
      return;
    } finally {
      inspector.terminate();
    }
  }
  throw new Error(`no inspector of ${pid}`);
}

async function ask<Answer>(inspector: WebSocket, method: string, params: object = {}): Promise<Answer> {
  inspector.send(JSON.stringify({ id: 1, method, params }));
  for (;;) {
    const [data] = (await once(inspector, 'message')) as [Buffer];
    const { id, result } = JSON.parse(String(data)) as { id?: number; result: Answer };
    if (id === 1) return result;
  }
}
