import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import type { Log, LogRecord } from './log';
import { insideOfRecord, streamNameOf, toEvent, toStreamNotFound } from './messages';
import type { ReadCall } from './subscriptions';
import { subscribe } from './subscriptions';

const FORWARDS = 0;
const CHECKPOINT_UNIT = 32;

/** Serves one call of Streams/Read: a stream, the log of all, or a subscription to it. */
export function read(call: ReadCall, log: Log): void {
  const options = call.request.getOptions()!;
  const stream = options.getStream();
  if (stream) return readStream(call, log, streamNameOf(stream.getStreamIdentifier()));
  const wanted = placeOf(options);
  if (typeof wanted === 'bigint' && isInside(log, wanted)) return void call.emit('error', insideOfRecord());
  if (options.hasSubscription()) {
    const after = wanted === 'start' ? -1n : wanted === 'end' ? log.end() - 1n : wanted;
    const filter = options.getFilter();
    const interval = (filter?.getCheckpointintervalmultiplier() ?? 0) * CHECKPOINT_UNIT;
    return subscribe(call, log, { after, wants: toFilter(filter), ...(filter && { checkpointEvery: interval }) });
  }
  const forwards = options.getReadDirection() === FORWARDS;
  const found = log.records().filter(({ position }) => {
    if (wanted === 'start') return forwards;
    if (wanted === 'end') return !forwards;
    return forwards ? position >= wanted : position < wanted;
  });
  give(call, forwards ? found : found.reverse(), options);
}

function readStream(call: ReadCall, log: Log, streamId: string): void {
  const options = call.request.getOptions()!;
  const from = options.getStream()!;
  const records = log.stream(streamId);
  if (records.length === 0) {
    call.write(toStreamNotFound(streamId));
    return void call.end();
  }
  const forwards = options.getReadDirection() === FORWARDS;
  const revision = from.hasStart() ? 0n : from.hasEnd() ? BigInt(records.length) : BigInt(from.getRevision());
  const found = records.filter((record) => (forwards ? record.revision >= revision : record.revision <= revision));
  give(call, forwards ? found : [...found].reverse(), options);
}

function give(call: ReadCall, records: readonly LogRecord[], options: ReadReq.Options): void {
  for (const record of records.slice(0, Number(options.getCount()))) call.write(toEvent(record));
  call.end();
}

function placeOf(options: ReadReq.Options): bigint | 'start' | 'end' {
  const all = options.getAll()!;
  if (all.hasStart()) return 'start';
  if (all.hasEnd()) return 'end';
  return BigInt(all.getPosition()!.getCommitPosition());
}

/** Inside of the last record the server finds nothing, inside of any other it fails. */
function isInside(log: Log, position: bigint): boolean {
  const last = log.records().at(-1)?.position ?? 0n;
  return position < last && !log.records().some((record) => record.position === position);
}

function toFilter(filter: ReadReq.Options.FilterOptions | undefined): (record: LogRecord) => boolean {
  const expression = filter?.getEventType() ?? filter?.getStreamIdentifier();
  if (!expression) return () => true;
  const subject = (record: LogRecord) => (filter!.hasEventType() ? record.type : record.streamId);
  const regex = expression.getRegex();
  if (regex) return (record) => new RegExp(regex).test(subject(record));
  return (record) => expression.getPrefixList().some((prefix) => subject(record).startsWith(prefix));
}
