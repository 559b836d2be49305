import { formatPosition, NO_STREAM, wholeLog } from '../mechanisms/event-store';
import type { StoredEvent } from '../mechanisms/event-store';
import { StartupError } from '../mechanisms/errors';
import type { Command, CliParts, Visit } from './command';

/** A log that is wrong everywhere need not be told line by line. */
const MOST_TOLD = 100;

/** What is known of a log so far: its streams' last versions, and what is wrong with it. */
interface Findings {
  versions: Map<string, number>;
  events: number;
  complain(text: string): Promise<void>;
  complaints(): number;
}

function createFindings({ printLine }: Pick<CliParts, 'printLine'>): Findings {
  let count = 0;
  return {
    versions: new Map(),
    events: 0,
    complaints: () => count,
    complain: async (text) => (++count <= MOST_TOLD ? printLine(text) : undefined),
  };
}

/** The log as a whole: positions that rise, versions without holes, and data that the codecs can read. */
async function readLog({ store, codecs, enough }: Visit, findings: Findings): Promise<void> {
  const { versions, complain } = findings;
  const place = ({ type, streamId, streamVersion, globalPosition }: StoredEvent) =>
    `${formatPosition(store.storeId, globalPosition)}: ${type}, version ${streamVersion} of ${streamId}`;
  let position = 0n;
  for await (const event of wholeLog(store, position)) {
    if (enough.aborted) return;
    const before = versions.get(event.streamId) ?? NO_STREAM;
    if (event.globalPosition <= position) await complain(`${place(event)} does not come after position ${position}`);
    if (event.streamVersion !== before + 1) await complain(`${place(event)} comes after version ${before}`);
    try {
      codecs.read(event);
    } catch (error) {
      await complain(`${formatPosition(store.storeId, event.globalPosition)}: ${(error as Error).message}`);
    }
    versions.set(event.streamId, event.streamVersion);
    position = event.globalPosition;
    findings.events++;
  }
}

/** Each stream by itself: it tells what the log told, and no id twice. */
async function readStreams({ store, enough }: Visit, { versions, complain }: Findings): Promise<void> {
  for (const [streamId, last] of versions) {
    if (enough.aborted) return;
    const { events } = await store.readStream(streamId);
    const seen = events.slice(0, last + 1); // it may have grown since
    const wrong = seen.findIndex((event, index) => event.streamVersion !== index);
    if (seen.length !== last + 1) await complain(`${streamId} has ${seen.length} events, and ${last + 1} in the log`);
    else if (wrong >= 0)
      await complain(`${streamId} has version ${seen[wrong]!.streamVersion} in the place of ${wrong}`);
    if (new Set(seen.map(({ eventId }) => eventId)).size < seen.length)
      await complain(`${streamId} has an event id twice`);
  }
}

/** Reads everything, and says what is wrong with it; fails when something is. */
export const verifyCommand: Command = async (_words, parts) => {
  await parts.visitEvents(async (visit) => {
    const findings = createFindings(parts);
    await readLog(visit, findings);
    await readStreams(visit, findings);
    if (visit.enough.aborted) throw new StartupError('stopped before the end');
    const what = `${findings.events} events of ${findings.versions.size} streams`;
    const complaints = findings.complaints();
    if (complaints > 0) throw new StartupError(`the event store is not whole: ${complaints} complaints about ${what}`);
    parts.print(`${what}: whole`);
  });
};
