import type { Answer } from './errors';
import { dataOf, MediaNestError } from './errors';
import type { Send, Variables } from './http';
import { factsOf } from './operation';
import type { Place } from './place';
import { createPlace } from './place';
import type { Socket } from './socket';

export interface ReaderParts {
  socket: Socket;
  send: Send;
  document: string;
  variables: Variables;
  /** Nobody reads any more. */
  left: AbortSignal;
}

/** Reads one subscription; after a failure the next `read()` begins again, where it was. */
export interface Reader<Data> {
  /** False: the subscription has no positions, and what comes during a break is lost. */
  readonly resumable: boolean;
  /** The next message that was not heard yet; undefined at the end. Rejects with whatever the socket or the server ended it with. */
  read(): Promise<Data | undefined>;
  /** Gives up what was begun. */
  drop(): Promise<void>;
}

const HEAD = 'query Head { serverInfo { position } }';

export function createReader<Data>({ socket, send, document, variables, left }: ReaderParts): Reader<Data> {
  const { after } = factsOf(document);
  let place: Place | undefined;
  let messages: AsyncIterableIterator<Answer> | undefined;

  /** From now on means: after what is in the log now, so that a break before the first message loses nothing. */
  async function start(given: unknown): Promise<string> {
    if (typeof given === 'string') return given;
    const { serverInfo } = (await send(HEAD, {}, left)) as { serverInfo: { position: string | null } };
    if (serverInfo.position === null) throw new MediaNestError('the server cannot tell now where its log ends');
    return serverInfo.position;
  }

  async function begin(): Promise<AsyncIterableIterator<Answer>> {
    if (after !== undefined) place ??= createPlace(await start(variables[after]));
    left.throwIfAborted();
    return (messages = socket.subscribe({
      query: document,
      // Whenever this is sent, also when the library below sends it again, it says where we are by then.
      get variables() {
        return after === undefined || !place ? variables : { ...variables, [after]: place.goOn() };
      },
    }));
  }
  // At once, not with the first read(): from now on is from here.
  let beginning: Promise<AsyncIterableIterator<Answer>> | undefined = begin();
  beginning.catch(() => undefined); // the first read() tells

  return {
    resumable: after !== undefined,
    async read() {
      const stream = await (beginning ??= begin());
      for (;;) {
        const { done, value } = await stream.next();
        if (done === true) return undefined;
        const data = dataOf<Data>(value);
        if (!place || place.isNew(positionOf(data))) return data;
      }
    },
    async drop() {
      beginning = undefined;
      await messages?.return?.();
    },
  };
}

/** A subscription has one field, and each of its updates tells its position. */
function positionOf(data: unknown): string {
  const [update] = Object.values(data as Record<string, { position?: unknown } | null>);
  if (typeof update?.position === 'string') return update.position;
  throw new TypeError('a subscription that takes `after` must select `position`, or it cannot go on after a break');
}
