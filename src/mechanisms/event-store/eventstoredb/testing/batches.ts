import type { handleBidiStreamingCall, Metadata, ServiceError } from '@grpc/grpc-js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import { BatchAppendResp as Answer } from '@eventstore/db-client/generated/streams_pb';
import type { Expected, Outcome, Proposed } from './log';
import { batchError, streamNameOf, toBatchAnswer, toProposed } from './messages';

export interface Append {
  expected: Expected;
  events: Proposed[];
}

/** Why a call is refused, if it is. */
export type Guard = (metadata: Metadata, readsAll?: boolean) => ServiceError | undefined;

/** Streams/BatchAppend: one long call for all appends of a client, told apart by their ids. */
export function serveBatches(
  guard: Guard,
  take: (streamId: string, append: Append) => Outcome | 'lost',
): handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> {
  return (call) => {
    const open = new Map<string, BatchAppendReq[]>();
    call.on('data', (request: BatchAppendReq) => {
      const id = request.getCorrelationId()!.getString();
      const parts = [...(open.get(id) ?? []), request];
      open.set(id, parts);
      if (!request.getIsFinal()) return;
      open.delete(id);
      const refusal = guard(call.metadata);
      const answer = refusal ? refuse(parts[0]!, refusal.details) : answerTo(parts, take);
      if (answer) call.write(answer.setCorrelationId(request.getCorrelationId()));
    });
    call.on('end', () => call.end());
  };
}

function answerTo(parts: BatchAppendReq[], take: (streamId: string, append: Append) => Outcome | 'lost') {
  const options = parts[0]!.getOptions()!;
  const streamId = streamNameOf(options.getStreamIdentifier());
  const events = parts.flatMap((part) => part.getProposedMessagesList().map(toProposed));
  let expected: Expected = 'any';
  if (options.hasNoStream()) expected = 'no_stream';
  else if (options.hasStreamExists()) expected = 'stream_exists';
  else if (options.hasStreamPosition()) expected = BigInt(options.getStreamPosition());
  const outcome = take(streamId, { expected, events });
  return outcome === 'lost' ? undefined : toBatchAnswer(streamId, outcome, expected);
}

function refuse(first: BatchAppendReq, details: string): BatchAppendResp {
  const type = details === 'Access Denied' ? 'AccessDenied' : 'NotHandled';
  return new Answer()
    .setStreamIdentifier(first.getOptions()?.getStreamIdentifier())
    .setError(batchError(details, type));
}
