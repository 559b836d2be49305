/* eslint max-lines: ["error", 400] -- the vocabulary of one feature, in one place */
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, DateTime, Node, Position, Problem } from '../../mechanisms/graphql';
import { Account } from '../accounts/types';
import { Notice } from '../connections/types';
import { MediaType, Quality } from '../library/types';

/** Registers a string enum whose values are its names, each with its description. */
function enumeration<Name extends string>(
  name: string,
  description: string,
  values: Record<Name, string>,
): Record<Name, Name> {
  const names = Object.keys(values) as Name[];
  const enumObject = Object.fromEntries(names.map((value) => [value, value])) as Record<Name, Name>;
  const valuesConfig = Object.fromEntries(names.map((value) => [value, { description: values[value] }]));
  registerEnumType(enumObject, { name, description, valuesConfig: valuesConfig as never });
  return enumObject;
}

export const RequestOutcome = enumeration('RequestOutcome', 'What came of asking for a title.', {
  CREATED: 'A new request.',
  JOINED: 'Somebody had asked before; you are on that request now.',
  ALREADY_REQUESTED: 'You were on this request already.',
  ALREADY_AVAILABLE: 'It is in the library.',
});
export const RequestStatus = enumeration('RequestStatus', 'How a request stands.', {
  PENDING_APPROVAL: 'Waits for a decision.',
  APPROVED: 'Accepted and on its way to the request service; `handover` says why it waits.',
  PROCESSING: 'The request service has it.',
  PARTIALLY_AVAILABLE: 'Some seasons are there.',
  AVAILABLE: 'In the library.',
  FAILED: 'Refused by the request service, or its download failed.',
  DECLINED: 'Somebody decided against it.',
  CANCELLED: 'Taken back.',
  REMOVED: 'It was there and was deleted later.',
});
export const RequestStage = enumeration('RequestStage', 'How far it got, for people; never ahead of what is proved.', {
  REQUESTED: 'Asked for.',
  APPROVED: 'Approved.',
  SENT: 'Handed over.',
  SEARCHING: 'Being looked for.',
  DOWNLOADING: 'Being downloaded.',
  IMPORTING: 'Being put into the library.',
  IN_PLEX: 'In the library.',
});
export const RequestOrder = enumeration('RequestOrder', 'The order of a list of requests.', {
  UPDATED_DESC: 'What changed last comes first.',
  REQUESTED_DESC: 'The newest comes first.',
  REQUESTED_ASC: 'The oldest comes first.',
});
export const DecisionState = enumeration('DecisionState', 'How it was decided.', {
  PENDING: 'Not yet.',
  APPROVED: 'For it.',
  DECLINED: 'Against it.',
  CANCELLED: 'Taken back.',
});
const DeclineReason = enumeration('DeclineReason', 'Why it was declined.', {
  NOT_RELEASED: 'It is not out yet.',
  TOO_LARGE: 'Too much to store.',
  NOT_SUITABLE: 'Not for this library.',
  UNAVAILABLE: 'Nowhere to be found.',
  DUPLICATE: 'It is asked for or there already.',
  OTHER: 'Something else.',
});
export const HandoverState = enumeration('HandoverState', 'How far the handing over to the request service is.', {
  NONE: 'Nothing is to be handed over.',
  QUEUED: 'It waits; see `waitingOn`.',
  ATTEMPTING: 'An attempt runs.',
  UNCERTAIN: 'An attempt ended without an answer; before the next one we look whether it arrived.',
  LINKED: 'The request service has it, exactly once.',
  REJECTED: 'The request service refused it.',
});
export const WaitingOn = enumeration('WaitingOn', 'What a handover waits for.', {
  CONNECTION: 'The request service is down.',
  BACKOFF: 'The time until the next attempt.',
  SETTLE: 'Until an attempt of unknown outcome must have shown itself.',
  TURN: 'Its turn.',
});
export const Certainty = enumeration('Certainty', 'Whether an attempt that failed may have arrived all the same.', {
  NOT_SENT: 'Nothing was sent.',
  UNKNOWN: 'It may have arrived.',
});
export const Adoption = enumeration('Adoption', 'Why a request that was found there is taken as ours.', {
  FOUND_AFTER_UNCERTAIN: 'An attempt of unknown outcome had arrived.',
  CONFLICT: 'It was made there a moment before.',
  IMPORT: 'It was imported.',
  PREEXISTING: 'It had been made there before.',
});
export const FulfilmentState = enumeration('FulfilmentState', 'How far the title is on its way into the library.', {
  NONE: 'Nothing yet.',
  PROCESSING: 'On its way.',
  PARTIAL: 'Some seasons are there.',
  AVAILABLE: 'There.',
  FAILED: 'The download failed.',
  REMOVED: 'It was there and was deleted.',
});
export const ActorKind = enumeration('ActorKind', 'Who or what acted.', {
  USER: 'An account.',
  API_TOKEN: 'A gadget or a bot with a token of its own.',
  POLICY: 'A rule or a process of this server.',
  UPSTREAM: 'A connected service.',
  OPERATOR_CLI: 'Somebody at the command line.',
});

