import { randomUUID } from 'node:crypto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { Log, LogRecord } from './log';
import { toCaughtUp, toCheckpoint, toConfirmation, toEvent, tooSlow } from './messages';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

export interface SubscriptionQuery {
  /** Exclusive. */
  after: bigint;
  wants(record: LogRecord): boolean;
  /** Scanned records between two checkpoints; none without a filter. */
  checkpointEvery?: number;
}

const LIVE_BUFFER = 32;

/** Catches up, says so, turns live, and ends when a burst outruns its buffer. A position beyond the end just waits there, in silence. */
export function subscribe(call: ReadCall, log: Log, { after, wants, checkpointEvery }: SubscriptionQuery): void {
  const buffer: LogRecord[] = [];
  let scanned = 0;
  let pumping = false;

  function give(record: LogRecord): void {
    if (wants(record)) call.write(toEvent(record));
    if (checkpointEvery && ++scanned % checkpointEvery === 0) call.write(toCheckpoint(record.position));
  }
  function pump(): void {
    const record = buffer.shift();
    pumping = record !== undefined && !call.cancelled;
    if (!pumping) return;
    give(record!);
    if (call.writableNeedDrain) call.once('drain', pump);
    else setImmediate(pump);
  }

  call.write(toConfirmation(randomUUID()));
  for (const record of log.records()) if (record.position > after) give(record);
  call.write(toCaughtUp());
  const undo = log.onAppended((records) => {
    for (const record of records.filter(({ position }) => position > after)) {
      if (buffer.length === LIVE_BUFFER) {
        undo();
        return void call.emit('error', tooSlow());
      }
      buffer.push(record);
    }
    if (!pumping && buffer.length > 0) {
      pumping = true;
      setImmediate(pump);
    }
  });
  call.on('cancelled', undo).on('close', undo);
}
