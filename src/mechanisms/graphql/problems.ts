import { Field, InterfaceType, ObjectType } from 'type-graphql';
import { DomainError, Forbidden, IdempotencyKeyReused, InvalidInput, NotFound } from '../errors';
import { DateTime } from './scalars';
import { Scope } from './scope';

@InterfaceType({ description: 'Why a mutation did not do what was asked: an expected failure.' })
export abstract class Problem {
  @Field(() => String, { description: 'Stable; programs switch on it.' })
  code!: string;

  @Field(() => String, { description: 'For people.' })
  message!: string;

  @Field(() => Boolean, { description: 'The same call may succeed later, unchanged.' })
  retryable!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'When a retry makes sense, if known.' })
  retryAfter!: Date | null;
}

@ObjectType('InvalidInput', { implements: Problem, description: 'An argument is wrong.', simpleResolvers: true })
export class InvalidInputProblem extends Problem {
  @Field(() => [String], { description: 'The way to the argument.' })
  path!: string[];
}

@ObjectType('Forbidden', { implements: Problem, description: 'Your token does not allow it.', simpleResolvers: true })
export class ForbiddenProblem extends Problem {
  @Field(() => [Scope], { description: 'The scopes that it lacks.' })
  missing!: Scope[];
}

@ObjectType('NotFound', {
  implements: Problem,
  description: 'What was named is not there, or not for you.',
  simpleResolvers: true,
})
export class NotFoundProblem extends Problem {}

@ObjectType('Conflict', {
  implements: Problem,
  description: 'The state of things does not allow it, or no longer.',
  simpleResolvers: true,
})
export class ConflictProblem extends Problem {}

@ObjectType('IdempotencyKeyReused', {
  implements: Problem,
  description: 'The idempotency key came before with another input.',
  simpleResolvers: true,
})
export class IdempotencyKeyReusedProblem extends Problem {}

/** An error as the problem of this class: the shared fields, and those of `own`. */
export function problemOf<Kind extends Problem>(
  ProblemClass: new () => Kind,
  error: DomainError,
  own?: Omit<Kind, keyof Problem>,
): Kind {
  const { code, message, retryable, retryAfter = null } = error;
  return Object.assign(new ProblemClass(), { code, message, retryable, retryAfter }, own);
}

/** The problem that tells of this error. A domain error that is none of the family's leaves is a conflict with the state of things. */
export function toProblem(error: DomainError): Problem {
  if (error instanceof InvalidInput) return problemOf(InvalidInputProblem, error, { path: error.argumentPath });
  if (error instanceof Forbidden) {
    return problemOf(ForbiddenProblem, error, { missing: error.missing.filter((name) => name in Scope) as Scope[] });
  }
  if (error instanceof NotFound) return problemOf(NotFoundProblem, error);
  if (error instanceof IdempotencyKeyReused) return problemOf(IdempotencyKeyReusedProblem, error);
  return problemOf(ConflictProblem, error);
}

export interface AnsweringOptions<Payload> {
  /** Fields that stay non-null beside a problem: `{ notices: [] }`. */
  refused?: Partial<Payload>;
  /** A feature's own problem types; what it leaves undefined is told by `toProblem`. */
  problem?: (error: DomainError) => Problem | undefined;
}

/** Runs a mutation. An expected refusal is answered in `problems`; everything else is thrown on. */
export async function answering<Payload extends { problems: Problem[] }>(
  work: () => Promise<Omit<Payload, 'problems'>>,
  { refused, problem }: AnsweringOptions<Payload> = {},
): Promise<Omit<Payload, 'problems'> & { problems: Problem[] }> {
  try {
    return { ...(await work()), problems: [] };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ...refused, problems: [problem?.(error) ?? toProblem(error)] } as Payload;
  }
}