@ObjectType({ description: 'Who did something.', simpleResolvers: true })
export class Actor {
  @Field(() => ActorKind, { description: 'Of which kind.' }) kind!: keyof typeof ActorKind;
  @Field(() => String, { nullable: true, description: 'Its name; null when it is not for you.' }) name!: string | null;
}

@ObjectType({ description: 'A fact that a rule looked at.', simpleResolvers: true })
export class NameValue {
  @Field(() => String, { description: 'What was looked at.' }) name!: string;
  @Field(() => String, { description: 'What it was.' }) value!: string;
}

@ObjectType({ description: 'Why a decision fell as it did.', simpleResolvers: true })
export class Explanation {
  @Field(() => String, { description: 'The name of the rule.' }) rule!: string;
  @Field(() => String, { description: 'The rule in words.' }) text!: string;
  @Field(() => [NameValue], { description: 'The facts it looked at.' }) inputs!: NameValue[];
}

@ObjectType({ description: 'The decision on a request.', simpleResolvers: true })
export class Decision {
  @Field(() => DecisionState, { description: 'How it was decided.' }) state!: keyof typeof DecisionState;
  @Field(() => Actor, { nullable: true, description: 'By whom.' }) by!: Actor | null;
  @Field(() => DateTime, { nullable: true, description: 'When.' }) at!: Date | null;
  @Field(() => Explanation, { nullable: true, description: 'Why, when a rule decided.' })
  explanation!: Explanation | null;
  @Field(() => DeclineReason, { nullable: true, description: 'Why it was declined.' })
  reasonCode!: keyof typeof DeclineReason | null;
  @Field(() => String, { nullable: true, description: 'What was said about it.' }) message!: string | null;
}

@ObjectType({ description: 'What went wrong at a handover.', simpleResolvers: true })
export class HandoverProblem {
  @Field(() => String, { description: 'Stable.' }) code!: string;
  @Field(() => String, { description: 'For people.' }) message!: string;
  @Field(() => DateTime, { description: 'When.' }) at!: Date;
}

@ObjectType({ description: 'How the request gets to the request service.', simpleResolvers: true })
export class Handover {
  @Field(() => HandoverState, { description: 'How far it is.' }) state!: keyof typeof HandoverState;
  @Field(() => Int, { description: 'How many attempts were begun.' }) attempts!: number;
  @Field(() => HandoverProblem, { nullable: true, description: 'The newest problem.' })
  lastProblem!: HandoverProblem | null;
}

@ObjectType({ description: 'How far the title is on its way into the library.', simpleResolvers: true })
export class Fulfilment {
  @Field(() => FulfilmentState, { description: 'How far.' }) state!: keyof typeof FulfilmentState;
  @Field(() => DateTime, { nullable: true, description: 'When it was seen there.' }) availableAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Where to watch it.' }) plexUrl!: string | null;
}

@ObjectType({ description: 'The request at the request service.', simpleResolvers: true })
export class UpstreamRequest {
  @Field(() => Int, { description: 'Its number there.' }) requestId!: number;
  @Field(() => String, { nullable: true, description: 'Its page there.' }) url!: string | null;
  @Field(() => Adoption, { nullable: true, description: 'Why it is taken as ours; null: we made it.' })
  adopted!: keyof typeof Adoption | null;
}

