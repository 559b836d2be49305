import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import type { AppendReq, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb';
import { AppendResp, BatchAppendResp, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb';
import type { Expected, LogRecord, Outcome, Proposed } from './log';

const TICKS_PER_MS = 10_000n;

/** An error as gRPC carries it: `exception` and its companions are how the client tells the kinds apart. */
export function failure(code: status, details: string, marks: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(marks)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export const notReady = () => failure(status.UNAVAILABLE, 'Server Is Not Ready');
export const tooSlow = () =>
  failure(
    status.ABORTED,
    'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
  );
export const denied = (code: status) => failure(code, 'Access Denied', { exception: 'access-denied' });
export const insideOfRecord = () => failure(status.UNKNOWN, 'Unexpected ReadAllResult: Error');
export const leaderIsAt = (address: string, port: number) =>
  failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': address,
    'leader-endpoint-port': String(port),
  });
export const tooBig = () =>
  failure(status.INVALID_ARGUMENT, 'Maximum Append Size of 1048576 Exceeded.', {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': '1048576',
  });

export function streamNameOf(identifier: shared.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

function toIdentifier(streamId: string): shared.StreamIdentifier {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(streamId).toString('base64'));
}

export function toProposed(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): Proposed {
  const marks = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: marks.get('type') ?? '',
    contentType: marks.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

export function toEvent(record: LogRecord): ReadResp {
  const event = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(toIdentifier(record.streamId))
    .setStreamRevision(String(record.revision))
    .setCommitPosition(String(record.position))
    .setPreparePosition(String(record.position))
    .setData(Buffer.from(record.data).toString('base64'))
    .setCustomMetadata(Buffer.from(record.metadata).toString('base64'));
  event.getMetadataMap().set('type', record.type);
  event.getMetadataMap().set('content-type', record.contentType);
  event.getMetadataMap().set('created', String(BigInt(record.createdMs) * TICKS_PER_MS));
  const read = new ReadResp.ReadEvent().setEvent(event).setCommitPosition(String(record.position));
  return new ReadResp().setEvent(read);
}

export const toStreamNotFound = (streamId: string) =>
  new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(toIdentifier(streamId)));
export const toConfirmation = (id: string) =>
  new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id));
export const toCaughtUp = () => new ReadResp().setCaughtUp(new ReadResp.CaughtUp());
export const toCheckpoint = (position: bigint) =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(position)),
  );

/** The answer of a unary append; errors are none of it. */
export function toAppendAnswer(outcome: Exclude<Outcome, { kind: 'too big' }>, expected: Expected): AppendResp {
  if (outcome.kind === 'success') {
    const success = new AppendResp.Success();
    if (outcome.revision === null) success.setNoStream(new shared.Empty());
    else success.setCurrentRevision(String(outcome.revision));
    if (outcome.position === null) success.setNoPosition(new shared.Empty());
    else {
      const place = String(outcome.position);
      success.setPosition(new AppendResp.Position().setCommitPosition(place).setPreparePosition(place));
    }
    return new AppendResp().setSuccess(success);
  }
  const wrong = new AppendResp.WrongExpectedVersion();
  if (outcome.actual === null) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(outcome.actual));
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return new AppendResp().setWrongExpectedVersion(wrong);
}

/** The answer of a batch append, errors and all. */
export function toBatchAnswer(streamId: string, outcome: Outcome, expected: Expected): BatchAppendResp {
  const answer = new BatchAppendResp().setStreamIdentifier(toIdentifier(streamId));
  switch (outcome.kind) {
    case 'success': {
      const success = new BatchAppendResp.Success();
      if (outcome.revision === null) success.setNoStream(new GoogleEmpty());
      else success.setCurrentRevision(String(outcome.revision));
      if (outcome.position === null) success.setNoPosition(new GoogleEmpty());
      else {
        const place = String(outcome.position);
        success.setPosition(new shared.AllStreamPosition().setCommitPosition(place).setPreparePosition(place));
      }
      return answer.setSuccess(success);
    }
    case 'wrong': {
      const wrong = new shared.WrongExpectedVersion();
      if (outcome.actual === null) wrong.setCurrentNoStream(new GoogleEmpty());
      else wrong.setCurrentStreamRevision(String(outcome.actual));
      if (expected === 'any') wrong.setExpectedAny(new GoogleEmpty());
      else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new GoogleEmpty());
      else if (expected === 'no_stream') wrong.setExpectedNoStream(new GoogleEmpty());
      else wrong.setExpectedStreamPosition(String(expected));
      return answer.setError(batchError('Wrong Expected Version', 'WrongExpectedVersion', wrong.serializeBinary()));
    }
    case 'too big': {
      const exceeded = new shared.MaximumAppendSizeExceeded().setMaxappendsize(1_048_576);
      const bytes = exceeded.serializeBinary();
      return answer.setError(batchError('Maximum Append Size Exceeded', 'MaximumAppendSizeExceeded', bytes));
    }
  }
}

export function batchError(message: string, type: string, bytes: Uint8Array = new Uint8Array()): Status {
  const details = new Any();
  details.pack(Uint8Array.from(bytes), `event_store.client.${type}`);
  return new Status().setMessage(message).setDetails(details);
}
