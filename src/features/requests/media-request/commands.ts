import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { deriveCommandId } from '../../../mechanisms/event-store';
import type { Actor, CommandContext, CommandHandler, CommandOutcome } from '../../../mechanisms/event-store';
import { commandIdOf } from '../../../mechanisms/idempotency';
import type { IdempotencyKeys } from '../../../mechanisms/idempotency';
import { NotFound } from '../../../mechanisms/errors';
import { explainApproval, FILMS_AT_ONCE } from './approval-rule';
import { mediaRequestDecider } from './decider';
import type { HandoverResult, MediaRequestCommand, RequestMedia } from './decider';
import type { MediaRequestEvent } from './events';
import type { MediaRequest, TitleKey, TitleRequests } from './media-request';
import { openRequest, requestById, streamOf } from './media-request';
import type { UpstreamLook } from './observation';

/** A user's command: who, under which idempotency key, in which operation. */
export interface Asking {
  accountId: string;
  role: string;
  idempotencyKey?: string;
  correlationId: string;
}

export type RequestOutcome = 'CREATED' | 'JOINED' | 'ALREADY_REQUESTED';
export interface Answer {
  request: MediaRequest;
  /** Of the last event of the title's stream that the answer is based on. */
  position: bigint;
}

export type RequestMediaInput = TitleKey & Pick<RequestMedia, 'title' | 'availability' | 'connectionId'>;

interface Parts {
  handler: CommandHandler;
  idempotencyKeys: IdempotencyKeys;
  clock: () => Date;
}

const WORKER: Actor = { kind: 'POLICY', id: 'hand-over' };
type Outcome = CommandOutcome<TitleRequests, MediaRequestEvent>;

function answer(outcome: Outcome, requestId: string): Answer {
  const request = requestById(outcome.state, requestId);
  if (!request || outcome.position === null) throw new NotFound('There is no such request.');
  return { request, position: outcome.position };
}

/** The first outcome, also of a repeated key: told from the facts that the command left. */
function requestMediaOutcome({ events, state }: Outcome): { outcome: RequestOutcome; requestId: string } {
  const event = events[0];
  if (event) return { outcome: event.type === 'RequestJoined' ? 'JOINED' : 'CREATED', requestId: event.data.requestId };
  return { outcome: 'ALREADY_REQUESTED', requestId: openRequest(state)?.requestId ?? '' };
}

/** What people ask for. */
export function createUserCommands({ handler, idempotencyKeys, clock }: Parts) {
  const run = (streamId: string, command: MediaRequestCommand, context: CommandContext) =>
    handler.handle({ streamId, decider: mediaRequestDecider }, command, context);

  async function contextOf(mutation: string, body: unknown, asking: Asking): Promise<CommandContext> {
    const { accountId, idempotencyKey: key, correlationId } = asking;
    const commandId = await commandIdOf(idempotencyKeys, { actorId: accountId, mutation, key, body });
    return { commandId, correlationId, now: clock(), actor: { kind: 'USER', id: accountId } };
  }

  return {
    async requestMedia(input: RequestMediaInput, asking: Asking): Promise<Answer & { outcome: RequestOutcome }> {
      const { mediaType, tmdbId, quality } = input;
      const context = await contextOf('requestMedia', { mediaType, tmdbId, quality }, asking);
      const explanation = explainApproval({ mediaType, quality, role: asking.role });
      const inputsDigest = createHash('sha256').update(JSON.stringify(explanation.inputs)).digest('hex');
      const command: RequestMedia = {
        ...input,
        type: 'RequestMedia',
        requestId: `req_${deriveCommandId(context.commandId, 'request')}`,
        requesterId: asking.accountId,
        approval: { ...FILMS_AT_ONCE, inputsDigest, explanation },
      };
      const done = await run(streamOf(input), command, context);
      const { outcome, requestId } = requestMediaOutcome(done);
      return { outcome, ...answer(done, requestId) };
    },

    async leaveRequest(target: { streamId: string; requestId: string }, asking: Asking): Promise<Answer> {
      const { streamId, requestId } = target;
      const context = await contextOf('leaveRequest', { requestId }, asking);
      const command = { type: 'LeaveRequest', requestId, accountId: asking.accountId } as const;
      return answer(await run(streamId, command, context), requestId);
    },

    async retryRequest(
      target: { streamId: string; requestId: string; mayDecide: boolean },
      asking: Asking,
    ): Promise<Answer> {
      const { streamId, requestId, mayDecide } = target;
      const context = await contextOf('retryRequest', { requestId }, asking);
      const command = { type: 'RetryRequest', requestId, accountId: asking.accountId, mayDecide } as const;
      return answer(await run(streamId, command, context), requestId);
    },
  };
}
export type UserCommands = ReturnType<typeof createUserCommands>;

/** What the saga records. Ids are derived from the attempt, so that one attempt has one beginning and one end. */
export function createHandoverCommands({ handler, clock }: Pick<Parts, 'handler' | 'clock'>) {
  const run = (target: { streamId: string; actor?: Actor }, command: MediaRequestCommand, commandId: string) => {
    const context = { commandId, correlationId: commandId, now: clock(), actor: target.actor ?? WORKER };
    return handler.handle({ streamId: target.streamId, decider: mediaRequestDecider }, command, context);
  };

  return {
    async load(streamId: string, requestId: string): Promise<MediaRequest | undefined> {
      const { state } = await handler.load(streamId, mediaRequestDecider);
      return requestById(state, requestId);
    },

    /** True: this very call wrote the attempt and has won the right to send. */
    async begin(
      { streamId, requestId }: { streamId: string; requestId: string },
      attempt: Extract<MediaRequestCommand, { type: 'BeginHandoverAttempt' }>['attempt'],
    ): Promise<boolean> {
      const commandId = deriveCommandId('hand-over', requestId, 'begin', String(attempt.attemptNo));
      const { repeated } = await run({ streamId }, { type: 'BeginHandoverAttempt', requestId, attempt }, commandId);
      return !repeated;
    },

    async record(
      { streamId, requestId }: { streamId: string; requestId: string },
      attemptNo: number,
      result: HandoverResult,
    ): Promise<void> {
      const commandId = deriveCommandId('hand-over', requestId, 'end', String(attemptNo));
      await run({ streamId }, { type: 'RecordHandover', requestId, attemptNo, result }, commandId);
    },

    async observe(
      { streamId, requestId, connectionId }: { streamId: string; requestId: string; connectionId: string },
      look: UpstreamLook,
    ): Promise<void> {
      const actor: Actor = { kind: 'UPSTREAM', id: connectionId };
      await run({ streamId, actor }, { type: 'ObserveUpstream', requestId, look }, uuidv7());
    },
  };
}
export type HandoverCommands = ReturnType<typeof createHandoverCommands>;