@ObjectType({
  implements: Node,
  description: 'A title that somebody asked for, in one quality.',
  simpleResolvers: true,
})
export class MediaRequest extends Node {
  @Field(() => MediaType, { description: 'A film or a series.' }) type!: keyof typeof MediaType;
  @Field(() => Int, { description: 'Its id at themoviedb.org.' }) tmdbId!: number;
  @Field(() => Quality, { description: 'The quality that is asked for.' }) quality!: keyof typeof Quality;
  @Field(() => RequestStatus, { description: 'How it stands.' }) status!: keyof typeof RequestStatus;
  @Field(() => RequestStage, { description: 'How far it got.' }) stage!: keyof typeof RequestStage;
  @Field(() => Account, { nullable: true, description: 'Who asked; null when that is not for you.' })
  requester!: Account | null;
  @Field(() => [Account], { nullable: true, description: 'Who joined; null when that is not for you.' })
  followers!: Account[] | null;
  @Field(() => DateTime, { description: 'When it was asked for.' }) requestedAt!: Date;
  @Field(() => DateTime, { description: 'When anything about it changed last.' }) updatedAt!: Date;
  @Field(() => Decision, { description: 'The decision on it.' }) decision!: Decision;
  @Field(() => Handover, { description: 'How it gets to the request service.' }) handover!: Handover;
  @Field(() => Fulfilment, { description: 'How far it is on its way into the library.' }) fulfilment!: Fulfilment;
  @Field(() => UpstreamRequest, { nullable: true, description: 'The request there, once handed over.' })
  upstream!: UpstreamRequest | null;
}

@ObjectType({ description: 'A page of requests.', simpleResolvers: true })
export class MediaRequestConnection extends connectionOf('MediaRequest', () => MediaRequest) {}

@ObjectType({ description: 'Something that happened to a request.', simpleResolvers: true })
export class TimelineEntry {
  @Field(() => DateTime, { description: 'When.' }) at!: Date;
  @Field(() => String, { description: 'The fact.' }) type!: string;
  @Field(() => String, { description: 'The fact in words.' }) text!: string;
  @Field(() => Actor, { nullable: true, description: 'Who did it.' }) actor!: Actor | null;
  @Field(() => Position, { description: 'Its place in the log.' }) position!: string;
}

@ObjectType({ description: 'A page of what happened, oldest first.', simpleResolvers: true })
export class TimelineConnection extends connectionOf('TimelineEntry', () => TimelineEntry) {}

@ObjectType({
  description: 'What happened at this position; `status` is the one then, the request beside it may be newer.',
  simpleResolvers: true,
})
export class Change {
  @Field(() => String, { description: 'The fact.' }) type!: string;
  @Field(() => RequestStatus, { description: 'How the request stood then.' }) status!: keyof typeof RequestStatus;
  @Field(() => DateTime, { description: 'When.' }) at!: Date;
  @Field(() => Actor, { nullable: true, description: 'Who did it; null when that is not for you.' })
  actor!: Actor | null;
}

@ObjectType({ description: 'A change of a request.', simpleResolvers: true })
export class RequestUpdate {
  @Field(() => Position, { description: 'Subscribe again with `after` this, and nothing is missed.' })
  position!: string;
  @Field(() => MediaRequest, { description: 'The request, at or after this position.' }) request!: MediaRequest;
  @Field(() => Change, { description: 'What changed.' }) change!: Change;
}

@ObjectType({ description: 'A step of a handover.', simpleResolvers: true })
export class HandoverUpdate {
  @Field(() => Position, { description: 'Subscribe again with `after` this, and nothing is missed.' })
  position!: string;
  @Field(() => HandoverState, { description: 'How far it was then.' }) state!: keyof typeof HandoverState;
  @Field(() => Int, { description: 'How many attempts had been begun.' }) attempts!: number;
  @Field(() => DateTime, { description: 'When.' }) at!: Date;
  @Field(() => Certainty, { nullable: true, description: 'Of an attempt that failed: whether it may have arrived.' })
  certainty!: keyof typeof Certainty | null;
  @Field(() => Adoption, { nullable: true, description: 'Why a request found there is taken as ours.' })
  adopted!: keyof typeof Adoption | null;
}

@ObjectType({ description: 'Whether you may do something.', simpleResolvers: true })
export class Permission {
  @Field(() => Boolean, { description: 'You may.' }) allowed!: boolean;
  @Field(() => String, { nullable: true, description: 'Why not.' }) reason!: string | null;
}

@ObjectType({ description: 'How many requests are in a status.', simpleResolvers: true })
export class RequestStatusCount {
  @Field(() => RequestStatus, { description: 'Which.' }) status!: keyof typeof RequestStatus;
  @Field(() => Int, { description: 'How many.' }) count!: number;
}

@ObjectType({ description: 'How the requests of everybody stand.', simpleResolvers: true })
export class RequestStats {
  @Field(() => Int, { description: 'How many there are.' }) total!: number;
  @Field(() => [RequestStatusCount], { description: 'How many in each status, also where that is none.' })
  byStatus!: RequestStatusCount[];
}

@ObjectType({ description: 'Doubled requests at the request service.', simpleResolvers: true })
export class UpstreamDuplicates {
  @Field(() => Int, { description: 'Titles with more than one active request there. Should be 0.' }) count!: number;
}

@ObjectType('AlreadyAvailable', {
  implements: Problem,
  description: 'It is in the library already.',
  simpleResolvers: true,
})
export class AlreadyAvailableProblem extends Problem {
  @Field(() => String, { nullable: true, description: 'Where to watch it.' }) plexUrl!: string | null;
}

@InputType({ description: 'A title at themoviedb.org.' })
export class TitleInput {
  @Field(() => MediaType, { description: 'A film or a series.' }) type!: MediaType;
  @Field(() => Int, { description: 'Its id there, from 1.' }) tmdbId!: number;
}

@InputType({ description: 'What is asked for.' })
export class RequestMediaInput {
  @Field(() => TitleInput, { description: 'The title.' }) title!: TitleInput;
  @Field(() => Quality, { defaultValue: Quality.STANDARD, description: 'In which quality.' }) quality!: Quality;
  @Field(() => [Int], { nullable: true, description: 'Of a series: which seasons. Series come later.' }) seasons?:
    number[] | null;
}

@InputType({ description: 'Which requests.' })
export class RequestFilter {
  @Field(() => [RequestStatus], { nullable: true, description: 'In one of these states.' })
  status?: (keyof typeof RequestStatus)[] | null;
  @Field(() => Boolean, { nullable: true, description: 'True: only what you asked for or joined.' }) mine?:
    boolean | null;
  @Field(() => Boolean, { nullable: true, description: 'True: only what waits for a decision.' }) needsDecision?:
    boolean | null;
  @Field(() => MediaType, { nullable: true, description: 'Only films, or only series.' }) type?: MediaType | null;
}

@ObjectType({ description: 'What came of asking for a title.', simpleResolvers: true })
export class RequestMediaPayload {
  @Field(() => RequestOutcome, { nullable: true, description: 'What came of it; null when it was refused.' })
  outcome?: keyof typeof RequestOutcome | null;
  @Field(() => MediaRequest, { nullable: true, description: 'The request that you are on now.' })
  request?: MediaRequest | null;
  @Field(() => Position, { nullable: true, description: 'Read your own write with `atLeast` this.' }) position?:
    string | null;
  @Field(() => [Notice], { description: 'What you should know about it.' }) notices!: Notice[];
  @Field(() => [Problem], { description: 'Why not.' }) problems!: Problem[];
}

@ObjectType({ description: 'What came of a change to a request.', simpleResolvers: true })
export class RequestPayload {
  @Field(() => MediaRequest, { nullable: true, description: 'The request as it is now.' })
  request?: MediaRequest | null;
  @Field(() => Position, { nullable: true, description: 'Read your own write with `atLeast` this.' }) position?:
    string | null;
  @Field(() => [Problem], { description: 'Why not.' }) problems!: Problem[];
}
